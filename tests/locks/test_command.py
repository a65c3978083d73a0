"""`packshot lock product` and `lock regions` as their users meet them: real files, every exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from locks.pictures import make
from locks.products import product


def packshot(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(
        [sys.executable, "-m", "packshot", *map(str, arguments)], capture_output=True, text=True, timeout=180
    )
    assert "Traceback" not in run.stdout + run.stderr
    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lock")
    whole = product("mug")
    pictures = {"ref": whole.pixels, "mask": whole.alpha}
    for kind in ("faithful", "recolour"):
        tried = make("mug", kind, 50)
        assert tried is not None
        pictures[kind] = tried.picture
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return {name: folder / f"{name}.png" for name in pictures}


def test_an_accepted_picture_leaves_with_0_and_all_that_was_measured(files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "new" / "evidence.webp"
    boxes = [
        part for x0, y0, x1, y1 in product("mug").boxes for part in ("--protect", f"{x0},{y0},{x1 - x0},{y1 - y0}")
    ]
    run = packshot(
        *("lock", "product", files["ref"], files["faithful"], "--mask", files["mask"], *boxes),
        *("--picture", out, "--json"),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    record: dict[str, Any] = json.loads(run.stdout)
    assert record["decision"] == "accept" and record["score"] >= 0.92 and record["profile"] == "rigid"
    assert {"texture", "colour", "protected"} <= set(record["measures"])
    assert out.read_bytes()[8:12] == b"WEBP"


def test_a_rejected_one_with_1_and_a_reason_in_words(files: dict[str, Path]) -> None:
    run = packshot("lock", "product", files["ref"], files["recolour"], "--mask", files["mask"])
    assert run.returncode == 1
    assert run.stdout.startswith("reject, score 0.") and "colour" in run.stdout


def test_without_a_mask_the_product_is_cut_out_and_a_garment_goes_to_a_person(files: dict[str, Path]) -> None:
    assert packshot("lock", "product", files["ref"], files["faithful"]).returncode == 0
    run = packshot("lock", "product", files["ref"], files["faithful"], "--mask", files["mask"], "--profile", "garment")
    assert run.returncode == 3, run.stdout


def test_bad_usage_leaves_with_2_and_says_what_to_do(files: dict[str, Path]) -> None:
    ref, picture, mask = files["ref"], files["faithful"], files["mask"]
    for arguments, words in (
        ((ref, picture, "--mask", mask, "--protect", "1,2"), "--protect '1,2' is not a box."),
        ((ref, picture, "--mask", mask, "--profile", "soft"), "'soft' is no profile"),
        ((ref, picture, "--mask", mask, "--profile", "composited"), "packshot shoot --json > shots.jsonl"),
        ((ref, picture, "--record", mask), "--record is for --profile composited"),
        ((ref, "nowhere.png", "--mask", mask), "nowhere.png cannot be read"),
        ((ref, picture, "--picture", "out.jpg"), "is not a .webp file"),
    ):
        run = packshot("lock", "product", *arguments)
        assert run.returncode == 2 and words in run.stderr, (arguments, run.stderr)


def test_regions_are_proposed(files: dict[str, Path]) -> None:
    run = packshot("lock", "regions", files["ref"], "--mask", files["mask"], "--json")
    assert run.returncode == 0
    boxes = [json.loads(line) for line in run.stdout.splitlines()]
    assert boxes and all({"x", "y", "width", "height"} == set(box) for box in boxes)
