"""Draws the pose figures that go along as references: `python samples/mannequin.py [POSE ...]`.

A mannequin of capsules, posed by joint angles and hands that reach for a place, and traced by sphere marching. It has
a face, hair and feet only so that front, back and side cannot be taken for each other.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Point = tuple[float, float, float]

HERE = Path(__file__).parent
FIGURES = HERE.parent / "src" / "packshot" / "words" / "figures"
WIDTH, HEIGHT = 576, 768  # pixels of a figure
FINER = 2  # rays a pixel and side
COARSER = 8  # pixels of a first look, which finds where the figure is
STEPS, NEAR, FAR = 70, 0.0006, 6.0  # metres
FRAME = 1.98  # metres that are in the picture's height
PITCH = 5.0  # degrees that the camera looks down
BACKGROUND, SKIN, SUIT, HAIR, FACE, WOOD = 0.93, 0.82, 0.60, 0.26, 0.34, 0.40
UPPER_ARM, FOREARM, THIGH, SHIN = 0.285, 0.255, 0.43, 0.42  # metres


@dataclass(frozen=True)
class Limb:
    """A capsule from `a` to `b` whose radius goes from `r` to `s` metres; `flat` is its depth over its width."""

    a: Point
    b: Point
    r: float
    s: float
    tone: float = SKIN
    flat: float = 1.0


@dataclass(frozen=True)
class Swing:
    """Where a limb points: `forward` and `out` of hanging straight down, in degrees."""

    forward: float = 0.0
    out: float = 0.0


@dataclass(frozen=True)
class Pose:
    """A figure: `yaw` turns it (90: its right side is seen), `head` turns the head on its own, both in degrees.

    Arms and legs are (upper, lower) of its right and left side; a hand with a place to be bends its arm towards it.
    `sits`: on a stool. `at` and `frame`: the middle and height of what is seen, in metres.
    """

    yaw: float = 0.0
    head: float = 0.0
    arms: tuple[tuple[Swing, Swing], tuple[Swing, Swing]] = ((Swing(2, 9), Swing(10, 5)), (Swing(2, 9), Swing(10, 5)))
    hands: tuple[Point | None, Point | None] = (None, None)
    elbows: tuple[Point, Point] = ((-1, 0, -0.4), (1, 0, -0.4))
    legs: tuple[tuple[Swing, Swing], tuple[Swing, Swing]] = ((Swing(0, 4), Swing(-2, 2)), (Swing(0, 4), Swing(-2, 2)))
    feet: tuple[float, float] = (0.0, 0.0)
    sits: bool = False
    hips: float = 0.0
    at: float = 0.90
    frame: float = FRAME
    pitch: float = PITCH


POSES: dict[str, Pose] = {
    "front": Pose(),
    "back": Pose(yaw=180, head=25),
    "left": Pose(yaw=-90),
    "right": Pose(yaw=90),
    "three-quarter": Pose(yaw=45, head=-35),
    "walking": Pose(
        yaw=28,
        head=-14,
        arms=((Swing(30, 8), Swing(58, 2)), (Swing(-30, 8), Swing(-8, 4))),
        legs=((Swing(-24, 1), Swing(-42, 1)), (Swing(28, 1), Swing(12, 1))),
        feet=(48.0, -12.0),
    ),
    "seated": Pose(
        yaw=24,
        head=-14,
        hands=((-0.140, 0.585, 0.27), (0.118, 0.590, 0.27)),
        legs=((Swing(87, 9), Swing(2, 3)), (Swing(87, 9), Swing(2, 3))),
        sits=True,
        at=0.72,
        frame=1.75,
        pitch=9.0,
    ),
    "hand-on-hip": Pose(
        hands=(None, (0.165, 1.0, 0.05)),
        elbows=((-1, 0, -0.4), (1, 0.1, -0.15)),
        legs=((Swing(0, 2), Swing(-1, 0)), (Swing(9, 15), Swing(-8, 12))),
        hips=-0.035,
    ),
    "close-up": Pose(at=1.50, frame=0.72),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="poses to draw; all of them if none is named")
    parser.add_argument("--out", type=Path, default=FIGURES)
    parser.add_argument("--scale", type=float, default=1.0, help="of the size, for a quick look")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or POSES:
        drawn(POSES[name], options.scale).save(options.out / f"{name}.png", optimize=True)
        print(name, flush=True)


def drawn(pose: Pose, scale: float = 1.0) -> Image.Image:
    """The figure as a grey picture of WIDTH × HEIGHT × `scale` pixels."""
    width, height = round(WIDTH * scale), round(HEIGHT * scale)
    limbs, head = figure(pose)
    rows, columns = height * FINER, width * FINER
    metre = rows / pose.frame
    ys, xs = np.mgrid[0:rows, 0:columns].astype(np.float32)
    u = (xs - columns / 2 + 0.5) / metre
    v = pose.at - (ys - rows / 2 + 0.5) / metre
    tone = np.full((rows, columns), BACKGROUND, np.float32)
    depth = np.full((rows, columns), FAR, np.float32)
    _floor(tone, u, v, pose)
    near = _near(limbs, head, pose, u, v)
    at, seen = _march(limbs, head, pose, u[near], v[near])
    flat, far = tone[near], depth[near]
    if seen.any():
        flat[seen] = _shaded(limbs, head, pose, at[seen])
        far[seen] = FAR - 3 - _turned(at[seen], pose, back=True)[:, 2]
    tone[near], depth[near] = flat, far
    tone *= _outline(depth)
    picture = Image.fromarray((np.clip(tone, 0, 1) * 255).astype(np.uint8))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


@dataclass
class Head:
    """The head: its middle, and how far it is turned on the neck in degrees."""

    middle: Point
    turned: float
    radii: Point = field(default=(0.080, 0.118, 0.098))

    def own(self, at: Floats) -> Floats:
        """Points in the head's own frame."""
        return _about_y(at - _floats(self.middle), -self.turned)


