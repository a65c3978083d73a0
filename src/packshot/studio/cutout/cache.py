"""Cutouts kept on disk, so that a product is cut once and photographed many times."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, Pixels, srgb_to_linear
from packshot.imaging.photo import Photo
from packshot.studio.cutout.result import Cutout, Reason

ALGORITHM = "7"  # goes up with every change that alters what cut() returns
MAGIC = b"packshot-cutout-2\n"
FULL = 65535  # alpha and edge colours are kept in 16 bits
SUFFIX = ".cutout"


def key_of(file: bytes, *, box: tuple[int, int, int, int] | None = None, mask: bytes | None = None) -> str:
    """The name of a cutout: SHA-256 over the photo's `file`, what a person added, and the version of the algorithm."""
    digest = hashlib.sha256()
    for part in (ALGORITHM.encode(), file, repr(box).encode(), b"" if mask is None else b"mask" + mask):
        digest.update(struct.pack(">Q", len(part)))
        digest.update(part)
    return digest.hexdigest()


@dataclass(frozen=True)
class CutoutCache:
    """Cutouts in `directory`, at most about `limit` bytes of them; the ones not used for longest go first.

    Safe for several processes: files appear whole or not at all, and one that cannot be read counts as absent.
    """

    directory: Path
    limit: int = 2_000_000_000

    def get_or_cut(self, key: str, cut: Callable[[], tuple[Cutout, Photo]]) -> Cutout:
        """The cutout kept under `key`; failing that, the one that `cut` makes of a photo, kept for the next time.

        A fresh one goes through the same rounding as a kept one, so that the first picture equals the second.
        """
        kept = self.get(key)
        if kept is not None:
            return kept
        packed = pack(*cut())
        self._keep(key, packed)
        return unpack(packed)

    def get(self, key: str) -> Cutout | None:
        """The cutout kept under `key`, or None. Edge colours and alpha are exact to 1/65535."""
        path = self._path(key)
        try:
            cutout = unpack(path.read_bytes())
            os.utime(path)
        except (OSError, ValueError):
            return None
        return cutout

    def put(self, key: str, cutout: Cutout, photo: Photo) -> None:
        """Keeps the `cutout` of `photo` under `key`, and drops the oldest beyond the limit."""
        self._keep(key, pack(cutout, photo))

    def _keep(self, key: str, packed: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.directory, prefix=".", suffix=SUFFIX)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packed)
            temporary.replace(self._path(key))
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._trim()

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}{SUFFIX}"

    def _trim(self) -> None:
        kept: list[tuple[float, int, Path]] = []
        for path in self.directory.glob(f"[!.]*{SUFFIX}"):
            try:
                status = path.stat()
            except OSError:
                continue
            kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept)[:-1]:
            if total <= self.limit:
                return
            path.unlink(missing_ok=True)
            total -= size


def pack(cutout: Cutout, photo: Photo) -> bytes:
    """`cutout` as bytes: a head, then for the product's box alpha, the photo's pixels and the mixed pixels' colours.

    With the photo's pixels in it a cutout is all that a picture needs: the photo need not be opened again.
    """
    rows, columns = np.flatnonzero(cutout.alpha.any(1)), np.flatnonzero(cutout.alpha.any(0))
    box = (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1) if len(rows) else (0, 0, 0, 0)
    window = np.s_[box[0] : box[1], box[2] : box[3]]
    alpha = _quantised(cutout.alpha[window])
    colours = np.rint(np.clip(cutout.colour[window][_mixed(alpha)], 0, 1) * FULL).astype(np.uint16)
    head = json.dumps(
        {
            "size": cutout.alpha.shape,
            "box": box,
            "depth": photo.depth,
            "confidence": cutout.confidence,
            "verdict": cutout.verdict,
            "reasons": [asdict(reason) for reason in cutout.reasons],
            "view": cutout.view,
            "elevation": cutout.elevation,
        }
    ).encode()
    pixels = photo.pixels[window].tobytes()
    body = struct.pack(">I", len(head)) + head + alpha.tobytes() + pixels + colours.tobytes()
    return MAGIC + hashlib.sha256(body).digest() + body


def unpack(data: bytes) -> Cutout:
    """The cutout in `data`, black where nothing of the product shows; raises ValueError where `data` is damaged."""
    start = len(MAGIC) + 32
    body = memoryview(data)[start:]
    if data[: len(MAGIC)] != MAGIC or hashlib.sha256(body).digest() != data[len(MAGIC) : start]:
        raise ValueError("not a whole cutout file")
    (length,) = struct.unpack(">I", body[:4])
    head: dict[str, Any] = json.loads(bytes(body[4 : 4 + length]))
    top, bottom, left, right = head["box"]
    area = (bottom - top) * (right - left)
    alpha_at = 4 + length
    pixels_at = alpha_at + 2 * area
    colours_at = pixels_at + 3 * area * head["depth"] // 8
    levels = np.frombuffer(body[alpha_at:pixels_at], np.uint16).reshape(bottom - top, right - left)
    kept = body[pixels_at:colours_at]
    pixels: Pixels = np.frombuffer(kept, np.uint8) if head["depth"] == 8 else np.frombuffer(kept, np.uint16)
    mixed = np.frombuffer(body[colours_at:], np.uint16).reshape(-1, 3)
    alpha = np.zeros(head["size"], np.float32)
    alpha[top:bottom, left:right] = levels.astype(np.float32) / FULL
    colour = np.zeros((*head["size"], 3), np.float32)
    window = srgb_to_linear(pixels).reshape(*levels.shape, 3)
    window[_mixed(levels)] = mixed.astype(np.float32) / FULL
    colour[top:bottom, left:right] = window
    reasons = tuple(Reason(**reason) for reason in head["reasons"])
    return Cutout(colour, alpha, head["confidence"], head["verdict"], reasons, head["view"], head["elevation"])


def _quantised(alpha: Float) -> NDArray[np.uint16]:
    """`alpha` in 16 bits; only what was exactly 0 or 1 stays so, because 1 promises the photo's own colour."""
    levels = np.rint(alpha * FULL).astype(np.uint16)
    inner = (alpha > 0) & (alpha < 1)
    levels[inner] = np.clip(levels[inner], 1, FULL - 1)
    return levels


def _mixed(alpha: Pixels) -> NDArray[np.bool_]:
    return (alpha > 0) & (alpha < FULL)
