"""Picture files made in memory, well-formed and not."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def encode(picture: Array | Image.Image, format: str, **options: Any) -> bytes:
    """`picture` in a file, written by Pillow."""
    file = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(file, format, **options)
    return file.getvalue()


def read(data: bytes) -> Image.Image:
    """A file as Pillow sees it: a second opinion on what libvips wrote."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(**values: Any) -> Image.Exif:
    """EXIF with `orientation` and `make`, and a GPS position if `gps` is true."""
    block = Image.Exif()
    block[ORIENTATION] = values.get("orientation", 1)
    block[MAKE] = values.get("make", "camera")
    if values.get("gps"):
        block.get_ifd(GPS).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return block


def gradients(height: int = 48, width: int = 64) -> Array:
    """(H, W, 3) uint8: every corner another colour, no symmetry, gentle enough for JPEG."""
    y, x = np.mgrid[:height, :width]
    return np.stack(
        [255 * x / (width - 1), 255 * y / (height - 1), 40 + 160 * (x + y) / (width + height - 2)], -1
    ).astype(np.uint8)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def squeezed(block: bytes, times: int) -> bytes:
    """zlib data that unfolds to `block`, `times` over, made without compressing all of it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + piece * times + b"\x03\x00" + struct.pack(">I", checksum)


def black_png(width: int, height: int, *, rows: int | None = None, extra: Iterable[bytes] = ()) -> bytes:
    """A black 8-bit grey PNG that claims width × height, with only `rows` rows if given, and `extra` chunks."""
    rows = height if rows is None else rows
    together = gcd(rows, 64)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = squeezed(bytes(1 + width) * together, rows // together)
    return PNG_MAGIC + header + b"".join(extra) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


# Primaries of the ICC profiles as their chromatically adapted (D50) XYZ: DCI-P3 D65 and Adobe RGB (1998).
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))
SRGB_CURVE = None
ADOBE_GAMMA = 563 / 256


def profile(primaries: tuple[tuple[float, float, float], ...], gamma: float | None) -> bytes:
    """A matrix ICC profile, version 2, with `gamma` or, for None, with sRGB's curve."""

    def fixed(values: Iterable[float]) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def curve() -> bytes:
        if gamma is not None:
            return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
        encoded = np.linspace(0, 1, 1024)
        linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
        return b"curv\0\0\0\0" + struct.pack(">I", 1024) + np.rint(linear * 65535).astype(">u2").tobytes()

    name = b"test profile\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(79),
        b"cprt": b"text\0\0\0\0nobody's\0\0\0\0",
        b"wtpt": b"XYZ \0\0\0\0" + fixed((0.9642, 1.0, 0.82491)),
        **{b"%cXYZ" % c: b"XYZ \0\0\0\0" + fixed(xyz) for c, xyz in zip(b"rgb", primaries, strict=True)},
        **{b"%cTRC" % c: curve() for c in b"rgb"},
    }
    table, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        value += bytes(-len(value) % 4)
        table += tag + struct.pack(">II", start + len(body), len(value))
        body += value
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header = (header + bytes(12) + b"acsp").ljust(68, b"\0") + fixed((0.9642, 1.0, 0.82491))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
