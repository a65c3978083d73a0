"""Which embedders the identity lock knows, and the values by which one differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from packshot.locks.base import Thresholds
from packshot.locks.identity.face import Landmarks
from packshot.locks.identity.published import published
from packshot.settings import settings

ACCEPT = 0.65  # the calibrated score at which every model accepts


@dataclass(frozen=True)
class EmbedderSpec:
    """A face embedder. It takes chips of `size` × `size` px, (value - mean) / scale, in RGB or BGR.

    `templates` say where a face's landmarks lie in the chip, (5, 2) pixels, by kind of landmarks: without that of a
    detector the two do not fit. `metric` l2 is a distance, cosine a similarity; `accept` and `review` are in its units,
    `slope` how fast the calibrated score leaves 0.65 there. `runtime` dlib needs no file; `sha256` is empty where
    whoever names the file has to give it. `calibrated`: accept and review were measured as they are used here.
    """

    id: str
    title: str
    runtime: Literal["dlib", "onnx"]
    dimension: int
    size: int
    templates: Mapping[Landmarks, NDArray[np.float64]]
    mean: float
    scale: float
    rgb: bool
    metric: Literal["l2", "cosine"]
    accept: float
    review: float
    slope: float
    licence: str
    commercial: bool
    calibrated: bool
    sha256: str = ""

    def score(self, raw: float) -> float:
        """0..1 of a `raw` distance or similarity: logistic, 0.65 at `accept`, so that the number means the same for

        every model. The slope is chosen, not fitted.
        """
        better = self.accept - raw if self.metric == "l2" else raw - self.accept
        return 1 / (1 + exp(-(log(ACCEPT / (1 - ACCEPT)) + better * self.slope)))

    @property
    def thresholds(self) -> Thresholds:
        """Where this model's calibrated scores are accepted, and where they are rejected."""
        return Thresholds(ACCEPT, self.score(self.review))

    def better(self, one: float, other: float) -> bool:
        """`one` says more clearly than `other` that it is the same person; raw values."""
        return one < other if self.metric == "l2" else one > other


def _points(*points: tuple[float, float]) -> NDArray[np.float64]:
    made = np.array(points, np.float64)
    made.flags.writeable = False
    return made


# dlib, image_transforms/interpolation.h, get_face_chip_details: the mean face, with a quarter of padding around it.
_DLIB_CHIP, _DLIB_PADDING = 150, 0.25
_DLIB5 = (
    (
        _points(
            (0.8595674595992, 0.2134981538014),
            (0.6460604764104, 0.2289674387677),
            (0.1205750620789, 0.2137274526848),
            (0.3340850613712, 0.2290642403242),
            (0.4901123135679, 0.6277975316475),
        )
        + _DLIB_PADDING
    )
    / (1 + 2 * _DLIB_PADDING)
    * _DLIB_CHIP
)
# Where YuNet's landmarks come to lie in such a chip: fitted on two portraits, each turned, mirrored and scaled 30 times
# (the two agree within 3 px), and made symmetric.
_DLIB_YUNET5 = _points((47.72, 47.45), (101.28, 47.45), (74.5, 76.78), (50.66, 97.85), (98.34, 97.85))
# insightface, utils/face_align.py: arcface_dst, for chips of 112 px.
_ARCFACE = _points((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))


def _arcface(id: str, title: str, **own: Any) -> EmbedderSpec:
    common: dict[str, Any] = {
        "runtime": "onnx",
        "dimension": 512,
        "size": 112,
        "templates": {"yunet5": _ARCFACE},
        "mean": 127.5,
        "scale": 127.5,
        "rgb": True,
        "metric": "cosine",
        # Not measured: insightface's own default is 0.40, and 0.05 are for single frames.
        "accept": 0.45,
        "review": 0.35,
        "slope": 10.0,
        "calibrated": False,
    }
    return EmbedderSpec(id, title, **(common | own))


def _known(id: str) -> dict[str, Any]:
    """What is known of published weights."""
    one = published()[id]
    return {"licence": one.licence, "commercial": one.commercial, "sha256": one.sha256}


EMBEDDERS = {
    spec.id: spec
    for spec in (
        EmbedderSpec(
            "dlib",
            "dlib ResNet v1",
            "dlib",
            dimension=128,
            size=_DLIB_CHIP,
            templates={"dlib5": _DLIB5, "yunet5": _DLIB_YUNET5},
            mean=0,
            scale=1,
            rgb=True,
            metric="l2",
            # dlib's own limit is 0.60 for one photo each; 0.50 kept 98 % of 49 true pairs and none of 654 false ones,
            # measured with another detector than dlib's, hence uncalibrated.
            accept=0.50,
            review=0.60,
            slope=12.0,
            licence="CC0-1.0 (weights), BSL-1.0 (dlib)",
            commercial=True,
            calibrated=False,
        ),
        _arcface("auraface", "AuraFace v1 (glintr100.onnx)", **_known("auraface")),
        _arcface(
            "insightface", "InsightFace pack (w600k_r50.onnx)", licence="non-commercial research", commercial=False
        ),
        _arcface(
            "sface",
            "SFace 2021dec",
            dimension=128,
            mean=0,
            scale=1,
            # Not measured: OpenCV's own limit is 0.363.
            accept=0.40,
            review=0.363,
            **_known("sface"),
        ),
    )
}


def in_use() -> EmbedderSpec | None:
    """The embedder that the settings name, its file unopened, with the limits that were measured; None if unknown."""
    known = settings()
    spec = EMBEDDERS.get(known.face_model)
    return spec and measured(spec, known.face_accept, known.face_review)


def measured(spec: EmbedderSpec, accept: float | None, review: float | None) -> EmbedderSpec:
    """`spec` with limits that somebody measured, in its own units; itself where nobody did."""
    if accept is None or review is None:
        return spec
    return replace(spec, accept=accept, review=review, calibrated=True)
