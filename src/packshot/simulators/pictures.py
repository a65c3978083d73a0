"""The pictures that simulators make: rooms, with the product and the person in them, marked as simulated.

Of several references the first is the product, and the second the person, who stands behind it. One that the prompt
calls a drawing of the pose is looked at by vendors and stands in no picture.

Where nothing goes along and no empty scene is asked for, blocks stand in the room as the words have it, so that no two
descriptions make pictures that look alike.

A room's floor begins where the description says. Its words also ask for pictures that a check should catch:
`defect:recoloured` (the product in another colour), `defect:garbled-logo` (its middle scrambled), `defect:other-face`
(another face over the upper part of the person, or of the only reference), and of empty scenes `defect:occupied`
(something stands in the middle), `defect:low-floor` (it begins too far down), `defect:flat` (one colour); around a
product `defect:moved`. With `-unless-told` behind it, each of the first three is put right by a prompt that asks for
the product's own colours, its letters, or the likeness.
"""

from __future__ import annotations

import re
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.decode import OWN_LIMITS, decode
from packshot.imaging.finish import finish
from packshot.imaging.photo import Photo

Canvas = NDArray[np.uint8]

STAMP = "simulator"
_BLOCKS = 6
_DEFECT = re.compile(r"\bdefect:([a-z-]+)")
_FLOOR = re.compile(r"surface fills the lower (\d+) percent")
_POSE = re.compile(r"Picture (\d+) is a drawing of the pose")
_NO_WALL = re.compile(r"surface fills the whole picture")
_USUAL_FLOOR, _LOW_FLOOR = 0.6, 0.93
_ALONE, _WORN, _WHOLE = (0.6, 5 / 6), (0.5, 0.92), (1.0, 1.0)  # part of the picture, and its foot
_OTHER_FACE = "other-face"
_UNLESS_TOLD = "-unless-told"
_HEEDED = {
    "recoloured": "own colours exactly",
    "garbled-logo": "Copy the logo and all text",
    _OTHER_FACE: "exactly the one of the reference photos",
}
_EMPTY = re.compile(r"\bempty (scene|surface|stage)", re.I)
_SKIRTING = 0.012  # of the height, over which the wall turns into the floor


def picture(words: str, width: int, height: int, references: tuple[bytes, ...] = (), seed: int = 0) -> bytes:
    """A PNG of `width` × `height`: a room in colours that come from `words` and `seed`, with the references in it."""
    canvas = scene(words, width, height, references, seed)
    stamp(canvas)
    return finish(canvas, [(width, height)], "png")[0].data


def scene(words: str, width: int, height: int, references: tuple[bytes, ...] = (), seed: int = 0) -> Canvas:
    """The pixels of the same, which do not say yet what made them."""
    canvas = _room(words, width, height, seed)
    defects = _defects(words)
    drawn = {int(number) for number in _POSE.findall(words)}
    references = tuple(one for number, one in enumerate(references, 1) if number not in drawn)
    if len(references) > 1:
        of_person = [one for one in defects if one == _OTHER_FACE]
        _place(canvas, decode(references[1], name="person", limits=OWN_LIMITS), of_person, _WHOLE)
        defects = [one for one in defects if one != _OTHER_FACE]
    if not references and not _EMPTY.search(words):
        _furnish(canvas, words, seed)
    if references:
        photo = decode(references[0], name="reference", limits=OWN_LIMITS)
        _place(canvas, photo, defects, _WORN if len(references) > 1 else _ALONE)
    return canvas


