"""Every painted set: whole, bright enough, the same for the same seed, and true to the canvas's camera."""

from __future__ import annotations

from dataclasses import replace
from math import radians, sin

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.scene import tabletops, worlds
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import upright
from packshot.studio.scene.lay import Ground, Tile, flat, lay
from packshot.studio.scene.podium import podium, steps
from packshot.studio.scene.scene import Backdrop, Scene
from packshot.studio.scene.textures import cloth, oak, snow, stone
from packshot.studio.scene.worlds import falling_snow

SCENES = {scene.slug: scene for scene in (*tabletops.SCENES, *worlds.SCENES)}
VIEWS = [(scene, view) for scene in SCENES.values() for view in ("standing", "above")]
every_view = pytest.mark.parametrize(("scene", "view"), VIEWS, ids=[f"{scene.slug}-{view}" for scene, view in VIEWS])
every_scene = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)


def canvas_for(scene: Scene, view: str = "standing", size: tuple[int, int] = (160, 160), **changes: float) -> Canvas:
    """A canvas as the stage makes it, for a product half as wide as the frame's shorter side."""
    width, height = size
    ground = scene.ground if view == "standing" else 0.5 + scene.fill / 2
    half = min(width, height) // 4
    box = (
        width // 2 - half,
        round((ground - scene.fill) * height),
        width // 2 + half,
        round(ground * height),
    )
    canvas = Canvas(width, height, 1, box, 14.0, scene.ground, footprint=(0.0, 0.13, 0.28))
    if view == "above":
        canvas = replace(canvas, elevation=90.0, ground=0.5)
    return replace(canvas, **changes)


def painter(scene: Scene, view: str) -> Backdrop:
    return scene.backdrop if view == "standing" else scene.tabletop


def paint(scene: Scene, view: str = "standing", size: tuple[int, int] = (160, 160), **changes: float) -> Float:
    return painter(scene, view)(canvas_for(scene, view, size, **changes))


def test_the_seven_sets_are_there_and_described() -> None:
    assert list(SCENES) == ["marble", "wood", "concrete", "linen", "winter", "luxury", "podium"]
    for scene in SCENES.values():
        assert scene.title
        assert scene.words.endswith(".")
        assert "!" not in scene.words


@every_view
def test_paints_finite_linear_light(scene: Scene, view: str) -> None:
    picture = paint(scene, view, (200, 140))
    assert picture.shape == (140, 200, 3)
    assert picture.dtype == np.float32
    assert np.isfinite(picture).all()
    assert picture.min() >= 0
    assert picture.max() <= 1.6
    assert np.quantile(picture, 0.98) <= 1.1


@every_view
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(scene: Scene, view: str) -> None:
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        first = paint(scene, view)
        cv2.setNumThreads(2)
        second = paint(scene, view)
    finally:
        cv2.setNumThreads(threads)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("scene", "view"),
    [pair for pair in VIEWS if (pair[0].slug, pair[1]) != ("podium", "above")],
    ids=[f"{scene.slug}-{view}" for scene, view in VIEWS if (scene.slug, view) != ("podium", "above")],
)
def test_another_seed_gives_another_set_that_is_as_bright(scene: Scene, view: str) -> None:
    one, other = paint(scene, view, seed=1), paint(scene, view, seed=2)
    assert np.abs(one - other).mean() > 0.002
    assert one.mean() == pytest.approx(other.mean(), rel=0.25)


