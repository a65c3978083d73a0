"""A decoded photo: upright sRGB pixels in the depth they came in, and nothing else of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packshot.imaging.colour import Pixels


@dataclass(frozen=True, eq=False)
class Photo:
    """`pixels` (H, W, 3) sRGB, `alpha` (H, W) straight or None, both uint8 or both uint16; upright, metadata gone."""

    pixels: Pixels
    alpha: Pixels | None = None

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def depth(self) -> Literal[8, 16]:
        """Bits a channel."""
        return 8 if self.pixels.dtype.itemsize == 1 else 16
