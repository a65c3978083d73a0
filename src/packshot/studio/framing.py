"""How tight the picture is on the product."""

from __future__ import annotations

from typing import Literal

Framing = Literal["standard", "wide", "close", "detail"]

MOST_EXTREME_ASPECT = 3.0  # of the frame's longer side to its shorter one
FRAMINGS: dict[Framing, str] = {
    "standard": "The whole product with the air that its style gives it.",
    "wide": "More air around the product, for banners and text.",
    "close": "The product fills the frame and is not cut off.",
    "detail": "Cropped into the upper half of the product.",
}
"""Every framing, in words for people."""
