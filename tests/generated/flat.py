"""Products that lie flat and are photographed from above, about one unit large, on the floor at y = 0."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from .draw import Draw, Part
from .materials import Material
from .shapes import Float, box, chaikin, pillow, revolve, tube


def folds(draw: Draw, height: float) -> Float:
    """A height field (256, 256) of soft folds, in world units."""
    field = np.zeros((256, 256), np.float32)
    for sigma, weight in ((30.0, 1.0), (12.0, 0.45)):
        noise = cv2.GaussianBlur(
            draw.rng.standard_normal((256, 256)).astype(np.float32), (0, 0), sigma, sigmaY=sigma * 1.8
        )
        field += weight * (1 - 2 * np.abs(noise / noise.std()).clip(0, 1.5))
    return height * field


def t_shirt(draw: Draw) -> list[Part]:
    """A T-shirt laid flat."""
    chest, length = draw.between(0.27, 0.33), draw.between(0.78, 0.95)
    sleeve, drop = draw.between(0.2, 0.3), draw.between(0.16, 0.26)
    right = [
        (0.1, 0.5),
        (chest * 0.9, 0.46),
        (chest + sleeve, 0.46 - drop),
        (chest + sleeve - 0.07, 0.34 - drop),
        (chest, 0.25),
    ]
    right += [(chest * draw.between(0.92, 1.02), 0.0), (chest, 0.5 - length), (chest * 0.97, 0.5 - length)]
    neck = [(0.0, 0.5 - draw.between(0.05, 0.12))]
    outline = np.array(right + [(-x, z) for x, z in right[::-1]] + neck, np.float32)
    outline = chaikin(outline, 2, closed=True)
    cloth = draw.fabric("stripes", "checks")
    mesh = pillow([outline], 0.03, 0.05, 0.018, folds(draw, 0.006), 0.75)
    collar = chaikin(
        [
            (-0.1, 0.02, 0.48),
            (-0.06, 0.03, 0.43),
            (0, 0.035, neck[0][1] + 0.01),
            (0.06, 0.03, 0.43),
            (0.1, 0.02, 0.48),
        ],
        3,
    )
    parts = [Part(mesh, cloth), Part(tube(collar, 0.014, 10, flat=0.5), replace(cloth, colour=cloth.second))]
    turn = draw.between(-12, 12)
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]


def trousers(draw: Draw) -> list[Part]:
    """Trousers laid flat with a waistband and belt loops."""
    waist, hip, hem = draw.between(0.17, 0.21), draw.between(0.22, 0.26), draw.between(0.1, 0.15)
    gap, crotch = draw.between(0.03, 0.14), draw.between(0.14, 0.22)
    right = [
        (waist, 0.5),
        (hip, 0.3),
        (hip + gap * 0.5, 0.0),
        (hem * 2 + gap, -0.5),
        (gap, -0.5),
        (0.02, crotch),
    ]
    outline = np.array(right + [(-x, z) for x, z in right[::-1]], np.float32)
    cloth = draw.fabric()
    mesh = pillow([chaikin(outline, 2, closed=True)], 0.03, 0.04, 0.018, folds(draw, 0.005), 0.75)
    band = np.stack([np.linspace(-waist, waist, 20) * 0.98, np.full(20, 0.02), np.full(20, 0.48)], axis=1)
    turn = draw.between(-10, 10)
    parts = [Part(mesh, cloth), Part(tube(band, 0.024, 10, flat=0.5), cloth)]
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]


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
    metal = draw.metal()
    dial = Material(draw.colour(), gloss=1, roughness=0.04, grain=0.01)
    glass = revolve([(0, 0.069), (radius * 0.84, 0.069), (radius * 0.84, 0.073), (0, 0.075)], 64)
    strap_material = draw.leather() if draw.chance(0.6) else draw.body()
    parts = [Part(case, metal), Part(glass, dial)]
    for sign, reach in ((1, 0.5), (-1, 0.52)):
        tip = half * draw.between(0.65, 0.9)
        outline = chaikin(
            [
                (-half, sign * radius * 0.8),
                (-tip, sign * reach),
                (-tip * 0.5, sign * (reach + 0.04)),
                (tip * 0.5, sign * (reach + 0.04)),
                (tip, sign * reach),
                (half, sign * radius * 0.8),
            ],
            2,
            closed=True,
        )
        parts.append(Part(pillow([outline], 0.025, 0.02, 0.014), strap_material))
    for index in range(12):
        mark = box((0.012, 0.004, 0.03), 0.0015, 3).moved(y=0.075, z=radius * 0.7).turned("y", index * 30)
        parts.append(Part(mark, Material((0.8, 0.8, 0.8) if sum(dial.colour) < 1 else (0.05, 0.05, 0.05))))
    for turn, reach in ((draw.between(0, 360), 0.5), (draw.between(0, 360), 0.66)):
        hand = (
            box((0.01, 0.004, radius * reach), 0.0015, 3)
            .moved(y=0.078, z=radius * reach / 2)
            .turned("y", turn)
        )
        parts.append(Part(hand, Material((0.75, 0.75, 0.75) if sum(dial.colour) < 1 else (0.05, 0.05, 0.05))))
    crown = tube(np.array([[radius, 0.04, 0], [radius + 0.025, 0.04, 0]]), 0.018, 12)
    parts.append(Part(crown, metal))
    turn = draw.between(-70, 70)
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]


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
    twist = draw.between(0, 360)
    return [Part(part.mesh.turned("y", twist), part.material) for part in parts]
