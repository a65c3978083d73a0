"""Where pictures are accepted, looked at and rejected, and how long and how often: what an admin may change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from packshot import config
from packshot.locks.base import Lock, Thresholds
from packshot.settings import settings

Score = Annotated[float, Field(ge=0, le=1)]
_SCORE = "A score from 0 to 1."

IDENTITY_ACCEPT = config.key(
    "locks.identity.accept",
    Score,
    lambda: settings().face_similarity_threshold,
    f"{_SCORE} From here on a face is taken.",
)
IDENTITY_REVIEW = config.key(
    "locks.identity.review",
    Score,
    lambda: _review_point(),
    f"{_SCORE} From here on somebody looks at a face; below it is rejected.",
)
PRODUCT_ACCEPT = config.key(
    "locks.product.accept",
    Score,
    lambda: settings().product_ssim_threshold,
    f"{_SCORE} From here on a product is taken.",
)
PRODUCT_REVIEW = config.key(
    "locks.product.review", Score, 0.85, f"{_SCORE} From here on somebody looks at a product; below it is rejected."
)
PRODUCT_ALWAYS = config.key(
    "locks.product.always",
    bool,
    True,
    "Whether a product that an engine draws anew is checked in every shoot, or in strict ones only: true or false.",
)
KEPT_SAMPLE = config.key(
    "locks.product.kept_sample",
    Score,
    0.05,
    "The part, such as 0.05, of pictures with the photo's own pixels that is proved though nobody asked for strict.",
)
REVIEW_HOURS = config.key(
    "review.hours", Annotated[int, Field(ge=1, le=720)], 72, "Whole hours, 1 to 720, after which no answer is a yes."
)
FREE_REJECTIONS = config.key(
    "review.free_rejections",
    Annotated[int, Field(ge=0, le=100_000)],
    20,
    "How many pictures an account may reject free of charge within 30 days.",
)
SAMPLE_ACCEPTED = config.key(
    "review.sample_accepted",
    Score,
    0.03,
    "The part of accepted pictures that operators look at too, such as 0.03.",
)
SAMPLE_REJECTED = config.key(
    "review.sample_rejected",
    Score,
    0.03,
    "The part of rejected pictures that operators look at too, such as 0.03.",
)

ACCEPT: dict[Lock, config.Key[float]] = {"identity": IDENTITY_ACCEPT, "product": PRODUCT_ACCEPT}
REVIEW: dict[Lock, config.Key[float]] = {"identity": IDENTITY_REVIEW, "product": PRODUCT_REVIEW}
for _lock in ACCEPT:
    config.ordered(REVIEW[_lock], ACCEPT[_lock])


def _review_point() -> float:
    """Where the face model's own limit for a look comes to lie on the calibrated scale: each has its own."""
    from packshot.locks.identity.spec import in_use  # arrays, which a worker that waits for vendors can do without

    spec = in_use()
    return round(spec.thresholds.review, 2) if spec else 0.5


async def thresholds(lock: Lock) -> Thresholds:
    """What holds for `lock` now. Never a review band that starts above where pictures are accepted."""
    accept = await config.get(ACCEPT[lock])
    return Thresholds(accept, min(accept, await config.get(REVIEW[lock])))