def changed(words: str, reference: bytes, mask: bytes | None) -> bytes:
    """A PNG of `reference`'s size: a room where `mask` is white, or around its middle, and else its own pixels."""
    photo = decode(reference, name="reference", limits=OWN_LIMITS)
    own = _eight(photo)
    room = _room(words, photo.width, photo.height, 0)
    if "moved" in _DEFECT.findall(words):
        own = np.roll(own, photo.width // 8, axis=1)
    if mask is None:
        room[:] = np.where(_middle(photo.height, photo.width)[..., None], own, room)
    else:
        may_change = _eight(decode(mask, name="mask", limits=OWN_LIMITS))[..., :1].astype(np.float32) / 255
        room[:] = room * _contact((1 - may_change[..., 0]).astype(np.float32))[..., None]
        room[:] = np.rint(room * may_change + own * (1 - may_change)).astype(np.uint8)
    stamp(room)
    return finish(room, [(photo.width, photo.height)], "png")[0].data


def _defects(words: str) -> list[str]:
    """What is to be wrong with the product or the person, without what the prompt asks to be right."""
    found = _DEFECT.findall(words)
    plain = {one.removesuffix(_UNLESS_TOLD): one.endswith(_UNLESS_TOLD) for one in found}
    return [one for one, unless in plain.items() if not (unless and one in _HEEDED and _HEEDED[one] in words)]


def _room(words: str, width: int, height: int, seed: int) -> Canvas:
    """A wall and a floor that begins where `words` say, lit from the left; its colours come from them and `seed`."""
    defects = _DEFECT.findall(words)
    number = zlib.crc32(words.encode()) + seed
    wall = np.array([196, 188, 178], np.float32) - number % 61
    if "flat" in defects:
        return np.broadcast_to(wall.astype(np.uint8), (height, width, 3)).copy()
    floor = wall * np.array([0.79, 0.75, 0.7], np.float32)
    down = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    across = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None]
    begins = _LOW_FLOOR if "low-floor" in defects else _begins(words)
    is_floor = np.clip((down - begins) / _SKIRTING + 0.5, 0, 1)
    light = 1.06 - 0.2 * across - 0.1 * (down - 0.4) ** 2 + 0.1 * is_floor * np.clip(down - begins, 0, 1)
    canvas: NDArray[np.float32] = ((wall + (floor - wall) * is_floor[..., None]) * light[..., None]).astype(np.float32)
    canvas += _grain(width, height, number)[..., None] * (0.3 + 0.7 * is_floor[..., None])
    if "occupied" in defects:
        _occupy(canvas)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def _furnish(canvas: Canvas, words: str, seed: int) -> None:
    """Blocks and a round thing in the colours and places that come from `words` and `seed`: a picture unlike others."""
    height, width = canvas.shape[:2]
    draw = np.random.default_rng(zlib.crc32(words.encode()) + seed)
    for _ in range(_BLOCKS):
        left, top = (round(float(at) * side) for at, side in zip(draw.uniform(0, 0.8, 2), (width, height), strict=True))
        across, down = (
            max(1, round(float(part) * side))
            for part, side in zip(draw.uniform(0.15, 0.5, 2), (width, height), strict=True)
        )
        canvas[top : top + down, left : left + across] = draw.integers(20, 236, 3)
    middle = (round(width * float(draw.uniform(0.3, 0.7))), round(height * float(draw.uniform(0.4, 0.7))))
    colour = tuple(int(level) for level in draw.integers(20, 236, 3))
    cv2.ellipse(canvas, middle, (width // 7, height // 6), 0, 0, 360, colour, -1, cv2.LINE_AA)


def _contact(product: NDArray[np.float32]) -> NDArray[np.float32]:
    """The light left around what stands on the floor: its shadow falls to the right and close under it."""
    rows, columns = np.flatnonzero(product.any(1)), np.flatnonzero(product.any(0))
    if not rows.size:
        return np.ones_like(product)
    foot, middle, half = int(rows[-1]), int(columns.mean()), max((int(columns[-1]) - int(columns[0])) // 2, 1)
    shade = np.zeros_like(product)
    cv2.ellipse(shade, (middle + half // 5, foot), (half, max(half // 6, 1)), 0, 0, 360, (0.5,), -1)
    return 1 - np.asarray(cv2.GaussianBlur(shade, (0, 0), max(half / 10, 0.5)), np.float32)


def _begins(words: str) -> float:
    """Where the floor begins, 0 top to 1 bottom; above the picture where it is all floor."""
    if found := _FLOOR.search(words):
        return max(1 - int(found[1]) / 100, 0.05)
    return -0.2 if _NO_WALL.search(words) else _USUAL_FLOOR


def _grain(width: int, height: int, number: int) -> NDArray[np.float32]:
    """Levels, about ±3: the plaster of a wall, drawn out sideways."""
    coarse = np.random.default_rng(number).normal(0, 3, (max(height // 6, 2), max(width // 24, 2))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _occupy(canvas: NDArray[np.float32]) -> None:
    """A dark vase in the middle of the floor."""
    height, width = canvas.shape[:2]
    middle, foot = width // 2, round(height * 0.88)
    cv2.ellipse(
        canvas, (middle, foot - height // 6), (width // 8, height // 6), 0, 0, 360, (60, 40, 90), -1, cv2.LINE_AA
    )
    cv2.rectangle(canvas, (middle - width // 24, foot - height // 2), (middle + width // 24, foot), (60, 40, 90), -1)


def _place(canvas: Canvas, photo: Photo, defects: list[str], where: tuple[float, float]) -> None:
    """Lays the photo into the picture: `where` is the part of it that it takes at most, and where its foot stands."""
    height, width = canvas.shape[:2]
    part, foot = where
    scale = min(part * width / photo.width, part * height / photo.height)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    product = cv2.resize(_eight(photo), size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    alpha = np.ones(product.shape[:2], np.float32)
    if photo.alpha is not None:
        levels = photo.alpha.astype(np.float32) / np.iinfo(photo.alpha.dtype).max
        alpha = np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA), np.float32)
    for defect in defects:
        _spoil(product, defect)
    top, left = max(round(height * foot) - size[1], 0), (width - size[0]) // 2
    under = canvas[top : top + size[1], left : left + size[0]]
    under[:] = np.rint(product * alpha[..., None] + under * (1 - alpha[..., None])).astype(np.uint8)


def _spoil(product: Canvas, defect: str) -> None:
    height, width = product.shape[:2]
    if defect == "recoloured":
        product[:] = product[..., [2, 0, 1]]
    elif defect == "garbled-logo":
        logo = product[height // 3 : height * 2 // 3, width // 4 : width * 3 // 4]
        columns = np.random.default_rng(0).permutation(logo.shape[1])
        logo[:] = logo[:, columns]
    elif defect == _OTHER_FACE:
        product[:] = product[..., [0, 2, 1]]  # another complexion, and other hair
        centre, axes = (width // 2, height // 5), (max(1, width // 6), max(1, height // 7))
        cv2.ellipse(product, centre, axes, 0, 0, 360, (140, 100, 80), -1)
        for side in (-1, 1):
            cv2.circle(product, (centre[0] + side * axes[0] // 2, centre[1]), max(1, axes[0] // 6), (30, 20, 20), -1)


def stamp(canvas: Canvas) -> None:
    """Says in the picture what made it, in letters that no size loses."""
    height, width = canvas.shape[:2]
    scale = max(width / 550, 0.4)
    left, base, edge = width // 30, height - height // 30, max(1, width // 800)
    around = [(x, y) for x in (-edge, 0, edge) for y in (-edge, 0, edge)]
    for (x, y), colour in [*((shift, (20, 20, 20)) for shift in around), ((0, 0), (250, 250, 250))]:
        cv2.putText(
            canvas,
            STAMP,
            (left + x, base + y),
            cv2.FONT_HERSHEY_SIMPLEX,
            scale,
            colour,
            max(1, round(width / 300)),
            cv2.LINE_AA,
        )


def _eight(photo: Photo) -> Canvas:
    return (photo.pixels if photo.depth == 8 else photo.pixels >> 8).astype(np.uint8)


def _middle(height: int, width: int) -> NDArray[np.bool_]:
    rows, columns = np.ogrid[:height, :width]
    return (abs(rows - height / 2) < height / 4) & (abs(columns - width / 2) < width / 4)
