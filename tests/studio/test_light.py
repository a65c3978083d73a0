"""The light on the floor is physical enough to look it: attached, darkest where things touch, nowhere above them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from packshot.imaging.colour import Float
from packshot.studio.compose import Layers, stage
from packshot.studio.light.footing import Footing, find_footing
from packshot.studio.reflect import reflect
from packshot.studio.scene.drum import rays_of
from packshot.studio.scene.library import SCENES
from packshot.studio.scene.podium import steps
from packshot.studio.scene.scene import Light, Surface

from .silhouettes import Shape, cutout

SIDE = 400
STRAIGHT_BACK = Light(direction=(0.0, 0.5), contact=0.9, cast=0.5, ambient=0.6)


def staged(shape: Shape, light: Light = STRAIGHT_BACK, elevation: float = 14.0) -> Layers:
    scene = replace(SCENES["soft-grey"], light=light)
    return stage(cutout(shape, elevation=elevation), scene, width=SIDE, height=SIDE, seed=1)


def floor_light(layers: Layers) -> Float:
    """(H, W) transmittance of the whole frame."""
    whole = np.ones((SIDE, SIDE), np.float32)
    assert layers.shade is not None
    x0, y0, x1, y1 = layers.shade.box
    whole[y0:y1, x0:x1] = layers.shade.transmittance.mean(axis=2)
    return whole


def footing_of(layers: Layers) -> Footing:
    return find_footing(layers.product, layers.canvas.elevation)


@pytest.mark.parametrize("shape", ["can", "stool", "mug", "bowl"])
@pytest.mark.parametrize("elevation", [4.0, 14.0, 35.0])
def test_transmittance_is_a_part_of_the_light(shape: Shape, elevation: float) -> None:
    left = floor_light(staged(shape, Light(contact=1, cast=1, ambient=1), elevation))
    assert np.isfinite(left).all()
    assert 0 <= left.min() < 0.1
    assert left.max() <= 1


def test_the_ground_is_darkest_where_the_product_touches_it() -> None:
    layers = staged("can")
    left = floor_light(layers)
    x0, _, x1, _ = layers.product.box
    middle, ground = (x0 + x1) // 2, round(footing_of(layers).ground)
    below = left[ground:, middle]
    assert below[0] < 0.35
    assert below[30] > 0.7
    assert np.diff(below[:12]).min() > -0.02


@pytest.mark.parametrize("shape", ["can", "mug", "bowl"])
def test_nothing_is_shaded_above_the_floor_behind_the_product(shape: Shape) -> None:
    layers = staged(shape, Light())
    left = floor_light(layers)
    horizon = layers.canvas.line(1e9) * SIDE
    assert (left[: max(int(horizon), 0)] == 1).all()
    x0, y0, x1, y1 = layers.product.box
    assert left[y0 : (y0 + y1) // 2, x0 - 3].min() > 0.97
    assert left[y0 : (y0 + y1) // 2, x1 + 3].min() > 0.9


def test_a_symmetrical_product_under_straight_light_is_shaded_symmetrically() -> None:
    layers = staged("can")
    left = floor_light(layers)
    ground = round(footing_of(layers).ground)
    below = left[ground - 10 : ground + 40]
    x0, _, x1, _ = layers.product.box
    centre = (x0 + x1) / 2
    reach = int(min(centre, SIDE - centre)) - 1
    columns = np.arange(reach) + 0.5
    right = np.array([np.interp(centre + columns, np.arange(SIDE) + 0.5, row) for row in below])
    mirrored = np.array([np.interp(centre - columns, np.arange(SIDE) + 0.5, row) for row in below])
    assert np.abs(right - mirrored).max() < 0.06
    assert np.abs(right - mirrored).mean() < 0.01


def test_every_foot_touches_at_its_own_depth() -> None:
    layers = staged("stool")
    footing = footing_of(layers)
    assert len(footing.feet) == 4
    tips = [float(np.nanmax(footing.low[foot.left : foot.right + 1])) for foot in footing.feet]
    assert tips[0] == pytest.approx(tips[3], abs=1) and tips[1] == pytest.approx(tips[2], abs=1)
    assert tips[0] - tips[1] > 10
    left = floor_light(layers)
    x0 = layers.product.box[0]
    for foot, tip in zip(footing.feet, tips, strict=True):
        column = x0 + (foot.left + foot.right) // 2
        assert left[round(tip), column] < 0.45
        assert left[round(tip) + 14, column] > left[round(tip), column] + 0.25


def test_a_box_on_low_feet_darkens_the_gap_under_it() -> None:
    layers = staged("radio")
    footing = footing_of(layers)
    left = floor_light(layers)
    x0, _, x1, _ = layers.product.box
    middle = (x0 + x1) // 2
    edge = round(float(footing.low[middle - x0]))
    assert left[edge : edge + 4, middle].max() < 0.5
    assert left[edge + 40, middle] > 0.75
    assert footing.support[middle - x0] == pytest.approx(footing.ground, abs=1)


def test_a_seat_shades_the_floor_between_its_legs() -> None:
    layers = staged("stool", Light(direction=(0, 0.1)))
    footing = footing_of(layers)
    left = floor_light(layers)
    x0, _, x1, _ = layers.product.box
    between = round(float(np.nanmin(footing.support)) * 0.5 + footing.ground * 0.5)
    assert left[between, (x0 + x1) // 2] < 0.85 < left[between, max(x0 - 60, 0)]


@pytest.mark.parametrize("elevation", [10.0, 14.0, 25.0])
def test_a_handle_is_no_foot(elevation: float) -> None:
    footing = footing_of(staged("mug", elevation=elevation))
    (base,) = footing.feet
    body = round(0.4 / 0.6 * footing.low.size)  # the can's share of the mug's width
    assert abs(base.right - body) < 0.06 * footing.low.size
    assert footing.touch[body + 6 :].max() < 0.2


def test_a_scrap_of_shadow_under_an_edge_ends_no_base() -> None:
    """A box seen over its corner stands on both its edges, though the cutout kept a scrap under one of them."""
    alpha = np.zeros((400, 400), np.uint8)
    box = [(60, 60), (60, 320), (260, 370), (340, 320), (340, 60)]
    scrap = [(110, 330), (122, 341), (150, 344), (162, 343)]
    for outline in (box, scrap):
        cv2.fillPoly(alpha, [np.array(outline, np.int32)], 255, cv2.LINE_AA)
    seen = replace(
        cutout("can", elevation=28.0),
        colour=np.full((400, 400, 3), 0.5, np.float32),
        alpha=(alpha / 255).astype(np.float32),
    )
    layers = stage(seen, SCENES["soft-grey"], width=SIDE, height=SIDE, seed=1)
    (base,) = footing_of(layers).feet
    assert base.left < 0.05 * layers.product.alpha.shape[1]


def test_a_balls_side_is_no_base() -> None:
    footing = footing_of(staged("bowl"))
    (base,) = footing.feet
    assert base.right - base.left < 0.6 * footing.low.size


def test_the_cast_shadow_falls_where_the_light_sends_it_and_starts_at_the_product() -> None:
    layers = staged("can", Light(direction=(0.9, 0.2), contact=0, ambient=0, cast=0.6, softness=0.5))
    left = floor_light(layers)
    x0, _, x1, _ = layers.product.box
    row = round(layers.canvas.line(0.1) * SIDE)
    shaded = 1 - left[row]
    assert shaded[x1 + 2] > 0.4
    assert shaded[x1 + 2 :].sum() > 5 * shaded[: x0 - 2].sum()
    assert shaded[x1 + 2] > shaded[min(x1 + 60, SIDE - 1)]


def test_softer_light_gives_softer_shadows() -> None:
    steepest = []
    for softness in (0.3, 1.5):
        light = Light(direction=(0.9, 0.2), contact=0, ambient=0, cast=0.6, softness=softness)
        layers = staged("can", light)
        beside = floor_light(layers)[:, layers.product.box[2] + 40]
        steepest.append(np.abs(np.diff(beside)).max())
    assert steepest[0] > 1.3 * steepest[1]


def test_a_shadow_steps_down_the_podium() -> None:
    """On the upper step it is the plain floor's; on the lower it lies where the light carries it on to."""
    light = Light(direction=(0.8, 0.0), contact=0, ambient=0, cast=0.8, softness=0.3)
    scene = replace(SCENES["podium"], light=light, fill=0.3)
    flat, stepped = (
        stage(cutout("can", elevation=30.0), one, width=SIDE, height=SIDE, seed=1)
        for one in (replace(scene, steps=None), scene)
    )
    lower, upper = steps(stepped.canvas)
    rays = rays_of(stepped.canvas)
    on_floor, on_steps = floor_light(flat), floor_light(stepped)

    def seen(light_left: Float, x: float, height: float) -> float:
        across, away = rays.at(height)
        row = int(np.abs(away[:, 0] - upper.away).argmin())
        return float(light_left[row, int(np.abs(across[row] - x).argmin())])

    top = np.linspace(0.6 * upper.radius, 0.95 * upper.radius, 6)
    assert [seen(on_steps, x, 0.0) for x in top] == pytest.approx([seen(on_floor, x, 0.0) for x in top], abs=0.03)
    assert seen(on_steps, float(top[-1]), 0.0) < 0.5
    drop = upper.top - lower.top
    ledge = np.linspace(upper.radius + 0.03, lower.radius - 0.01, 5)
    below = [seen(on_steps, x, lower.top) for x in ledge]
    assert below == pytest.approx([seen(on_floor, x - 0.8 * drop, 0.0) for x in ledge], abs=0.08)


