"""Pictures that the cutout must refuse: without a plain backdrop, or a product that stands out from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from . import flat, vessels, worn
from .backdrops import draw_backdrop, paint
from .draw import Colour, Draw, Part
from .light import reflected
from .materials import Material
from .photos import HELD_OUT_KINDS, KINDS, NOISE, TUNING_KINDS, lay
from .scenery import bricks, clouds, landscape, planks, printed_page, room
from .shapes import Float, chaikin, ellipsoid, revolve, tube
from .studio import LENS_BLUR, Layers, arrange, compose, expose, look

Picture = NDArray[np.uint8]


def _developed(light: Float, rng: np.random.Generator) -> Picture:
    blurred: Float = cv2.GaussianBlur(light, (0, 0), LENS_BLUR)
    return expose(blurred, 0.0, NOISE, rng)


def glass_bottle(seed: int, size: int) -> Picture:
    """A clear bottle, half full, that shows but the backdrop, bent, with faint edges and a highlight."""
    rng = np.random.default_rng((1, seed))
    backdrop = draw_backdrop(["white", "grey", "sweep"][seed % 3], rng)
    shot = arrange(_clear_bottle(rng), (3, 14), rng, (size, size))
    lit = 1 - 0.45 * (1 - shot.lit_floor)
    behind = paint(backdrop, shot.camera, lit)
    seen = look(shot)
    slope = np.clip(np.sum(seen.normals * seen.view, axis=1), 0, 1)
    # The bottle is a thick lens: it shows what lies aside, the more so towards its edges.
    bend = 0.25 * size * (1 - slope) ** 1.5
    x = np.clip(seen.samples.x + bend * seen.normals[:, 0], 0, size - 1).astype(np.int32)
    y = np.clip(seen.samples.y - bend * seen.normals[:, 1], 0, size - 1).astype(np.int32)
    filled = (seen.uv[:, 1:2] < rng.uniform(0.35, 0.6)).astype(np.float32)
    tint = 1 - filled * rng.uniform((0, 0, 0), (0.08, 0.12, 0.2)).astype(np.float32)
    through = behind[y, x] * tint * (1 - 0.3 * (1 - slope[:, None]) ** 2.5)
    mirrored = 2 * slope[:, None] * seen.normals - seen.view
    shine = 0.04 + 0.4 * (1 - slope[:, None]) ** 5
    colour = through * (1 - shine) + shine * reflected(mirrored, shot.rig, 0.04, backdrop.colour)
    frame = seen.samples.gather(colour.astype(np.float32), shot.camera)
    return _developed(frame[..., :3] + (1 - frame[..., 3:].clip(0, 1)) * behind, rng)


def _clear_bottle(rng: np.random.Generator) -> list[Part]:
    wide, neck, high = rng.uniform(0.15, 0.22), rng.uniform(0.05, 0.075), rng.uniform(0.5, 0.65)
    outline = [
        (0, 0),
        (wide * 0.95, 0),
        (wide, 0.03),
        (wide, high),
        (neck, high + 0.18),
        (neck, 0.98),
        (neck + 0.012, 0.985),
    ]
    outline += [(neck + 0.012, 1.02), (0, 1.02)]
    return [Part(revolve(chaikin(outline, 3)), Material((1, 1, 1)))]


class _White(Draw):
    """Draws nothing but white."""

    def colour(self, *_: object, **__: object) -> Colour:
        white = self.between(0.84, 0.92)
        return white, white, white


def white_on_white(seed: int, size: int) -> Picture:
    """A white product before white paper in flat light."""
    rng = np.random.default_rng((2, seed))
    backdrop = replace(draw_backdrop("white", rng), colour=np.full(3, rng.uniform(0.92, 1.0), np.float32))
    make = (vessels.jar, vessels.bowl, vessels.mug, vessels.vase, flat.t_shirt, worn.shoe)[seed % 6]
    parts = make(_White(rng, backdrop.colour))
    plain = [
        Part(
            part.mesh,
            replace(part.material, metal=False, colour=(0.88, 0.88, 0.88), second=(0.84, 0.84, 0.84)),
        )
        for part in parts
    ]
    elevations = (86, 90) if make is flat.t_shirt else (6, 28)
    layers = compose(arrange(plain, elevations, rng, (size, size)), backdrop)
    product = layers.product * 0.65 + 0.35 * layers.alpha[..., None] * backdrop.colour
    shadow = 0.5 + 0.5 * layers.backdrop / backdrop.colour
    return expose(product + (1 - layers.alpha[..., None]) * shadow * backdrop.colour, 0.1, NOISE, rng)


def _lit_by(layers: Layers, colour: Float) -> Float:
    """Another surface (H, W, 3) in the light and shadows of the layers' backdrop, the product before it."""
    light = layers.backdrop / layers.paper
    return layers.product + (1 - layers.alpha[..., None]) * colour * light


