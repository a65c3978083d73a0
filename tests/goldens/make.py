"""Makes the golden pictures again: one per style, of an exact cutout, small and lossless. `make goldens`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from packshot.studio.compose import compose
from packshot.studio.scene.library import SCENES

from packshot.imaging.colour import srgb_to_linear
from packshot.studio.cutout.result import Cutout

HERE = Path(__file__).parent
SIDE = 320


def product() -> Cutout:
    """A lacquered ball on a foot, drawn here, so that goldens depend on nothing but the studio."""
    side = 256
    y, x = (np.mgrid[:side, :side].astype(np.float32) + 0.5) / side
    radius = np.hypot(x - 0.5, y - 0.45)
    ball = np.clip((0.4 - radius) * side, 0, 1)
    foot = np.clip((0.16 - np.abs(x - 0.5)) * side, 0, 1) * np.clip((0.95 - y) * side, 0, 1) * (y > 0.7)
    height = np.sqrt(np.clip(1 - (radius / 0.4) ** 2, 0, 1))
    shade = 60 + 130 * np.clip(0.6 * height - 0.5 * (x - 0.5) - 0.6 * (y - 0.45), 0, 1)
    colour = np.stack([shade, shade * 0.5, shade * 0.4], axis=-1)
    return Cutout(
        colour=srgb_to_linear(colour.astype(np.uint8)),
        alpha=np.maximum(ball, foot).astype(np.float32),
        confidence=1.0,
        verdict="accept",
        reasons=(),
        view="standing",
        elevation=14.0,
    )


def picture(style: str, view: str = "standing") -> np.ndarray:
    """(SIDE, SIDE, 3) uint8 sRGB of the ball in `style`, seed 1."""
    return compose(product(), SCENES[style], width=SIDE, height=SIDE, seed=1, view=view).pixels


def path(style: str, view: str) -> Path:
    return HERE / f"{style}-{view}.png"


def main() -> None:
    for style in SCENES:
        for view in ("standing", "above"):
            cv2.imwrite(str(path(style, view)), cv2.cvtColor(picture(style, view), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