def test_shade_follows_the_cameras_elevation() -> None:
    """The same shadow straight back lies higher up the frame for a camera that looks down more steeply."""
    tops = []
    for elevation in (8.0, 30.0):
        layers = staged("can", Light(direction=(1.2, 0.8), contact=0, ambient=0, cast=0.6), elevation)
        shaded = 1 - floor_light(layers)[:, layers.product.box[2] + 5 :]
        tops.append(footing_of(layers).ground - np.flatnonzero((shaded > 0.05).any(axis=1))[0])
    assert tops[1] > 2 * tops[0]


def test_a_lying_product_throws_its_shadow_to_the_lower_right() -> None:
    layers = stage(cutout("shirt", view="above"), SCENES["soft-grey"], width=SIDE, height=SIDE, seed=1)
    left = floor_light(layers)
    x0, y0, x1, y1 = layers.product.box
    middle = (x0 + x1) // 2
    assert layers.mirror is None
    assert left[y1 + 3, middle] < left[y0 - 4, middle] < 1
    assert left[y1 + 1, middle] < 0.6
    assert left[:20].min() > 0.98


def test_the_mirror_image_starts_at_the_product_and_fades() -> None:
    layers = staged("can")
    surface = Surface(reflection=0.4, roughness=0.2, falloff=0.15)
    mirror = reflect(layers.product, footing_of(layers), layers.canvas, surface)
    assert mirror is not None
    x0, y0, _, _ = mirror.box
    column = (layers.product.box[0] + layers.product.box[2]) // 2 - x0
    cover = mirror.cover[:, column]
    start = round(footing_of(layers).ground) - y0
    assert cover[: start - 8].max() < 0.05
    assert cover[start + 2] == pytest.approx(0.4, abs=0.06)
    assert cover[-1] < 0.01
    assert np.diff(cover[start + 3 :]).max() <= 1e-3


def test_the_mirror_image_of_many_feet_does_not_tear() -> None:
    layers = staged("stool")
    support = footing_of(layers).support
    assert np.abs(np.diff(support)).max() < 4


def test_a_matt_floor_mirrors_nothing() -> None:
    layers = staged("can")
    assert reflect(layers.product, footing_of(layers), layers.canvas, Surface(reflection=0)) is None
