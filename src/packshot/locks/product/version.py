"""What the product lock's numbers mean: tolerances, limits and the version under which scores may be compared."""

from __future__ import annotations

from packshot.locks.base import Thresholds

METRIC_VERSION = "product-2"
"""Changes whenever anything changes a score: scores of two versions are never compared."""

THRESHOLDS = Thresholds(accept=0.92, review=0.85)

# A measure that stands exactly at its tolerance scores 0.92. Set on the tuning half of bench/locks.
TOLERANCES = {
    "texture": 0.13,  # 1 - masked SSIM of two scales after alignment
    "detail": 0.34,  # the same in the worst patch, weighted by its texture
    "colour": 2.9,  # CIEDE2000, mean
    "part_colour": 6.5,  # CIEDE2000, worst patch
    "deformation": 0.0068,  # residual displacement in parts of the product's longer side
    "aspect": 0.10,  # ratio of both sides' scales, less one
    "blur": 1.6,  # standard deviation, in pixels of a product of 448, of the blur that explains the picture
    "outline": 0.03,  # part of the outline that is bent, covered or gone
    "missing": 0.03,  # part of the product where neither colour nor structure is its own
    "outside": 0.03,  # part of the product beyond the frame
}
# What stays of a layer that an engine laid in without redrawing it: only the file format touches it.
KEPT_TOLERANCES = {
    "texture": 0.05,
    "detail": 0.16,
    "colour": 1.5,
    "part_colour": 4.0,
    "outside": 0.03,
}
PALETTE_TOLERANCE = 0.35  # of a worn garment: the part of its distribution of hues that is not there
EXPONENT = 1.5
AT_TOLERANCE = 0.08


def score_of(value: float, tolerance: float) -> float:
    """1 where `value` is 0, 0.92 where it is `tolerance`, and never below 0."""
    return min(1.0, max(0.0, 1 - AT_TOLERANCE * (max(value, 0.0) / tolerance) ** EXPONENT))


def scores_of(measures: dict[str, float], tolerances: dict[str, float] = TOLERANCES) -> dict[str, float]:
    """The score of every measure that has a tolerance."""
    return {name: score_of(measures[name], limit) for name, limit in tolerances.items() if name in measures}
