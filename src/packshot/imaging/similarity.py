"""How alike two pictures look: a hash of 256 bits whose differing bits count what an eye would notice."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Pixels

BITS = 256
ALIKE = 10
"""Pictures that differ in fewer bits look alike. The same picture, smaller or in another format, differs in 0 to 4
(tests/imaging/test_similarity.py); another set makes 20 and more, another light on the same set some 10."""

_SIDE = 64  # px of the square that the structure is read of: twice Zauner's, for its finest waves
_WAVES = 8  # of the cosine transform, each way
_CELLS = 4  # of the colour layout, each way
_L_STEPS = (22.0, 42.0, 62.0, 82.0)  # of CIE L*, 0..100
_AB_STEPS = (-18.0, -6.0, 6.0, 18.0)  # of CIE a* and b*


def similarity_hash(pixels: Pixels) -> str:
    """The hash of `pixels` (H, W, 3 or more) sRGB uint8 or uint16, as 64 hexadecimal digits.

    64 bits are the structure: the signs, against their median, of the 8 by 8 lowest waves but the constant of the
    cosine transform of CIE L* (C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010).
    192 bits are the colour layout, as MPEG-7's descriptor of that name sees it: CIE L*, a* and b* of 4 by 4 cells, each
    as a thermometer of four steps, so that differing bits count steps. The picture is squeezed into a square first:
    its shape does not count.
    """
    three = np.ascontiguousarray(pixels[..., :3])
    scale = np.float32(255 if three.dtype == np.uint8 else 65535)
    square = np.asarray(
        cv2.resize(three.astype(np.float32) / scale, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32
    )
    lab = np.asarray(cv2.cvtColor(square, cv2.COLOR_RGB2LAB), np.float32)
    waves = np.asarray(cv2.dct(np.ascontiguousarray(lab[..., 0])), np.float32)[1 : _WAVES + 1, 1 : _WAVES + 1].ravel()
    structure = waves > np.median(waves)
    cells = np.asarray(cv2.resize(lab, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA), np.float32)
    steps = np.array([_L_STEPS, _AB_STEPS, _AB_STEPS], np.float32)
    layout = cells[..., None] > steps
    return np.packbits(np.concatenate([structure, layout.ravel()])).tobytes().hex()


def distance(one: str, other: str) -> int:
    """In how many of the 256 bits two hashes differ. ValueError for what is no hash."""
    if len(one) != BITS // 4 or len(other) != BITS // 4:
        raise ValueError("a hash has 64 hexadecimal digits")
    return (int(one, 16) ^ int(other, 16)).bit_count()


def distances(hashes: Sequence[str]) -> NDArray[np.int64]:
    """(n, n): the distance of every hash to every other one."""
    rows = np.array([list(bytes.fromhex(one)) for one in hashes], np.uint8).reshape(len(hashes), BITS // 8)
    bits = np.unpackbits(rows, axis=1)
    return (bits[:, None] != bits[None]).sum(axis=2)
