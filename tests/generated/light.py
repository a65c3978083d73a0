"""The studio's light: a key softbox, a dome and the floor's bounce, and the shadows that they cast."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import cv2
import numpy as np

from .shapes import Float, Mesh, unit

CLOUD = 36000  # points scattered on the product that stand for it in every shadow
DOME_DIRECTIONS = 40
SKY_DIRECTIONS = 26
KEY_DIRECTIONS = 14
CONTACT = 0.07  # below this height, in product sizes, the dome's shadow is drawn sharply
FLOOR_CELLS = 512
FLOOR_SPAN = 1.9  # half-width of the shadowed part of the floor, in product sizes


@dataclass(frozen=True, eq=False)
class Rig:
    """One studio set-up.

    `key` (3,) unit vector towards the key light, `spread` its angular radius in radians, `share` its part
    0..1 of the light on the open floor (the rest is the dome's). `boxes`: the (direction, half-width, half-
    height, radiance) of the lights that show as highlights. `surround`: how bright, 0..1, the unlit studio is
    in reflections.
    """

    key: Float
    spread: float
    share: float
    boxes: tuple[tuple[Float, float, float, float], ...]
    surround: float


def draw_rig(rng: np.random.Generator) -> Rig:
    """A rig by chance: the key from either side, in front or slightly behind, and a strip light opposite."""
    side = rng.choice([-1.0, 1.0])
    key = unit(np.array([side * rng.uniform(0.25, 0.9), rng.uniform(0.75, 1.3), rng.uniform(-0.8, 0.25)], np.float32))
    spread = float(rng.choice([0.06, 0.18, 0.35], p=[0.25, 0.4, 0.35]))
    boxes = [(key, max(0.16, 0.9 * spread), max(0.2, 1.2 * spread), float(rng.uniform(7, 16)))]
    strip = unit(np.array([-side * rng.uniform(0.8, 1.2), rng.uniform(0.2, 0.6), rng.uniform(-0.9, -0.3)], np.float32))
    boxes.append((strip, float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.4, 0.8)), float(rng.uniform(3, 8))))
    return Rig(key, spread, float(rng.uniform(0.3, 0.7)), tuple(boxes), float(rng.uniform(0.3, 0.6)))


def directions(count: int) -> Float:
    """Evenly spread unit vectors (count, 3) over the sphere (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    angle = index * pi * (3 - 5**0.5)
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(angle), height, ring * np.sin(angle)], axis=1).astype(np.float32)


def key_directions(rig: Rig) -> Float:
    """Directions (KEY_DIRECTIONS, 3) over the disc of the key light."""
    index = np.arange(KEY_DIRECTIONS) + 0.5
    radius = np.sqrt(index / KEY_DIRECTIONS) * np.tan(rig.spread)
    angle = index * pi * (3 - 5**0.5)
    side = unit(np.cross(rig.key, np.array([0.3, 0.1, 1], np.float32)))
    rise = np.cross(side, rig.key)
    offsets = radius[:, None] * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * rise)
    return unit((rig.key + offsets).astype(np.float32))


def scatter(mesh: Mesh, rng: np.random.Generator) -> Float:
    """Points (CLOUD, 3) spread evenly over the mesh's surface."""
    a, b, c = (mesh.points[mesh.faces[:, corner]] for corner in range(3))
    area = np.cumsum(np.linalg.norm(np.cross(b - a, c - a), axis=1))
    face = np.searchsorted(area, rng.random(CLOUD, dtype=np.float32) * area[-1]).clip(0, len(area) - 1)
    u, v = rng.random((2, CLOUD, 1), dtype=np.float32)
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    return (a[face] + u * (b - a)[face] + v * (c - a)[face]).astype(np.float32)


def _seen_from(direction: Float, cloud: Float, mesh: Mesh, slope: Float, cells: int) -> Float:
    """How far, 0..1 per vertex, the light from `direction` reaches it past the cloud (a shadow map)."""
    side = unit(np.cross(direction, np.array([0.31, 0.12, 0.94], np.float32)))
    basis = np.stack([side, np.cross(side, direction), direction], axis=1).astype(np.float32)
    spots, places = cloud @ basis, mesh.points @ basis
    low, high = places[:, :2].min(axis=0), places[:, :2].max(axis=0)
    cell = float((high - low).max()) / cells + 1e-9

    def address(coordinates: Float) -> np.ndarray:
        spot = np.clip((coordinates[:, :2] - low) / cell, 0, cells - 1).astype(np.int32)
        return spot[:, 0] * cells + spot[:, 1]

    nearest = np.full(cells * cells, -np.inf, np.float32)
    np.maximum.at(nearest, address(spots), spots[:, 2])
    bias = cell * np.minimum(1.2 / np.maximum(slope, 0.12), 6) + 0.006
    return np.clip(1.5 - (nearest[address(places)] - places[:, 2]) / (2 * bias), 0, 1)