def _standing(seed: int) -> str:
    names = [name for name, kind in KINDS.items() if kind.view == "standing"]
    return names[seed % len(names)]


def brick_wall(seed: int, size: int) -> Picture:
    """A product on planks before a brick wall."""
    rng = np.random.default_rng((3, seed))
    layers = lay(_standing(seed), seed, size=size, backdrop="grey")
    wall_x, wall_y, seen = room(layers.camera, rng.uniform(0.4, 0.8))
    x, z = layers.camera.floor()
    surroundings = planks(z, x, rng) * (1 - seen[..., None]) + bricks(wall_x, wall_y, rng) * seen[..., None]
    return _developed(_lit_by(layers, surroundings), rng)


def busy_wood(seed: int, size: int) -> Picture:
    """A product on a table of strongly grained planks, standing or seen from above."""
    rng = np.random.default_rng((4, seed))
    names = [*HELD_OUT_KINDS, *TUNING_KINDS]
    layers = lay(names[seed % len(names)], seed, size=size, backdrop="grey")
    x, z = layers.camera.floor()
    surroundings = planks(x, np.minimum(z, 4), rng)
    wall_x, wall_y, seen = room(layers.camera, 1.2)
    surroundings = surroundings * (1 - seen[..., None]) + planks(wall_x, wall_y, rng) * seen[..., None]
    return _developed(_lit_by(layers, surroundings), rng)


@cache
def _small(kind: str, seed: int) -> Layers:
    return lay(kind, seed, size=160)


def _strewn(light: Float, rng: np.random.Generator, count: int, sizes: tuple[float, float], names: list[str]) -> Float:
    """The picture (S, S, 3) with `count` products strewn over it, far ones first; `sizes` as parts of it."""
    side = len(light)
    kinds = rng.choice(names, min(count, 7))
    drawn = [_small(str(kind), int(rng.integers(3))) for kind in kinds]
    for number, at in enumerate(np.sort(rng.uniform(-0.1, 0.85, count))):
        layers = drawn[number % len(drawn)]
        size = int(side * rng.uniform(*sizes))
        turn = slice(None, None, rng.choice([-1, 1]))
        piece = np.dstack([layers.product, layers.alpha])[:, turn]
        piece = cv2.resize(piece, (size, size), interpolation=cv2.INTER_AREA)
        piece = np.dstack([piece, cv2.GaussianBlur(piece[..., 3], (0, 0), size / 25)])
        x, y = int(rng.uniform(-0.2 * size, side - 0.8 * size)), int(at * (side - 0.5 * size))
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + size, side), min(y + size, side)
        piece = piece[y0 - y : y1 - y, x0 - x : x1 - x]
        shaded = light[y0:y1, x0:x1] * (1 - 0.5 * piece[..., 4:])
        light[y0:y1, x0:x1] = piece[..., :3] + (1 - piece[..., 3:4]) * shaded
    return light


def clutter(seed: int, size: int) -> Picture:
    """A product among, and partly behind, many others."""
    rng = np.random.default_rng((5, seed))
    layers = lay(_standing(seed + 3), seed, size=size)
    names = [name for name, kind in KINDS.items() if kind.view == "standing"]
    behind = _strewn(layers.backdrop.copy(), rng, 16, (0.3, 0.6), names)
    picture = layers.product + (1 - layers.alpha[..., None]) * behind
    return _developed(_strewn(picture, rng, 4, (0.2, 0.35), names), rng)


def crowd(seed: int, size: int) -> Picture:
    """Many small things on plain paper, none of which is the product."""
    rng = np.random.default_rng((6, seed))
    paper = draw_backdrop(["white", "grey", "beige"][seed % 3], rng).colour
    light = np.tile(paper, (size, size, 1)).astype(np.float32)
    return _developed(_strewn(light, rng, int(rng.integers(26, 48)), (0.14, 0.24), list(KINDS)), rng)


