"""Products that lie flat and are photographed from above, about one unit large, on the floor at y = 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from .draw import Draw, Part, turned
from .materials import Material
from .shapes import Float, box, chaikin, densify, ellipsoid, join, pillow, revolve, tube

CLOTH = 0.014  # how high a garment laid flat rises
RELIEF = 256
SPAN = 0.75


def folds(draw: Draw, height: float) -> Float:
    """A height field (RELIEF, RELIEF) of creases and soft waves over the square of half-width SPAN."""
    x, z = np.meshgrid(*[np.linspace(-SPAN, SPAN, RELIEF, dtype=np.float32)] * 2)
    field = np.zeros_like(x)
    for _ in range(draw.whole(10, 22)):
        angle, at = draw.between(0, np.pi), draw.rng.uniform(-0.5, 0.5, 2)
        along = (x - at[0]) * np.cos(angle) + (z - at[1]) * np.sin(angle)
        across = (z - at[1]) * np.cos(angle) - (x - at[0]) * np.sin(angle)
        across = across + draw.between(-0.6, 0.6) * along**2
        width, length = draw.between(0.015, 0.04), draw.between(0.08, 0.3)
        field += draw.between(0.4, 1) * np.exp(-np.abs(across) / width - (along / length) ** 2)
    waves = cv2.GaussianBlur(draw.rng.standard_normal(x.shape).astype(np.float32), (0, 0), 20)
    return height * (field + 0.5 * waves / waves.std()).astype(np.float32)


def _cut(draw: Draw, right: list[tuple[float, float]], centre: Sequence[tuple[float, float]] = ()) -> Float:
    """A garment's outline from its right half: corners kept crisp, edges never quite straight."""
    corners = np.array([*right, *[(-x, z) for x, z in right[::-1]], *centre], np.float32)
    outline = chaikin(densify(corners, 0.04, closed=True), 2, closed=True)
    waver = gaussian_filter1d(draw.rng.standard_normal(outline.shape), 9, axis=0, mode="wrap")
    return (outline + 0.004 * waver / waver.std()).astype(np.float32)


def _seam(path: Sequence[tuple[float, float]], cloth: Material) -> Part:
    """A stitched line (N, 2) on cloth."""
    line = densify(np.array([(x, CLOTH * 1.15, z) for x, z in path], np.float32), 0.02)
    red, green, blue = cloth.colour
    thread = replace(cloth, colour=(red * 0.7, green * 0.7, blue * 0.7), pattern="plain")
    return Part(tube(line, 0.004, 6, flat=0.5, up=(0, 1, 0)), thread)


def t_shirt(draw: Draw) -> list[Part]:
    """A T-shirt laid flat."""
    chest, bottom = draw.between(0.26, 0.32), 0.5 - draw.between(0.78, 0.95)
    sleeve, drop, open_ = draw.between(0.14, 0.28), draw.between(0.12, 0.24), draw.between(0.05, 0.12)
    cuff = (chest + sleeve, 0.44 - drop), (chest + sleeve - 0.08, 0.31 - drop)
    hem = (chest * draw.between(0.92, 1.05), bottom)
    right = [(0.1, 0.5), (chest * 0.95, 0.445), *cuff, (chest * 0.99, 0.22), hem]
    stitch = np.array(cuff) * 0.8 + np.mean(cuff, axis=0) * 0.2 - np.array([0.016, -0.01])
    cloth = draw.fabric("stripes", "checks")
    neck = [(-0.065, 0.5 - open_ * 0.8), (0.0, 0.5 - open_), (0.065, 0.5 - open_ * 0.8)]
    mesh = pillow([_cut(draw, right, neck)], CLOTH, 0.014, 0.017, folds(draw, 0.02), SPAN)
    collar = chaikin([(x, 0.018, z) for x, z in [(-0.1, 0.49), *neck, (0.1, 0.49)]], 2)
    parts = [
        Part(mesh, cloth),
        Part(tube(collar, 0.016, 10, flat=0.4, up=(0, 1, 0)), replace(cloth, pattern="plain")),
    ]
    parts.append(_seam([(-hem[0] + 0.01, bottom + 0.025), (hem[0] - 0.01, bottom + 0.025)], cloth))
    for side in (-1, 1):
        parts.append(_seam([(side * x, z) for x, z in stitch], cloth))
        parts.append(
            _seam([(side * chest * 0.93, 0.435), (side * chest * 0.9, 0.3), (side * chest * 0.97, 0.23)], cloth)
        )
    return turned(parts, draw.between(-12, 12))


