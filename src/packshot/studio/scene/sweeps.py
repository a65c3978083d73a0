"""The plain sets: pure white, and seamless paper in white, grey, beige and graphite."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import pool, ramp, vignette
from packshot.studio.scene.scene import Light, Scene, Surface


def _white(canvas: Canvas) -> Float:
    return np.ones((canvas.height, canvas.width, 3), np.float32)


def _grey(canvas: Canvas) -> Float:
    paper = ramp(canvas, [(0, "#c9c9cb"), (canvas.ground - 0.2, "#e2e2e3"), (1, "#d8d8d9")], soften=0.08)
    return paper * vignette(canvas, 0.16) * (1 + 0.12 * pool(canvas, (0.42, 0.42), (0.45, 0.45)))


SCENES: tuple[Scene, ...] = (
    Scene("white", "Pure white", "", _white, _white, mode="white", fill=0.85),
    Scene(
        "soft-grey",
        "Soft grey",
        "",
        _grey,
        _grey,
        light=Light(),
        surface=Surface(reflection=0.03, roughness=2),
    ),
)