def figure(pose: Pose) -> tuple[list[Limb], Head]:
    """The capsules of a posed figure that faces +z, its left at +x, its soles at y = 0; and its head."""
    low = 0.47 if pose.sits else 0.93
    x = pose.hips
    up: Callable[[float, float, float], Point] = lambda a, b, c: (a + x * (1.6 - b) / 0.6, low + b - 0.93, c)  # noqa: E731
    limbs = [
        Limb(up(-0.065, 0.97, 0), up(0.065, 0.97, 0), 0.118, 0.118, SUIT, 0.84),
        Limb(up(0, 1.00, 0), up(0, 1.20, 0.008), 0.126, 0.118, SUIT, 0.78),
        Limb(up(0, 1.20, 0.008), up(0, 1.34, 0.004), 0.122, 0.148, SUIT, 0.74),
        Limb(up(-0.055, 1.31, 0.055), up(0.055, 1.31, 0.055), 0.068, 0.068, SUIT),
        Limb(up(-0.125, 1.41, -0.005), up(0.125, 1.41, -0.005), 0.062, 0.062, SUIT),
        Limb(up(0, 1.42, -0.015), up(0, 1.55, 0.005), 0.056, 0.050),
    ]
    for side, (arm, hand, elbow) in enumerate(zip(pose.arms, pose.hands, pose.elbows, strict=True)):
        sign = -1.0 if side == 0 else 1.0
        shoulder = up(sign * 0.182, 1.405, -0.005)
        if hand is None:
            bend = _to(shoulder, arm[0], sign, UPPER_ARM)
            wrist = _to(bend, arm[1], sign, FOREARM)
        else:
            bend, wrist = _reach(shoulder, hand, elbow)
        along = _unit(np.subtract(wrist, bend))
        if hand is not None and pose.sits:
            along = np.array([0.0, -0.22, 1.0])  # flat on the thigh
        tip = tuple(np.add(wrist, along * 0.125))
        limbs += [
            Limb(shoulder, bend, 0.054, 0.041, SKIN),
            Limb(bend, wrist, 0.041, 0.029),
            Limb(wrist, tip, 0.031, 0.021, SKIN),  # type: ignore[arg-type]
            Limb(shoulder, _between(shoulder, bend, 0.25), 0.062, 0.055, SUIT),
        ]
    for side, (leg, lift) in enumerate(zip(pose.legs, pose.feet, strict=True)):
        sign = -1.0 if side == 0 else 1.0
        hip = up(sign * 0.088, 0.925, 0)
        knee = _to(hip, leg[0], sign, THIGH)
        ankle = _to(knee, leg[1], sign, SHIN)
        toe_forward, toe_down = 0.165 * np.cos(np.radians(lift)), -0.165 * np.sin(np.radians(lift)) - 0.035
        toe = (ankle[0] + sign * 0.025, ankle[1] + toe_down, ankle[2] + toe_forward)
        heel = (ankle[0], ankle[1] - 0.03, ankle[2] - 0.035)
        limbs += [
            Limb(hip, knee, 0.088, 0.056),
            Limb(hip, _between(hip, knee, 0.30), 0.094, 0.084, SUIT),
            Limb(knee, _between(knee, ankle, 0.45), 0.056, 0.056),
            Limb(_between(knee, ankle, 0.45), ankle, 0.056, 0.036),
            Limb(ankle, toe, 0.040, 0.026),
            Limb(heel, ankle, 0.032, 0.038),
        ]
    if pose.sits:
        limbs.append(Limb((-0.12, low - 0.135, 0.02), (0.12, low - 0.135, 0.02), 0.035, 0.035, WOOD, 5.0))
        for a in (-0.15, 0.15):
            limbs += [Limb((a, low - 0.14, c), (a * 1.15, 0.0, c * 1.2), 0.018, 0.018, WOOD) for c in (-0.11, 0.14)]
    return limbs, Head(up(0, 1.662, 0.018), pose.head)