def portrait(seed: int, size: int) -> Picture:
    """A person from the shoulders up before a blurred background."""
    rng = np.random.default_rng((7, seed))
    backdrop = draw_backdrop("grey", rng)
    big = int(size * 1.5)
    layers = compose(arrange(_bust(rng), (2, 6), rng, (big, big)), backdrop)
    scene = np.stack([clouds(rng, (big, big), 5, 3) for _ in range(3)], axis=-1)
    scene = scene.mean(axis=-1, keepdims=True) * 0.65 + scene * 0.35
    behind = cv2.GaussianBlur(0.02 + 1.3 * scene**2.5, (0, 0), big / 60)
    picture = layers.product + (1 - layers.alpha[..., None]) * behind
    left = (big - size) // 2
    return expose(np.ascontiguousarray(picture[size // 8 : size // 8 + size, left : left + size]), 0.0, NOISE, rng)


def _bust(rng: np.random.Generator) -> list[Part]:
    tone = rng.uniform(0.15, 1.0)
    skin = Material(
        (0.12 + 0.5 * tone, 0.06 + 0.32 * tone, 0.035 + 0.24 * tone), gloss=0.35, roughness=0.35, grain=0.04
    )
    hair = Material(tuple(rng.uniform(0.01, 0.09, 3) * (1.5, 1, 0.7)), gloss=0.5, roughness=0.35, grain=0.3)
    cloth = Draw(rng, np.full(3, 0.5, np.float32)).fabric()
    white, iris, lips = (
        Material((0.7, 0.7, 0.7), gloss=0.8, roughness=0.05),
        Material((0.04, 0.03, 0.02), gloss=1),
        replace(skin, colour=(0.3, 0.08, 0.07)),
    )
    pieces: list[Part] = []

    def add(radii: tuple[float, float, float], at: tuple[float, float, float], material: Material) -> None:
        pieces.append(Part(ellipsoid(radii).moved(*at), material))

    add((0.62, 0.3, 0.28), (0, 0.1, 0.05), cloth)
    pieces.append(Part(tube(np.array([[0, 0.25, 0.03], [0, 0.62, 0.0]]), 0.115, 24), skin))
    add((0.2, 0.265, 0.23), (0, 0.78, -0.02), skin)
    add((0.225, 0.24, 0.23), (0, 0.88, 0.05), hair)
    add((0.035, 0.065, 0.05), (0, 0.75, -0.235), skin)
    for side in (-1, 1):
        add((0.04, 0.02, 0.03), (side * 0.078, 0.81, -0.21), white)
        add((0.016, 0.017, 0.016), (side * 0.076, 0.81, -0.232), iris)
        add((0.052, 0.01, 0.02), (side * 0.08, 0.855, -0.215), hair)
        add((0.03, 0.06, 0.04), (side * 0.2, 0.78, 0.0), skin)
        add((0.06, rng.uniform(0.1, 0.35), 0.09), (side * 0.2, 0.75, 0.1), hair)
    add((0.065, 0.018, 0.03), (0, 0.64, -0.205), lips)
    return pieces


def blank(seed: int, size: int) -> Picture:
    """Nothing but paper."""
    rng = np.random.default_rng((8, seed))
    paper = draw_backdrop(["white", "grey", "uneven", "dark"][seed % 4], rng)
    shade = 1 + 0.15 * (clouds(rng, (size, size), 2, 2) - 0.5)
    return expose(shade[..., None] * paper.colour, 0.0, NOISE, rng)


def noise(seed: int, size: int) -> Picture:
    """White noise, or coloured clouds of it."""
    rng = np.random.default_rng((9, seed))
    if seed % 2:
        return rng.integers(0, 256, (size, size, 3), dtype=np.uint8)
    return expose(np.stack([clouds(rng, (size, size), 6, 7) for _ in range(3)], axis=-1), 0.0, NOISE, rng)


def hills(seed: int, size: int) -> Picture:
    """A landscape."""
    rng = np.random.default_rng((10, seed))
    return _developed(landscape(rng, size), rng)


def text_page(seed: int, size: int) -> Picture:
    """A printed page."""
    rng = np.random.default_rng((11, seed))
    return _developed(printed_page(rng, size), rng)


REFUSALS: dict[str, Callable[[int, int], Picture]] = {
    "glass_bottle": glass_bottle,
    "white_on_white": white_on_white,
    "brick_wall": brick_wall,
    "busy_wood": busy_wood,
    "clutter": clutter,
    "crowd": crowd,
    "portrait": portrait,
    "blank": blank,
    "noise": noise,
    "landscape": hills,
    "text_page": text_page,
}
