"""What cutting out gives: the product's own colour and alpha, and a confidence with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packshot.imaging.colour import Float

Verdict = Literal["accept", "ask", "refuse"]
View = Literal["standing", "above", "unknown"]


@dataclass(frozen=True)
class Reason:
    """Why a cutout is less than certain: `code` for programs, `penalty` 0..1, `words` and `remedy` for people."""

    code: str
    penalty: float
    words: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Cutout:
    """A product without its backdrop.

    `colour` (H, W, 3) float32, linear-light sRGB, straight (not multiplied by alpha); where alpha is 1 it is exactly
    the photo's. `alpha` (H, W) float32 0..1. Both have the photo's size. `confidence` 0..1; `reasons` heaviest first.
    `view`: photographed standing on a surface, from above, or not to be told. `elevation`: the angle in degrees at
    which the camera looked down on the point where the product stands, None where the picture does not show it.
    """

    colour: Float
    alpha: Float
    confidence: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    view: View
    elevation: float | None
