"""What makes a picture unfaithful: every change that generators are known for, and whether a person would see it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from locks.products import Edit, Product, Rgb, product
from packshot.imaging.colour import srgb_to_linear
from packshot.locks.product.colour import ciede2000, lab_of

Plane = NDArray[np.uint8]
Float = NDArray[np.float32]
Changed = tuple[Rgb, Plane]
_DRAWS = 5
# By how much of ΔE00 what part of the product has to differ at least: below, a person may take it for light.
_VISIBLE, _VISIBLE_COLOUR = (4.0, 0.015), (8.0, 0.03)
_VISIBLE_PRINT = 0.08  # part of the logo's or the text's box that has to differ by more than ΔE00 8


def edited(whole: Product, kind: str, rng: np.random.Generator) -> Changed | None:
    """Pixels and alpha of `whole` with a change of `kind`, the first draw that can be seen; None where none can."""
    for _ in range(_DRAWS):
        changed = _draw(whole, kind, rng)
        if changed is not None and _seen(whole, kind, *changed):
            return changed
    return None


def _seen(whole: Product, kind: str, pixels: Rgb, alpha: Plane) -> bool:
    if box := {"logo": whole.logo, "text": whole.text}.get(kind):
        x0, y0, x1, y1 = box
        there = slice(y0, y1), slice(x0, x1)
        apart = ciede2000(_on_grey(whole.pixels[there], whole.alpha[there]), _on_grey(pixels[there], alpha[there]))
        return bool((apart > 8).mean() > _VISIBLE_PRINT)
    by, part = _VISIBLE_COLOUR if "recolour" in kind else _VISIBLE
    apart = ciede2000(
        *(_on_grey(*(x[::2, ::2] for x in one)) for one in ((whole.pixels, whole.alpha), (pixels, alpha)))
    )
    either = ((whole.alpha > 127) | (alpha > 127))[::2, ::2]
    return bool((apart[either] > by).mean() > part)


def _on_grey(pixels: Rgb, alpha: Plane) -> Float:
    cover = (alpha.astype(np.float32) / 255)[..., None]
    light = srgb_to_linear(pixels) * cover + 0.2 * (1 - cover)
    return lab_of(np.asarray(cv2.GaussianBlur(light, (0, 0), 1.0), np.float32))


def _draw(whole: Product, kind: str, rng: np.random.Generator) -> Changed | None:
    if kind in ("logo", "text"):
        if not whole.boxes:
            return None
        print_: Edit = "logo" if kind == "logo" else "text"
        other = product(whole.name, print_, int(rng.integers(1 << 30)))
        return other.pixels, other.alpha
    return _CHANGES[kind](whole.pixels, whole.alpha, rng)


def _recolour(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """Another hue; a colour, where there was hardly any."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV).astype(np.float32)
    if float(np.median(hsv[..., 1][alpha > 127])) < 45:
        return _tinted(pixels, np.ones(alpha.shape, np.bool_), 26, rng), alpha
    hsv[..., 0] = (hsv[..., 0] + rng.choice([-1, 1]) * rng.uniform(14, 80)) % 180
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8), alpha