def _to(start: Point, swing: Swing, sign: float, length: float) -> Point:
    forward, out = np.radians(swing.forward), np.radians(swing.out)
    x, y, z = sign * np.sin(out), -np.cos(out) * np.cos(forward), np.cos(out) * np.sin(forward)
    return (start[0] + float(x) * length, start[1] + float(y) * length, start[2] + float(z) * length)


def _reach(shoulder: Point, hand: Point, pole: Point) -> tuple[Point, Point]:
    """Elbow and wrist of an arm whose wrist is to be at `hand`, its elbow pointing towards `pole`."""
    line = np.subtract(hand, shoulder)
    far = min(float(np.linalg.norm(line)), (UPPER_ARM + FOREARM) * 0.999)
    along = _unit(line)
    side = _unit(np.subtract(pole, along * float(np.dot(pole, along))))
    ahead = (UPPER_ARM**2 - FOREARM**2 + far**2) / (2 * far)
    elbow = np.add(shoulder, along * ahead + side * np.sqrt(max(UPPER_ARM**2 - ahead**2, 0.0)))
    wrist = np.add(shoulder, along * far)
    return _point(elbow), _point(wrist)


def _floats(values: object) -> Floats:
    return np.asarray(values, np.float32)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


def _point(vector: NDArray[np.float64]) -> Point:
    return (float(vector[0]), float(vector[1]), float(vector[2]))


def _between(a: Point, b: Point, part: float) -> Point:
    return _point(np.add(a, np.subtract(b, a) * part))


