"""Cutouts kept on disk: exact, whole or absent, bounded, and never mistaken for one another."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from packshot.imaging.colour import srgb_to_linear
from packshot.imaging.photo import Photo
from packshot.studio.cutout.cache import CutoutCache, key_of
from packshot.studio.cutout.result import Cutout, Reason


def photo_and_cutout(depth: type = np.uint8, seed: int = 1) -> tuple[Cutout, Photo]:
    rng = np.random.default_rng(seed)
    photo = Photo(rng.integers(0, np.iinfo(depth).max, (60, 80, 3), depth, endpoint=True))
    alpha = np.zeros((60, 80), np.float32)
    alpha[10:50, 20:70] = 1
    alpha[10, 20:70] = rng.random(50, np.float32)
    colour = srgb_to_linear(photo.pixels)
    colour[10, 20:70] = 0.25
    reason = Reason("soft", 0.1, "Soft.", "Look.")
    return Cutout(colour, alpha, 0.9, "accept", (reason,), "standing", 12.5), photo


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_kept_cutout_is_the_same(tmp_path: Path, depth: type) -> None:
    cutout, photo = photo_and_cutout(depth)
    cache = CutoutCache(tmp_path)
    cache.put("a", cutout, photo)
    kept = cache.get("a")
    assert kept is not None
    opaque, shown = cutout.alpha == 1, cutout.alpha > 0
    assert (kept.alpha[opaque] == 1).all() and (kept.colour[opaque] == cutout.colour[opaque]).all()
    assert np.abs(kept.alpha - cutout.alpha).max() <= 1 / 65535
    assert np.abs(kept.colour[shown] - cutout.colour[shown]).max() <= 1 / 65535
    assert (kept.confidence, kept.verdict, kept.reasons) == (cutout.confidence, cutout.verdict, cutout.reasons)
    assert (kept.view, kept.elevation) == ("standing", 12.5)


def test_the_first_picture_gets_what_the_second_will(tmp_path: Path) -> None:
    cache = CutoutCache(tmp_path)
    first = cache.get_or_cut("a", photo_and_cutout)
    second = cache.get_or_cut("a", lambda: pytest.fail("cut twice"))
    assert (first.alpha == second.alpha).all() and (first.colour == second.colour).all()


def test_the_key_knows_photo_box_and_mask() -> None:
    keys = {key_of(b"a"), key_of(b"b"), key_of(b"a", box=(1, 2, 3, 4)), key_of(b"a", mask=b""), key_of(b"a", mask=b"m")}
    assert len(keys) == 5 and key_of(b"a") == key_of(b"a")


@pytest.mark.parametrize("damage", ["cut short", "one byte", "empty", "another file"])
def test_a_damaged_file_counts_as_absent(tmp_path: Path, damage: str) -> None:
    cutout, photo = photo_and_cutout()
    cache = CutoutCache(tmp_path)
    cache.put("a", cutout, photo)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    flipped = whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]
    path.write_bytes({"cut short": whole[:-9], "one byte": flipped, "empty": b"", "another file": b"GIF89a"}[damage])
    assert cache.get("a") is None


def test_the_ones_not_used_for_longest_go_first(tmp_path: Path) -> None:
    cutout, photo = photo_and_cutout()
    cache = CutoutCache(tmp_path)
    cache.put("size", cutout, photo)
    (path,) = tmp_path.iterdir()
    cache = CutoutCache(tmp_path, limit=int(2.5 * path.stat().st_size))
    path.unlink()
    for age, key in ((300, "old"), (200, "used"), (100, "new")):
        cache.put(key, cutout, photo)
        file = tmp_path / f"{key}.cutout"
        stamp = file.stat().st_mtime - age
        os.utime(file, (stamp, stamp))
        if key == "used":
            assert cache.get("old") is not None
    assert [key for key in ("old", "used", "new") if cache.get(key)] == ["old", "new"]
    assert not list(tmp_path.glob(".*")), "no temporary file is left"


def test_an_empty_cutout_can_be_kept(tmp_path: Path) -> None:
    cutout, photo = photo_and_cutout()
    empty = Cutout(cutout.colour, np.zeros_like(cutout.alpha), 0.0, "refuse", (), "unknown", None)
    cache = CutoutCache(tmp_path)
    cache.put("a", empty, photo)
    kept = cache.get("a")
    assert kept is not None and kept.verdict == "refuse" and not kept.alpha.any()