def _part_recolour(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """The second largest of the product's three main colours, tinted."""
    inside = alpha > 127
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[inside].astype(np.float32)
    cv2.setRNGSeed(1)
    _, labels, _ = cv2.kmeans(lab, 3, None, (3, 20, 1.0), 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    second = int(np.argsort(np.bincount(labels.ravel(), minlength=3))[1])
    part = np.zeros(alpha.shape, np.bool_)
    part[inside] = labels.ravel() == second
    return _tinted(pixels, part, 32, rng), alpha


def _tinted(pixels: Rgb, part: NDArray[np.bool_], by: float, rng: np.random.Generator) -> Rgb:
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    hue = rng.uniform(0, 2 * np.pi)
    lab[part, 1:] += np.array([by * np.cos(hue), by * np.sin(hue)], np.float32)
    tinted = np.asarray(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB), np.uint8)
    return np.where(part[..., None], tinted, pixels)


def _part_removed(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """14 to 24 % cut off one side."""
    y, x = np.nonzero(alpha > 127)
    y0, y1, x0, x1 = int(y.min()), int(y.max()) + 1, int(x.min()), int(x.max()) + 1
    share = rng.uniform(0.14, 0.24)
    down, across = int((y1 - y0) * share), int((x1 - x0) * share)
    rest = alpha.copy()
    side = int(rng.integers(4))
    if side == 0:
        rest[: y0 + down] = 0
    elif side == 1:
        rest[y1 - down :] = 0
    elif side == 2:
        rest[:, : x0 + across] = 0
    elif side == 3:
        rest[:, x1 - across :] = 0
    return pixels, np.where(cv2.GaussianBlur(rest, (0, 0), 2) > 127, 255, 0).astype(np.uint8)


def _mirror(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """Left for right about the product's own middle."""
    x = np.flatnonzero((alpha > 127).any(axis=0))
    shifted = int(x[0] + x[-1]) + 1 - alpha.shape[1]
    return np.roll(pixels[:, ::-1], shifted, axis=1), np.roll(alpha[:, ::-1], shifted, axis=1)


def _texture(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """The same colours and outline, other details."""
    height, width = alpha.shape
    inside = (alpha > 127).astype(np.float32)
    sigma = 0.02 * max(_extent(alpha))
    weight = cv2.GaussianBlur(inside, (0, 0), sigma)[..., None] + 1e-3
    coarse = cv2.GaussianBlur(pixels * inside[..., None], (0, 0), sigma) / weight
    fine = (pixels.astype(np.float32) - coarse) * inside[..., None]
    moved = np.roll(fine[::-1, ::-1], (int(height * rng.uniform(0.1, 0.4)), int(width * rng.uniform(0.1, 0.4))), (0, 1))
    drawn = np.clip(coarse + moved * rng.uniform(0.7, 1.2), 0, 255).astype(np.uint8)
    return drawn, alpha


def _wave(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """Bent to and fro by 1.5 to 2.8 % of its longer side."""
    side = max(_extent(alpha))
    by, phase = side * rng.uniform(0.015, 0.028), rng.uniform(0, 6.28)
    y, x = np.indices(alpha.shape, np.float32)
    dx = by * np.sin(2 * np.pi * y / (side * 0.33) + phase)
    dy = by * np.sin(2 * np.pi * x / (side * 0.37) + phase)
    return _moved(pixels, alpha, dx, dy)


def _local_warp(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """One place of it pushed by 3.5 to 6 %, mostly one with something to see."""
    side = max(_extent(alpha))
    if rng.random() < 0.7:
        cx, cy = _busy(pixels, alpha, rng)
    else:
        ys, xs = np.nonzero(alpha > 127)
        pick = int(rng.integers(len(xs)))
        cx, cy = int(xs[pick]), int(ys[pick])
    reach, by, heading = side * rng.uniform(0.16, 0.28), side * rng.uniform(0.035, 0.06), rng.uniform(0, 2 * np.pi)
    y, x = np.indices(alpha.shape, np.float32)
    bump = by * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * (reach / 2) ** 2))
    return _moved(pixels, alpha, bump * np.cos(heading), bump * np.sin(heading))


def _blur(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> Changed:
    """Out of focus by 0.8 to 1.4 % of its longer side."""
    sigma = max(_extent(alpha)) * rng.uniform(0.008, 0.014)
    inside = (alpha > 127).astype(np.float32)
    weight = cv2.GaussianBlur(inside, (0, 0), sigma)[..., None] + 1e-3
    soft = cv2.GaussianBlur(pixels * inside[..., None], (0, 0), sigma) / weight
    return np.where(weight > 0.05, soft, pixels).clip(0, 255).astype(np.uint8), alpha


def _moved(pixels: Rgb, alpha: Plane, dx: NDArray[np.floating], dy: NDArray[np.floating]) -> Changed:
    y, x = np.indices(alpha.shape, np.float32)
    to = (x + dx).astype(np.float32), (y + dy).astype(np.float32)
    moved = cv2.remap(pixels, *to, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.remap(alpha, *to, cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8), np.asarray(cover, np.uint8)


def _extent(alpha: Plane) -> tuple[int, int]:
    return int((alpha > 127).any(axis=1).sum()), int((alpha > 127).any(axis=0).sum())


def _busy(pixels: Rgb, alpha: Plane, rng: np.random.Generator) -> tuple[int, int]:
    """A place with edges, drawn in proportion to how many."""
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    edges = np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1))
    inner = cv2.erode((alpha > 127).astype(np.uint8), np.ones((15, 15), np.uint8))
    if not inner.any():
        inner = (alpha > 127).astype(np.uint8)
    chance = (np.asarray(cv2.GaussianBlur(edges, (0, 0), 18), np.float64) * inner).ravel() ** 2
    y, x = divmod(int(rng.choice(chance.size, p=chance / chance.sum())), alpha.shape[1])
    return x, y


_CHANGES = {
    "recolour": _recolour,
    "part_recolour": _part_recolour,
    "part_removed": _part_removed,
    "mirror": _mirror,
    "texture": _texture,
    "wave": _wave,
    "local_warp": _local_warp,
    "blur": _blur,
}
