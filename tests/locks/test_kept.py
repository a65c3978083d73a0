"""`packshot lock product --profile composited`: a real picture of `packshot shoot`, and the same with edited pixels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.test_cli import packshot_here as packshot


@pytest.fixture
def shot(root: Path, tmp_path: Path) -> tuple[Path, Path, Path]:
    """A photo, its picture at two sizes as PNG, and the record of both."""
    photo, record = root / "samples/photos/mug.jpg", tmp_path / "shots.jsonl"
    run = packshot(
        *("shoot", photo, "--style", "marble", "--size", "640x640", "--size", "320x320"),
        *("--format", "png", "--out", tmp_path, "--json"),
    )
    assert run.returncode == 0, run.stderr
    record.write_text(run.stdout)
    paths = {one["size"]: Path(one["path"]) for one in map(json.loads, run.stdout.splitlines())}
    return photo, record, paths["640x640"]


def test_every_pixel_that_the_product_covers_is_proved(shot: Any, tmp_path: Path) -> None:
    photo, record, picture = shot
    ask = ("--profile", "composited", "--record", record)
    run = packshot("lock", "product", photo, picture, *ask, "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 0, (told, run.stderr)
    assert told["profile"] == "composited" and told["measures"]["altered"] == 0 and told["measures"]["pixels"] > 10_000
    assert f"All {told['measures']['pixels']:,.0f} pixels" in told["words"]

    placed = next(one["placed"] for one in map(json.loads, record.read_text().splitlines()) if one["size"] == "640x640")
    x0, y0, x1, y1 = placed["box"]
    pixels = np.asarray(Image.open(picture)).copy()
    middle = (y0 + y1) // 2, (x0 + x1) // 2
    pixels[middle] = pixels[middle] ^ 1  # one pixel, by the last bit
    (tmp_path / "edited").mkdir()
    edited = tmp_path / "edited" / picture.name
    Image.fromarray(pixels).save(edited)
    run = packshot("lock", "product", photo, edited, *ask, "--json")
    told = json.loads(run.stdout)
    assert (run.returncode, told["reason"], told["measures"]["altered"]) == (1, "pixels_altered", 1)
    assert told["words"].startswith("1 of the ") and told["remedy"]
    pixels = np.asarray(Image.open(picture)).copy()
    pixels[:5] = 0  # beside the product
    Image.fromarray(pixels).save(edited)
    assert packshot("lock", "product", photo, edited, *ask).returncode == 0

    smaller = picture.with_name(picture.name.replace("640x640", "320x320"))
    run = packshot("lock", "product", photo, smaller, *ask, "--json")
    assert run.returncode == 0 and "altered" not in json.loads(run.stdout)["measures"], (
        "made smaller afterwards: measured, not proved"
    )
    Image.open(picture).convert("RGB").save(edited.with_suffix(".jpg"), quality=90)
    record.write_text(record.read_text().splitlines()[0])
    run = packshot("lock", "product", photo, edited.with_suffix(".jpg"), *ask, "--json")
    assert run.returncode == 0 and "altered" not in json.loads(run.stdout)["measures"], (
        "and so is what a lossy file gives back"
    )


def test_without_a_record_that_fits_it_says_what_to_do(shot: Any, tmp_path: Path) -> None:
    photo, record, picture = shot
    lines = record.read_text().splitlines()
    first = json.loads(lines[0])

    def told(text: str | bytes, image: Path = picture) -> str:
        file = tmp_path / "record.jsonl"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = packshot("lock", "product", photo, image, "--profile", "composited", "--record", file)
        assert run.returncode == 2, (text, run.stderr)
        return run.stderr

    assert "has no picture" in told("\n".join(lines), photo)
    assert "is not JSON" in told("{")
    assert "is no text" in told(b"\xff\xfe\x00")
    assert "has no picture" in told("")
    assert "drawn anew" in told(json.dumps({k: v for k, v in first.items() if k != "placed"} | {"way": "redraw"}))
    assert "is damaged" in told(json.dumps(first | {"placed": {"box": [1, 2], "source": "x"}}))
    assert "the record is of a picture of" in told(json.dumps(first), photo)
    run = packshot("lock", "product", photo, picture, "--profile", "composited")
    assert run.returncode == 2 and "--record" in run.stderr