def trousers(draw: Draw) -> list[Part]:
    """Trousers laid flat with a waistband, a fly and pockets."""
    waist, hip, hem = draw.between(0.17, 0.21), draw.between(0.22, 0.25), draw.between(0.1, 0.15)
    gap, crotch = draw.between(0.03, 0.12), draw.between(0.14, 0.2)
    right = [
        (waist, 0.5),
        (hip, 0.3),
        (hip + gap * 0.5, 0.0),
        (hem * 1.6 + gap, -0.5),
        (gap, -0.5),
        (0.006, crotch),
    ]
    cloth = draw.fabric()
    mesh = pillow([_cut(draw, right)], CLOTH, 0.014, 0.017, folds(draw, 0.018), SPAN)
    parts = [Part(mesh, cloth), _seam([(-waist * 1.03, 0.455), (waist * 1.03, 0.455)], cloth)]
    parts.append(_seam([(0.0, 0.455), (0.0, crotch + 0.02)], cloth))
    for side in (-1, 1):
        parts.append(_seam([(side * waist * 0.55, 0.455), (side * (hip - 0.02), 0.34)], cloth))
        parts.append(_seam([(side * (gap + 0.01), -0.475), (side * (hem * 1.6 + gap - 0.01), -0.475)], cloth))
        loop = box((0.014, 0.012, 0.06), 0.004, 3).moved(side * waist * 0.6, CLOTH * 0.9, 0.468)
        parts.append(Part(loop, cloth))
    return turned(parts, draw.between(-10, 10))


def wristwatch(draw: Draw) -> list[Part]:
    """A wristwatch, its strap laid out straight."""
    radius, half = draw.between(0.13, 0.17), draw.between(0.06, 0.085)
    case = revolve(
        chaikin(
            [
                (0, 0),
                (radius * 0.9, 0),
                (radius, 0.02),
                (radius, 0.06),
                (radius * 0.92, 0.08),
                (radius * 0.85, 0.08),
                (radius * 0.84, 0.07),
                (0, 0.07),
            ],
            2,
        ),
        80,
    )
    metal = draw.metal() if draw.chance(0.5) else draw.glossy()
    dial = Material(draw.colour(), gloss=1, roughness=0.04, grain=0.01)
    glass = revolve([(0, 0.069), (radius * 0.84, 0.069), (radius * 0.84, 0.073), (0, 0.075)], 64)
    strap_material = draw.leather() if draw.chance(0.6) else draw.body()
    parts = [Part(case, metal), Part(glass, dial)]
    for sign, reach in ((1, 0.5), (-1, 0.54)):
        along = np.linspace(radius * 0.75, reach, 24)
        width = half * np.linspace(1, draw.between(0.68, 0.95), 24)
        strap = np.stack([0 * along, np.full(24, 0.02), sign * along], axis=1)
        parts.append(Part(tube(strap, width, 20, flat=0.22, up=(0, 1, 0)), strap_material))
    for index in range(12):
        mark = box((0.012, 0.004, 0.03), 0.0015, 3).moved(y=0.075, z=radius * 0.7).turned("y", index * 30)
        parts.append(Part(mark, Material((0.8, 0.8, 0.8) if sum(dial.colour) < 1 else (0.05, 0.05, 0.05))))
    for turn, reach in ((draw.between(0, 360), 0.5), (draw.between(0, 360), 0.66)):
        hand = box((0.01, 0.004, radius * reach), 0.0015, 3).moved(y=0.078, z=radius * reach / 2).turned("y", turn)
        parts.append(Part(hand, Material((0.75, 0.75, 0.75) if sum(dial.colour) < 1 else (0.05, 0.05, 0.05))))
    crown = tube(np.array([[radius, 0.04, 0], [radius + 0.025, 0.04, 0]]), 0.018, 12)
    parts.append(Part(crown, metal))
    return turned(parts, draw.between(-70, 70))


