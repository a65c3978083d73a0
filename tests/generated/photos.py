"""Product photos with exact alpha, drawn from a kind and a seed, to tune and to test the cutout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from . import flat, rooms, unseen, vessels, worn
from .backdrops import BACKDROPS, Backdrop, draw_backdrop
from .draw import Draw, Part
from .fairness import hidden_share
from .studio import Layers, Shot, arrange, compose, expose

View = Literal["standing", "above"]
TUNING_SEEDS = range(100)
HELD_OUT_SEEDS = range(5000, 5100)
ATTEMPTS = 5
# The longer side in pixels of the preview that decides whether a draw is fair. Below it a dark foot's contact
# shadow, which hides its contour, is thinner than a pixel and goes unseen.
JUDGED_AT = 512
FAIR = 0.03  # the part of the contour that may be hard to see
NOISE = 0.004  # standard deviation of the sensor's noise in linear light at full exposure


@dataclass(frozen=True)
class Kind:
    """How to make a product of one kind, and from where it is photographed (elevations in degrees)."""

    make: Callable[[Draw], list[Part]]
    view: View
    elevations: tuple[float, float] = (4, 28)


@dataclass(frozen=True, eq=False)
class GeneratedPhoto:
    """`pixels` (H, W, 3) sRGB; `alpha` (H, W) exact coverage; `elevation` in degrees, 90 is straight down."""

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    kind: str
    seed: int
    view: View
    elevation: float | None


KINDS: dict[str, Kind] = {
    "bottle": Kind(vessels.bottle, "standing"),
    "mug": Kind(vessels.mug, "standing", (8, 32)),
    "vase": Kind(vessels.vase, "standing"),
    "bowl": Kind(vessels.bowl, "standing", (10, 36)),
    "jar": Kind(vessels.jar, "standing", (6, 32)),
    "candle": Kind(vessels.candle, "standing", (8, 28)),
    "teapot": Kind(vessels.teapot, "standing", (6, 28)),
    "perfume": Kind(vessels.perfume, "standing", (4, 24)),
    "carton": Kind(rooms.carton, "standing", (6, 32)),
    "lamp": Kind(rooms.lamp, "standing", (4, 16)),
    "chair": Kind(rooms.chair, "standing", (8, 24)),
    "stool": Kind(rooms.stool, "standing", (8, 26)),
    "plant": Kind(rooms.plant, "standing", (6, 24)),
    "speaker": Kind(rooms.speaker, "standing", (4, 22)),
    "bag": Kind(worn.bag, "standing", (4, 20)),
    "shoe": Kind(worn.shoe, "standing", (8, 30)),
    "spectacles": Kind(worn.spectacles, "standing", (8, 26)),
    "headphones": Kind(worn.headphones, "standing", (6, 26)),
    "t_shirt": Kind(flat.t_shirt, "above", (86, 90)),
    "trousers": Kind(flat.trousers, "above", (86, 90)),
    "wristwatch": Kind(flat.wristwatch, "above", (82, 90)),
    "belt": Kind(flat.belt, "above", (80, 90)),
    "pan": Kind(flat.pan, "above", (82, 90)),
    "necklace": Kind(flat.necklace, "above", (84, 90)),
    "jug": Kind(unseen.jug, "standing", (4, 28)),
    "camera": Kind(unseen.camera, "standing", (6, 26)),
    "radio": Kind(unseen.radio, "standing", (6, 26)),
    "dumbbell": Kind(unseen.dumbbell, "standing", (10, 34)),
    "side_table": Kind(unseen.side_table, "standing", (8, 26)),
    "hat": Kind(unseen.hat, "standing", (8, 32)),
    "toy_car": Kind(unseen.toy_car, "standing", (6, 28)),
    "clock": Kind(unseen.clock, "standing", (4, 22)),
    "watering_can": Kind(unseen.watering_can, "standing", (6, 28)),
    "kettlebell": Kind(unseen.kettlebell, "standing", (6, 28)),
    "spoon": Kind(unseen.spoon, "above", (84, 90)),
    "book": Kind(unseen.book, "above", (84, 90)),
    "bracelet": Kind(unseen.bracelet, "above", (82, 90)),
    "sock": Kind(unseen.sock, "above", (86, 90)),
    "scissors": Kind(unseen.scissors, "above", (84, 90)),
}
HELD_OUT_KINDS = (
    *("jug", "camera", "radio", "dumbbell", "side_table", "hat", "toy_car", "clock", "watering_can"),
    *("kettlebell", "spoon", "book", "bracelet", "sock", "scissors"),
)
TUNING_KINDS = tuple(kind for kind in KINDS if kind not in HELD_OUT_KINDS)


def photograph(
    kind: str,
    seed: int,
    *,
    size: int | tuple[int, int] = 768,
    backdrop: str | None = None,
    ev: float = 0.0,
    noise: float = NOISE,
) -> GeneratedPhoto:
    """Photographs a product of `kind` drawn from `seed`.

    `size`: the side, or width and height, in pixels. `backdrop`: one of BACKDROPS, drawn when None. `ev`:
    stops of exposure, negative is darker. `noise`: see NOISE. The same arguments give the same bytes.
    """
    layers = lay(kind, seed, size=size, backdrop=backdrop)
    rng = np.random.default_rng((crc32(kind.encode()), seed, ATTEMPTS))
    pixels = expose(layers.picture, ev, noise, rng)
    return GeneratedPhoto(
        pixels, layers.alpha.astype(np.float32), kind, seed, KINDS[kind].view, layers.camera.elevation
    )


def lay(kind: str, seed: int, *, size: int | tuple[int, int] = 768, backdrop: str | None = None) -> Layers:
    """The photo in layers: the first of a few draws whose contour a person can see all along.

    All draws are judged at one size, so that a seed names one product at every size.
    """
    width, height = (size, size) if isinstance(size, int) else size
    scale = JUDGED_AT / max(width, height)
    preview = round(width * scale), round(height * scale)
    draws: list[tuple[float, Shot, Backdrop]] = []
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng((crc32(kind.encode()), seed, attempt))
        paper = draw_backdrop(backdrop or BACKDROPS[int(rng.integers(len(BACKDROPS)))], rng)
        shot = arrange(KINDS[kind].make(Draw(rng, paper.colour)), KINDS[kind].elevations, rng, preview)
        layers = compose(shot, paper)
        draws.append((hidden_share(layers.product, layers.alpha, layers.backdrop), shot, paper))
        if draws[-1][0] <= FAIR:
            break
    _, shot, paper = min(draws, key=lambda draw: draw[0])
    return compose(shot.resized((width, height)), paper)


def squeezed(pixels: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """`pixels` (H, W, 3) sRGB as a JPEG file of `quality` gives them back."""
    _, file = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(file, cv2.IMREAD_COLOR)
    assert read is not None
    return np.ascontiguousarray(read[..., ::-1], np.uint8)
