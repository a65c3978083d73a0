"""A painted scene is fitted, looked over and composed with the product; what was painted around it, put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from packshot.studio.compose import compose, encode, stage
from packshot.studio.cutout.result import View
from packshot.studio.errors import UnusablePlateError
from packshot.studio.plate import Stand, fitted, look_over, plate_scene, stand_of
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.library import SCENES
from packshot.studio.surround import lay_out, paste_back

from .silhouettes import Shape, cutout

SIDE = 320
WHOLE = (0, 0, SIDE, SIDE)
Plate = NDArray[np.uint8]


def where(shape: Shape = "mug", view: View = "standing") -> Stand:
    scene = SCENES["soft-grey"]
    return stand_of(cutout(shape, view=view), scene, width=SIDE, height=SIDE, framing="standard", view=view)


def room(floor: float = 0.6, *, side: int = SIDE, grain: float = 2.0) -> Plate:
    """A light wall and a darker floor that begins at `floor` of the height."""
    plate = np.full((side, side, 3), (190, 186, 180), np.float32)
    plate[round(floor * side) :] = (140, 132, 124)
    plate += np.random.default_rng(3).normal(0, grain, (side, side, 1))
    return np.clip(plate, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("view", ["standing", "above"])
@pytest.mark.parametrize("shape", ["mug", "stool"])
def test_the_opaque_product_is_its_own_pixels_and_the_far_plate_is_the_plates(shape: Shape, view: View) -> None:
    plate = room()
    made = compose(
        cutout(shape), plate_scene(SCENES["marble"], plate, WHOLE), width=SIDE, height=SIDE, seed=1, view=view
    )
    x0, y0, x1, y1 = made.product.box
    solid = made.product.alpha == 1
    assert solid.sum() > 500
    assert np.array_equal(made.pixels[y0:y1, x0:x1][solid], encode(made.product.colour, 8)[solid])
    if view == "standing":
        corner = np.s_[: SIDE // 8, :]  # above all shadows: the plate itself, within the dither
        assert np.abs(made.pixels[corner].astype(int) - plate[corner].astype(int)).max() <= 1


def test_the_plate_gets_the_products_shadow_and_on_gloss_its_mirror_image() -> None:
    for slug, mirrored in (("luxury", True), ("concrete", False)):
        layers = stage(cutout("can"), plate_scene(SCENES[slug], room(), WHOLE), width=SIDE, height=SIDE, seed=1)
        assert layers.shade is not None and layers.shade.transmittance.min() < 0.6
        assert (layers.mirror is not None and layers.mirror.cover.max() > 0.1) == mirrored


def test_the_same_photo_and_plate_give_the_same_bytes() -> None:
    scene = plate_scene(SCENES["wood"], room(side=500), (50, 0, 450, 400))
    first, second = (compose(cutout("bowl"), scene, width=300, height=300, seed=9).pixels for _ in range(2))
    assert np.array_equal(first, second)


def test_a_window_of_the_plate_is_cut_out_where_it_is() -> None:
    plate = np.zeros((200, 300, 3), np.uint8)
    plate[40:160, 60:240] = 255
    assert (fitted(plate, (60, 40, 240, 160), 180, 120) == 1).all()
    enlarged = fitted(plate, (0, 0, 300, 200), 600, 400)
    assert enlarged[200, 300].min() > 0.99 and enlarged[10, 10].max() < 0.01


@pytest.mark.parametrize("slug", [slug for slug in SCENES if slug != "white"])
def test_painted_sets_are_of_use(slug: str) -> None:
    scene, stand = SCENES[slug], where()
    canvas = Canvas(SIDE, SIDE, 4, stand.box, stand.elevation, stand.ground)
    plate = encode(scene.backdrop(canvas), 8)
    assert look_over(plate, WHOLE, stand, steps=scene.steps is not None)["enlarged"] == 1


def test_a_room_is_of_use_and_is_measured() -> None:
    measured = look_over(room(0.6), WHOLE, where())
    assert measured["floor_edge"] == pytest.approx(0.6, abs=0.02) and measured["busy"] < 1


def occupied(plate: Plate) -> Plate:
    stand = where()
    middle = (stand.box[0] + stand.box[2]) // 2
    foot = (middle - 30, stand.box[3] - 90), (middle + 30, stand.box[3])
    return np.asarray(cv2.rectangle(plate.copy(), *foot, (150, 30, 30), -1), np.uint8)


UNUSABLE: list[tuple[str, Any, str]] = [
    ("something in the middle", occupied(room()), "where the product stands"),
    ("a floor that begins below the product", room(0.95), "begins 9"),
    ("one colour", np.full((SIDE, SIDE, 3), 90, np.uint8), "one flat colour"),
    ("too small", room(side=60), "too few"),
]


@pytest.mark.parametrize(("plate", "why"), [case[1:] for case in UNUSABLE], ids=[case[0] for case in UNUSABLE])
def test_a_plate_of_no_use_is_refused_with_the_reason(plate: Plate, why: str) -> None:
    height, width = plate.shape[:2]
    with pytest.raises(UnusablePlateError, match=why):
        look_over(plate, (0, 0, width, height), where())


def test_props_beside_the_product_are_welcome() -> None:
    plate = np.asarray(cv2.circle(room(), (16, 250), 14, (60, 90, 50), -1), np.uint8)
    assert look_over(plate, WHOLE, where())["busy"] < 1


def test_a_plate_cut_to_another_shape_has_to_leave_enough_of_it() -> None:
    with pytest.raises(UnusablePlateError, match="too few"):
        look_over(room(), (0, 0, SIDE, SIDE // 3), replace(where(), height=SIDE // 3))


SIZE = {"width": SIDE, "height": SIDE}
HOW: dict[str, Any] = {"framing": "standard", "view": "standing"}


def painted(shape: Shape = "mug") -> tuple[Plate, NDArray[np.uint8]]:
    """What a vendor that keeps to its mask makes of a product laid on a canvas, and the mask."""
    laid = lay_out(cutout(shape), SCENES["beige"], **SIZE, window=WHOLE, **HOW)
    made = np.where(laid.mask[..., None] == 255, room(), laid.pixels)
    return made.astype(np.uint8), laid.mask


def test_the_mask_spares_the_product_and_nothing_else() -> None:
    laid = lay_out(cutout("stool"), SCENES["beige"], **SIZE, window=WHOLE, **HOW)
    x0, y0, x1, y1 = laid.product.box
    kept = np.zeros((SIDE, SIDE), bool)
    kept[y0:y1, x0:x1] = laid.product.alpha > 1 / 255
    assert np.array_equal(laid.mask == 0, kept) and set(np.unique(laid.mask)) == {0, 255}


def test_the_products_pixels_go_back_exactly_and_no_canvas_shows_around_them() -> None:
    made, _ = painted()
    picture, measured = paste_back(made, WHOLE, cutout("mug"), SCENES["beige"], **SIZE, **HOW)
    x0, y0, x1, y1 = picture.product.box
    alpha = picture.product.alpha
    solid = alpha == 1
    assert np.array_equal(picture.pixels[y0:y1, x0:x1][solid], encode(picture.product.colour, 8)[solid])
    assert measured["alike"] > 0.99
    near = np.zeros((SIDE, SIDE), np.uint8)
    near[y0:y1, x0:x1] = alpha > 0
    outside = cv2.dilate(near, np.ones((7, 7), np.uint8)) == 0
    assert np.array_equal(picture.pixels[outside], room()[outside])
    # Where the product is nearly transparent the picture is the room's: no rim of the canvas's grey.
    faint = (alpha > 0) & (alpha < 0.2)
    truth = encode(fitted(room(), WHOLE, SIDE, SIDE)[y0:y1, x0:x1] * (1 - alpha[..., None]) + picture.product.colour, 8)
    assert np.abs(picture.pixels[y0:y1, x0:x1][faint].astype(int) - truth[faint].astype(int)).mean() < 4


def test_a_product_that_was_relit_is_put_back_and_one_that_was_moved_is_not() -> None:
    made, _ = painted()
    relit = np.clip(made.astype(np.float32) * 0.8 + 10, 0, 255).astype(np.uint8)
    picture, _ = paste_back(relit, WHOLE, cutout("mug"), SCENES["beige"], **SIZE, **HOW)
    assert picture.opaque.any()
    with pytest.raises(UnusablePlateError, match="moved or redrawn"):
        paste_back(np.roll(made, SIDE // 3, axis=1), WHOLE, cutout("mug"), SCENES["beige"], **SIZE, **HOW)