def _distance(limbs: Sequence[Limb], head: Head, at: Floats) -> tuple[Floats, Floats]:
    """How far each point is from the figure in metres, joints rounded off; and the tone of what is nearest."""
    nearest = np.full(len(at), 9.0, np.float32)
    tone = np.full(len(at), SKIN, np.float32)
    for limb in limbs:
        a, line = _floats(limb.a), _floats(np.subtract(limb.b, limb.a))
        stretch = _floats((1, 1, 1 / limb.flat))
        along = np.clip(((at - a) @ line) / float(line @ line), 0, 1)
        away = (at - a - along[:, None] * line) * stretch
        radius = limb.r + (limb.s - limb.r) * along
        found = (np.linalg.norm(away, axis=1) - radius) * min(1.0, limb.flat)
        nearest, tone = _joined(nearest, tone, found.astype(np.float32), limb.tone)
    own = head.own(at)
    skull = (np.linalg.norm(own / _floats(head.radii), axis=1) - 1) * min(head.radii)
    nearest, tone = _joined(nearest, tone, skull.astype(np.float32), SKIN)
    nose = np.linalg.norm((own - _floats((0, -0.012, 0.102))) / _floats((0.8, 1.5, 1.0)), axis=1) - 0.016
    return _joined(nearest, tone, (nose * 0.8).astype(np.float32), SKIN)


def _joined(nearest: Floats, tone: Floats, found: Floats, own: float, soft: float = 0.018) -> tuple[Floats, Floats]:
    """The smooth minimum of two distances (Quilez's polynomial one), and the tone of the nearer."""
    mixed = np.clip(0.5 + 0.5 * (nearest - found) / soft, 0, 1)
    tone = np.where(found < nearest, _floats(own), tone)
    return (nearest * (1 - mixed) + found * mixed - soft * mixed * (1 - mixed)).astype(np.float32), tone


def _about_y(at: Floats, degrees: float) -> Floats:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    x, y, z = at[:, 0], at[:, 1], at[:, 2]
    return np.stack([x * cos + z * sin, y, z * cos - x * sin], axis=1).astype(np.float32)


def _turned(at: Floats, pose: Pose, *, back: bool = False) -> Floats:
    """Points of the camera's frame in the figure's, or `back`. The camera looks along -z and `pitch` degrees down."""
    cos, sin = np.cos(np.radians(pose.pitch)), np.sin(np.radians(pose.pitch))
    if back:
        at = _about_y(at, pose.yaw)
        y, z = at[:, 1] - 0.9, at[:, 2]
        return np.stack([at[:, 0], y * cos - z * sin + 0.9, z * cos + y * sin], axis=1).astype(np.float32)
    y, z = at[:, 1] - 0.9, at[:, 2]
    at = np.stack([at[:, 0], y * cos + z * sin + 0.9, z * cos - y * sin], axis=1).astype(np.float32)
    return _about_y(at, -pose.yaw)