def irradiance(mesh: Mesh, cloud: Float, rig: Rig) -> tuple[Float, Float, Float]:
    """Light of key, dome and floor at each vertex, (V,) each; the open floor gets 1 of either lamp."""
    key = np.zeros(len(mesh.points), np.float32)
    lights = key_directions(rig)
    for light in lights:
        slope = mesh.normals @ light
        key += np.maximum(slope, 0) * _seen_from(light, cloud, mesh, slope, 110)
    key /= np.maximum(lights[:, 1], 0.05).sum()
    dome, floor = np.zeros_like(key), np.zeros_like(key)
    for light in directions(DOME_DIRECTIONS):
        slope = mesh.normals @ light
        reached = np.maximum(slope, 0) * _seen_from(light, cloud, mesh, slope, 64)
        if light[1] > 0:
            dome += reached
        else:
            floor += reached
    # A quarter of the sphere's directions, weighted by their slope, is what an open plane receives.
    lit_floor = np.clip(mesh.points[:, 1] / 0.25, 0.12, 1)
    return key, dome / (DOME_DIRECTIONS / 4), floor / (DOME_DIRECTIONS / 4) * lit_floor


def floor_light(cloud: Float, rig: Rig, rng: np.random.Generator) -> Float:
    """Light 0..1 on the floor's square of half-width FLOOR_SPAN, (FLOOR_CELLS, FLOOR_CELLS) by z then x."""
    lights = key_directions(rig)
    runs = lights[:, [2, 0]] / np.maximum(lights[:, 1:2], 0.08)
    spread = np.full(len(runs), 1.5 * np.tan(rig.spread) / KEY_DIRECTIONS**0.5)
    key = _shadowed(cloud, runs, spread, 1 + 9 * rig.spread, rng)
    # Cosine-weighted directions of the dome lie evenly on the disc below it (Malley's method).
    index = np.arange(SKY_DIRECTIONS) + 0.5
    radius, angle = np.sqrt(index / SKY_DIRECTIONS) * 0.97, index * pi * (3 - 5**0.5)
    rise = np.sqrt(1 - radius**2)
    runs = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1) / rise[:, None]
    dome = _shadowed(cloud, runs, 1.1 / SKY_DIRECTIONS**0.5 / rise**2, 4, rng)
    return (rig.share * key + (1 - rig.share) * dome).astype(np.float32)


def _shadowed(cloud: Float, runs: Float, blurs: Float, soften: float, rng: np.random.Generator) -> Float:
    """As _floor_lit, what stands high softened by `soften` cells and what lies low kept sharp."""
    low = cloud[:, 1] < CONTACT
    broad = cv2.GaussianBlur(_floor_lit(cloud[~low], runs, blurs, rng), (0, 0), soften)
    return _floor_lit(cloud[low], runs, blurs, rng) * broad


def _floor_lit(cloud: Float, runs: Float, blurs: Float, rng: np.random.Generator) -> Float:
    """The part of the light on the floor: `runs` (N, 2) is the shadow's z and x per height, `blurs` (N,)."""
    jitter = rng.uniform(-1, 1, (2, len(cloud))).astype(np.float32)
    shadow = np.zeros((FLOOR_CELLS, FLOOR_CELLS), np.float32)
    kernel = np.ones((3, 3), np.uint8)
    scale = FLOOR_CELLS / 2 / FLOOR_SPAN
    z, height, x = cloud[:, 2] * scale, cloud[:, 1] * scale, cloud[:, 0] * scale
    for number, (run, blur) in enumerate(zip(runs.astype(np.float32), blurs.astype(np.float32), strict=True)):
        # Spreading points by their height softens the shadow with distance and hides the single directions.
        shaken = np.roll(jitter, 977 * number, axis=1)
        row = z - height * (run[0] + blur * shaken[0]) + FLOOR_CELLS / 2
        column = x - height * (run[1] + blur * shaken[1]) + FLOOR_CELLS / 2
        inside = (row >= 0) & (row < FLOOR_CELLS) & (column >= 0) & (column < FLOOR_CELLS)
        mask = np.zeros(FLOOR_CELLS * FLOOR_CELLS, np.uint8)
        mask[row[inside].astype(np.int32) * FLOOR_CELLS + column[inside].astype(np.int32)] = 1
        shadow += cv2.morphologyEx(mask.reshape(FLOOR_CELLS, -1), cv2.MORPH_CLOSE, kernel)
    lit: Float = cv2.GaussianBlur(1 - shadow / len(runs), (0, 0), 0.8)
    return lit


def reflected(towards: Float, rig: Rig, roughness: float, paper: Float) -> Float:
    """Radiance (N, 3) from the directions `towards` (N, 3): paper (3,) below and behind, room, softboxes."""
    height = np.clip(towards[:, 1:2] / (0.25 + roughness) * 0.5 + 0.5, 0, 1)
    behind = np.clip(towards[:, 2:3] / (0.3 + roughness) * 0.5 + 0.5, 0, 1)
    room = rig.surround * (0.45 + 0.55 * height) * (1 - behind) + paper * behind
    light = paper * (1 - height) + room * height
    edge = 0.03 + roughness
    for centre, wide, tall, radiance in rig.boxes:
        side = unit(np.cross(centre, np.array([0, 1, 0.01], np.float32)))
        ahead = towards @ centre
        lit = np.flatnonzero(ahead > 0.05)
        u = np.abs(towards[lit] @ side) / ahead[lit]
        v = np.abs(towards[lit] @ np.cross(side, centre)) / ahead[lit]
        shape = np.clip((wide - u) / edge * 0.5 + 0.5, 0, 1) * np.clip((tall - v) / edge * 0.5 + 0.5, 0, 1)
        dilution = wide * tall / ((wide + 0.6 * roughness) * (tall + 0.6 * roughness))
        light[lit] += (radiance * dilution * shape)[:, None]
    return light.astype(np.float32)