def belt(draw: Draw) -> list[Part]:
    """A belt laid in a curve, with a buckle at one end and a keeper."""
    half, bend = draw.between(0.035, 0.055), draw.between(200, 330)
    turn = np.radians(np.linspace(0, bend, 110))
    radius = draw.between(0.3, 0.36) * (1 + draw.between(-0.1, 0.25) * turn / turn[-1])
    line = np.stack([radius * np.cos(turn), np.full(110, 0.02), radius * np.sin(turn)], axis=1)
    leather, metal = draw.leather(), draw.metal()
    strap = tube(line, half, 16, flat=0.16, up=(0, 1, 0))
    heading = line[0] - line[2]
    frame = np.array([(-1.35, 0), (1.35, 0), (1.35, 1.9), (-1.35, 1.9)]) * half
    frame = chaikin(np.stack([frame[:, 0], np.full(4, 0.03), frame[:, 1]], axis=1), 2, closed=True)
    angle = float(np.degrees(np.arctan2(heading[0], heading[2])))
    buckle = tube(frame, draw.between(0.011, 0.016), 10, closed=True)
    pin = tube(np.array([[0, 0.035, 0], [0, 0.045, half * 1.9]]), 0.008, 8)
    end = line[0]
    parts = [Part(strap, leather), Part(tube(line[9:13], half * 1.12, 16, flat=0.3, up=(0, 1, 0)), leather)]
    for piece in (buckle, pin):
        parts.append(Part(piece.turned("y", angle).moved(float(end[0]), 0, float(end[2])), metal))
    return turned(parts, draw.between(0, 360))


def pan(draw: Draw) -> list[Part]:
    """A frying pan seen from above, its handle to one side."""
    wide, high = draw.between(0.3, 0.36), draw.between(0.07, 0.12)
    outside = [(0, 0), (wide * 0.8, 0), (wide, high), (wide * 0.985, high), (wide * 0.78, 0.012), (0, 0.012)]
    coat = replace(draw.matt(), gloss=0.5, roughness=0.3)
    grip = chaikin([(wide * 0.95, high * 0.8, 0), (wide * 1.25, high * 1.3, 0), (wide * 2.1, high * 1.5, 0)], 3)
    neck = grip[: len(grip) // 3]
    parts = [
        Part(revolve(chaikin(outside, 2)), coat),
        Part(
            tube(grip[len(grip) // 3 :], draw.between(0.03, 0.045), 14, flat=0.6, up=(0, 1, 0)),
            draw.wood() if draw.chance(0.4) else draw.matt(),
        ),
        Part(tube(neck, 0.022, 12, up=(0, 1, 0)), draw.metal()),
    ]
    return turned(parts, draw.between(0, 360))


def necklace(draw: Draw) -> list[Part]:
    """A string of beads laid in a loop, with a pendant."""
    wide, long, count = draw.between(0.24, 0.36), draw.between(0.4, 0.5), draw.whole(44, 76)
    angle = np.linspace(0, 2 * np.pi, count + 1)[:-1] + np.pi / 2
    taper = 1 - 0.35 * np.clip(-np.sin(angle), 0, 1) ** 2
    loop = np.stack([wide * np.cos(angle) * taper, np.full(count, 0.016), long * np.sin(angle)], axis=1)
    beads = draw.metal() if draw.chance(0.4) else draw.glossy()
    size = draw.between(0.012, 0.02)
    bead = ellipsoid((size, size, size), 14, 9)
    strung = join([bead.moved(*spot) for spot in loop.tolist()])
    thread = tube(loop, 0.005, 6, closed=True, up=(0, 1, 0))
    tip = -long - 0.05
    pendant = ellipsoid((draw.between(0.035, 0.06), 0.025, draw.between(0.045, 0.075)), 36, 20).moved(y=0.03, z=tip)
    turn = draw.between(-25, 25)
    parts = [
        Part(strung, beads),
        Part(thread, beads),
        Part(pendant, draw.glossy() if draw.chance(0.6) else draw.metal()),
    ]
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]