@every_view
def test_looks_the_same_at_two_sizes(scene: Scene, view: str) -> None:
    large, little = paint(scene, view, (512, 512)), paint(scene, view, (256, 256))
    shrunk = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
    blurred = [cv2.GaussianBlur(picture, (0, 0), 2.0) for picture in (shrunk, little)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 0.006
    assert np.abs(blurred[0] - blurred[1]).max() < 0.12


@every_scene
@pytest.mark.parametrize("elevation", [4, 14, 25, 35])
@pytest.mark.parametrize("size", [(96, 288), (288, 96), (150, 120)])
def test_every_elevation_and_aspect(scene: Scene, elevation: float, size: tuple[int, int]) -> None:
    picture = paint(scene, "standing", size, elevation=float(elevation))
    assert picture.shape == (size[1], size[0], 3)
    assert np.isfinite(picture).all()


@every_scene
def test_the_floor_is_bright_enough_for_a_shadow_to_be_seen(scene: Scene) -> None:
    ground = round(scene.ground * 256)
    floor = paint(scene, "standing", (256, 256))[ground - 2 : ground + 8, 100:156]
    assert floor.mean() > (0.01 if scene.slug == "luxury" else 0.2)


@every_scene
def test_the_wall_is_out_of_focus(scene: Scene) -> None:
    if scene.slug == "podium":
        pytest.skip("its niche is an edge")
    wall = paint(scene, "standing", (512, 512))[:120].mean(axis=2)
    assert np.abs(np.diff(wall, axis=0)).max() < 0.04
    assert np.abs(np.diff(wall, axis=1)).max() < 0.04


@every_scene
def test_a_detail_without_ground_is_painted(scene: Scene) -> None:
    canvas = replace(canvas_for(scene), product=(0, 0, 160, 160), ground=1.25)
    picture = scene.backdrop(canvas)
    assert np.isfinite(picture).all()
    assert picture.max() > 0.01


@every_scene
def test_a_floor_that_fills_the_frame_is_painted(scene: Scene) -> None:
    picture = paint(scene, "standing", elevation=60.0)
    assert np.isfinite(picture).all()
    assert picture.mean() > 0.008


@every_scene
def test_no_edge_runs_across_the_frame(scene: Scene) -> None:
    """Wall and floor blend: away from the product no row differs from the next by more than blended light does."""
    if scene.slug == "podium":
        pytest.skip("its steps are edges")
    picture = paint(scene, "standing", (512, 512))
    rows = picture[:, :100].mean(axis=(1, 2))
    assert np.abs(np.diff(rows)).max() < 0.09


@pytest.mark.parametrize("elevation", [6.0, 14.0, 30.0])
def test_the_podiums_top_is_a_circle_seen_at_the_cameras_elevation(elevation: float) -> None:
    scene = SCENES["podium"]
    canvas = canvas_for(scene, size=(600, 600), elevation=elevation)
    picture = podium(canvas)
    top = (picture[..., 2] > 0.97 * picture[round(scene.ground * 600) - 4, 290:310, 2].mean()).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(top)
    widths = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    inner = [(wide, tall) for wide, tall in zip(*widths, strict=True) if 0.3 * 600 < wide < 0.95 * 600 and tall < wide]
    assert any(tall / wide == pytest.approx(sin(radians(elevation)), abs=0.06) for wide, tall in inner)


@pytest.mark.parametrize("elevation", [6.0, 20.0, 33.0])
def test_the_podium_is_whole(elevation: float) -> None:
    """Its outline is curved everywhere but down the drums' sides: no column cuts a disc off."""
    scene = SCENES["podium"]
    canvas = canvas_for(scene, size=(600, 600), elevation=elevation)
    contrast = np.abs(np.diff(podium(canvas).mean(axis=2), axis=1)) > 0.02
    tallest_side = (0.065 + 0.075) * 600
    edges = [_longest_run(column) for column in contrast[round(0.6 * 600) :].T]
    assert max(edges) < tallest_side


def _longest_run(marks: NDArray[np.bool_]) -> int:
    ends = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    return int((ends[1::2] - ends[::2]).max(initial=0))


def test_the_podium_carries_the_whole_product() -> None:
    scene = SCENES["podium"]
    canvas = canvas_for(scene, size=(400, 400))
    x, z = canvas.floor()
    x0, _, x1, y1 = canvas.product
    foot = x[y1 - 1, x0], x[y1 - 1, x1 - 1]
    picture = podium(canvas)
    under = picture[y1 - 4 : y1, x0:x1].mean(axis=(0, 2))
    assert foot[0] < 0 < foot[1]
    assert abs(float(z[y1 - 1, 0])) < 0.05
    assert np.ptp(under) < 0.06


@pytest.mark.parametrize("footprint", [(0.0, 0.1, 0.1), (0.03, 0.3, 0.32), (-0.1, 0.2, 0.2)])
def test_the_podium_is_as_wide_and_as_deep_as_what_stands_on_it(footprint: tuple[float, float, float]) -> None:
    canvas = replace(canvas_for(SCENES["podium"]), footprint=footprint)
    _, upper = steps(canvas)
    x, z, reach = footprint
    assert upper.radius > np.hypot(x, z - upper.away) + reach + 0.02


def test_walls_and_floors_share_a_camera() -> None:
    canvas = Canvas(300, 200, 1, (100, 20, 200, 160), 18.0, 0.8)
    x, height = upright(canvas, 1.2)
    row = round(canvas.line(1.2) * canvas.height - 0.5)
    assert abs(float(height[row, 0])) < 0.01
    floor_x, floor_z = canvas.floor()
    assert float(floor_z[row, 0]) == pytest.approx(1.2, abs=0.05)
    np.testing.assert_allclose(x[row], floor_x[row], atol=0.02)


@pytest.mark.parametrize(
    "texture", [stone.carrara, stone.portoro, stone.concrete, oak.oak, cloth.linen, cloth.drape, snow.snow]
)
def test_textures_repeat_without_a_seam(texture: object) -> None:
    tile: Tile = texture()  # type: ignore[operator]
    pixels = tile.pixels.reshape(*tile.pixels.shape[:2], -1)
    assert pixels.dtype == np.float32
    assert max(pixels.shape[:2]) <= 1024
    for axis in (0, 1):
        steps = np.abs(np.diff(pixels, axis=axis)).mean(axis=(1 - axis, 2))
        seam = np.abs(pixels.take(0, axis) - pixels.take(-1, axis)).mean()
        assert seam <= steps.max() * 1.2


def test_a_minified_texture_keeps_its_brightness_and_loses_its_grain() -> None:
    rng = np.random.default_rng(1)
    tile = Tile(rng.random((256, 256), np.float32), 1.0)
    x = np.repeat(np.linspace(-1, 1, 200, dtype=np.float32)[None], 100, axis=0)
    near, far = np.linspace(0, 0.2, 100), np.linspace(0, 60, 100)
    sharp = lay(tile, Ground(0, x, near.astype(np.float32)[:, None]), (0.0, 0.0))
    filtered = lay(tile, Ground(0, x, far.astype(np.float32)[:, None]), (0.0, 0.0))
    assert filtered.mean() == pytest.approx(0.5, abs=0.01)
    assert filtered.std() < sharp.std() / 3


def test_above_the_product_lies_on_the_middle_of_the_surface() -> None:
    ground = flat(Canvas(301, 201, 1, (100, 50, 200, 150), 90.0, 0.5))
    assert ground.x[100, 150] == pytest.approx(0, abs=1e-6)
    assert ground.z[100, 0] == pytest.approx(0, abs=1e-6)


def test_falling_snow_leaves_the_product_alone() -> None:
    scene = SCENES["winter"]
    canvas = canvas_for(scene, size=(256, 256))
    picture = np.full((256, 256, 3), 0.3, np.float32)
    alpha = np.zeros((256, 256), np.float32)
    alpha[60:200, 80:180] = 1
    snowed = picture.copy()
    falling_snow(canvas, snowed, alpha)
    assert (snowed[alpha == 1] == picture[alpha == 1]).all()
    assert (snowed >= picture).all()
    assert 0.001 < (snowed > picture + 0.02).mean() < 0.05
