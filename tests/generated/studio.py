"""One shot in the studio: the product placed and lit, seen by the camera, and laid over its backdrop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import linear_to_srgb

from .backdrops import Backdrop, paint
from .camera import Camera, aim
from .draw import Part
from .light import Rig, draw_rig, floor_light, irradiance, scatter
from .materials import shade
from .raster import Samples, facing, rasterise
from .shapes import Float, Index, Mesh, join, unit

LENS_BLUR = 0.6  # standard deviation in pixels of the lens's point spread
PAPER_BOUNCE = 0.85  # how much of the floor's light comes back up beside a product


@dataclass(frozen=True, eq=False)
class Layers:
    """A photo before exposure and noise, in linear light: picture = product + (1 - alpha) * backdrop.

    `product` (H, W, 3) is multiplied by `alpha` (H, W) already; `backdrop` (H, W, 3) has the shadows in it;
    `paper` (3,) is its colour without them.
    """

    product: Float
    alpha: Float
    backdrop: Float
    paper: Float
    camera: Camera

    @property
    def picture(self) -> Float:
        return self.product + (1 - self.alpha[..., None]) * self.backdrop


@dataclass(frozen=True, eq=False)
class Shot:
    """A product of `parts` as one `mesh`, a unit large over the floor's origin, lit and aimed at.

    `part` (F,) is the piece a face is of; `lamps` and `bounce` (V,) the light at every vertex and `lit_floor`
    that on the floor, as light.irradiance and light.floor_light give them.
    """

    parts: Sequence[Part]
    mesh: Mesh
    part: Index
    camera: Camera
    rig: Rig
    lamps: Float
    bounce: Float
    lit_floor: Float

    def resized(self, size: tuple[int, int]) -> Shot:
        """The same shot in a frame of another width and height: nothing in the studio moves."""
        return replace(self, camera=self.camera.resized(size))


@dataclass(frozen=True, eq=False)
class Seen:
    """What lies at every sample: its `part` (N,), `uv`, `skin` (N, 2), `normals` and `view` (N, 3) unit
    vectors to the camera, and the light that reaches it from the lamps and from the floor, (N, 1) each.
    """

    samples: Samples
    part: Index
    uv: Float
    skin: Float
    normals: Float
    view: Float
    lamps: Float
    floor: Float


def arrange(
    parts: Sequence[Part], elevations: tuple[float, float], rng: np.random.Generator, size: tuple[int, int]
) -> Shot:
    """Puts the product on the floor and draws a camera and lights; `size` is the frame's width and height."""
    mesh = join([part.mesh for part in parts])
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    scale = 1 / float((high - low).max())
    centre = (low + high) / 2
    mesh = mesh.moved(-float(centre[0]), -float(low[1]), -float(centre[2])).scaled(scale, scale, scale)
    elevation, fill, lens = (float(rng.uniform(*span)) for span in (elevations, (0.55, 0.8), (1.5, 2.8)))
    camera = aim(mesh.points, size, elevation, fill, lens, (rng.uniform(-0.04, 0.04), rng.uniform(-0.03, 0.05)))
    part = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.mesh.faces) for part in parts])
    rig, cloud = draw_rig(rng), scatter(mesh, rng)
    key, dome, bounce = irradiance(mesh, cloud, rig)
    lamps = rig.share * key + (1 - rig.share) * dome
    return Shot(parts, mesh, part, camera, rig, lamps, bounce, floor_light(cloud, rig, rng))


def look(shot: Shot) -> Seen:
    """Samples of the product as the camera sees it."""
    mesh, camera = shot.mesh, shot.camera
    closed = np.array([part.mesh.closed for part in shot.parts])[shot.part]
    towards, drawn = facing(mesh, closed, camera.position)
    samples = rasterise(mesh, shot.part, drawn, camera)
    columns = [mesh.normals, mesh.uv, mesh.skin, shot.lamps[:, None], shot.bounce[:, None]]
    fields = samples.blend(np.concatenate(columns, axis=1))
    flip = np.where(towards | closed, 1, -1).astype(np.float32)[samples.face]
    return Seen(
        samples,
        shot.part[samples.face],
        uv=fields[:, 3:5],
        skin=fields[:, 5:7],
        normals=unit(fields[:, :3] * flip[:, None]),
        view=-unit(camera.rays(samples.x, samples.y)),
        lamps=fields[:, 7:8],
        floor=fields[:, 8:9] * PAPER_BOUNCE,
    )


def colours(shot: Shot, seen: Seen, paper: Float) -> Float:
    """Radiance (N, 3) of the samples before paper of the colour `paper` (3,)."""
    result = np.empty((len(seen.part), 3), np.float32)
    light = seen.lamps + seen.floor * paper
    for index, part in enumerate(shot.parts):
        of = seen.part == index
        if of.any():
            surface = seen.uv[of], seen.skin[of], seen.normals[of], seen.view[of]
            result[of] = shade(part.material, *surface, light[of], shot.rig, paper)
    return result


def compose(shot: Shot, backdrop: Backdrop) -> Layers:
    """Photographs the shot on the backdrop."""
    seen = look(shot)
    sharp = seen.samples.gather(colours(shot, seen, backdrop.colour), shot.camera)
    frame: Float = cv2.GaussianBlur(sharp, (0, 0), LENS_BLUR)
    behind = paint(backdrop, shot.camera, shot.lit_floor)
    return Layers(frame[..., :3], frame[..., 3].clip(0, 1), behind, backdrop.colour, shot.camera)


def expose(light: Float, ev: float, noise: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A sensor's sRGB picture of linear `light`: exposed by `ev` stops, with shot noise and a little read
    noise.

    `noise` is the standard deviation in linear light where the exposure is full.
    """
    exposed = light * np.float32(2.0**ev)
    grainy = rng.standard_normal(exposed.shape, dtype=np.float32)
    grainy *= noise * np.sqrt(np.maximum(exposed, 0) + 0.01)
    return np.round(linear_to_srgb(exposed + grainy) * 255).astype(np.uint8)