def _march(limbs: Sequence[Limb], head: Head, pose: Pose, u: Floats, v: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Where the rays at `u` and `v` meet the figure, in its frame, and whether they do."""
    start = _turned(np.stack([u, v, np.full_like(u, 1.6)], axis=1), pose)
    ray = _turned(_floats([[0, 0.9, -1]]), pose)[0] - _turned(_floats([[0, 0.9, 0]]), pose)[0]
    gone = np.zeros(len(u), np.float32)
    seen = np.zeros(len(u), np.bool_)
    going = np.arange(len(u))
    for _ in range(STEPS):
        far, _ = _distance(limbs, head, start[going] + gone[going, None] * ray)
        seen[going[far < NEAR]] = True
        gone[going] += far * 0.85
        going = going[(far >= NEAR) & (gone[going] < 3.4)]
        if not len(going):
            break
    return start + gone[:, None] * ray, seen


def _near(limbs: Sequence[Limb], head: Head, pose: Pose, u: Floats, v: Floats) -> NDArray[np.bool_]:
    """The rays that may meet the figure, by a coarse look."""
    coarse = (slice(COARSER // 2, None, COARSER), slice(COARSER // 2, None, COARSER))
    shape = u[coarse].shape
    _, seen = _march(limbs, head, pose, u[coarse].ravel(), v[coarse].ravel())
    seen = seen.reshape(shape)
    grown = np.zeros_like(seen)
    padded = np.pad(seen, 1)
    for dy in range(3):
        for dx in range(3):
            grown |= padded[dy : dy + shape[0], dx : dx + shape[1]]
    full = np.repeat(np.repeat(grown, COARSER, axis=0), COARSER, axis=1)
    out = np.zeros(u.shape, np.bool_)
    rows, columns = min(full.shape[0], u.shape[0]), min(full.shape[1], u.shape[1])
    out[:rows, :columns] = full[:rows, :columns]
    return out


def _shaded(limbs: Sequence[Limb], head: Head, pose: Pose, at: Floats) -> Floats:
    """The tone of points of the figure: lit from the upper left and from the camera, darker where little light gets."""
    step = 0.0012
    normal = np.stack(
        [_distance(limbs, head, at + d)[0] - _distance(limbs, head, at - d)[0] for d in _floats(np.eye(3)) * step], 1
    )
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    _, tone = _distance(limbs, head, at)
    tone = _marked(at, head, tone)
    zero = _turned(np.zeros((1, 3), np.float32), pose)[0]

    def towards(x: float, y: float, z: float) -> Floats:
        way = _turned(_floats([[x, y, z]]), pose)[0] - zero
        return way / np.linalg.norm(way)

    key = np.clip(normal @ towards(-0.55, 0.75, 0.75), 0, 1)
    front = np.clip(normal @ towards(0, 0.1, 1), 0, 1)
    open_ = np.ones(len(at), np.float32)
    for far, weight in ((0.02, 0.5), (0.05, 0.35), (0.1, 0.25)):
        open_ -= weight * np.clip((far - _distance(limbs, head, at + normal * far)[0]) / far, 0, 1) * 0.6
    return (tone * (0.34 + 0.46 * key + 0.30 * front) * np.clip(open_, 0.35, 1)).astype(np.float32)


def _marked(at: Floats, head: Head, tone: Floats) -> Floats:
    """Hair, eyes and mouth on the head, and a spine down the back."""
    own = head.own(at)
    x, y, z = own[:, 0], own[:, 1], own[:, 2]
    on_head = np.linalg.norm(own / _floats(head.radii), axis=1) < 1.25
    hair = on_head & ((y > 0.062 - 0.5 * np.maximum(z - 0.05, 0)) | (z < 0.012)) & (y > -0.075)
    eyes = on_head & (z > 0.04) & ((np.abs(np.abs(x) - 0.030) / 0.013) ** 2 + ((y - 0.014) / 0.0075) ** 2 < 1)
    mouth = on_head & (z > 0.04) & ((x / 0.019) ** 2 + ((y + 0.055) / 0.0045) ** 2 < 1)
    tone = np.where(hair, HAIR, tone)
    return np.where(eyes | mouth, FACE, tone).astype(np.float32)


def _floor(tone: Floats, u: Floats, v: Floats, pose: Pose) -> None:
    """A soft shadow where the figure stands."""
    base = _turned(_floats([[0, 0.02, 0.06]]), pose, back=True)[0]
    wide, deep = (0.42, 0.10) if pose.sits else (0.36, 0.075)
    far = ((u - base[0]) / wide) ** 2 + ((v - base[1]) / deep) ** 2
    tone -= (0.20 * np.exp(-1.6 * far)).astype(np.float32)


def _outline(depth: Floats) -> Floats:
    """Darker where something stands before something else, so that an arm before the body is told from it."""
    jump = np.zeros_like(depth)
    for axis in (0, 1):
        for shift in (-FINER, FINER):
            jump = np.maximum(jump, np.roll(depth, shift, axis) - depth)
    return (1 - 0.62 * np.clip((jump - 0.018) / 0.05, 0, 1)).astype(np.float32)


if __name__ == "__main__":
    main()
