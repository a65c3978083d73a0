"""The documented outside engine is installed as a package, found by the command line, and makes a picture."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.build import build_wheel
from PIL import Image

SOURCE = Path("examples/instant-film")


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example's wheel unpacked into it, as an installer does."""
    from zipfile import ZipFile

    wheels, site = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    here = Path.cwd()
    os.chdir(root / SOURCE)
    try:
        wheel = build_wheel(str(wheels))
    finally:
        os.chdir(here)
    with ZipFile(wheels / wheel) as archive:
        archive.extractall(site)
    return site


def packshot(*arguments: str, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "packshot", *arguments],
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_is_short_enough_to_be_an_example(root: Path) -> None:
    assert len((root / SOURCE / "src/packshot_instant_film.py").read_text().splitlines()) <= 35


def test_it_is_listed(installed: Path) -> None:
    rows = [json.loads(line) for line in packshot("engines", "--json", site=installed).stdout.splitlines()]
    assert {"studio", "instant_film"} <= {row.get("id") for row in rows}


def test_it_makes_a_picture(installed: Path, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "mug.png")
    run = packshot(
        *("shoot", str(tmp_path / "mug.png"), "--engine", "instant_film", "--style", "card"),
        *("--size", "512x640", "--format", "png", "--out", str(tmp_path), "--json"),
        site=installed,
    )
    assert run.returncode == 0, run.stderr
    record = json.loads(run.stdout)
    with Image.open(record["path"]) as picture:
        assert picture.size == (512, 640)
        assert picture.getpixel((256, 200)) == (0, 128, 128)
        assert picture.getpixel((256, 600)) == (255, 255, 255)


def test_what_it_cannot_do_is_refused_in_words(installed: Path, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "teal").save(tmp_path / "mug.png")
    run = packshot("shoot", str(tmp_path / "mug.png"), "--engine", "instant_film", "--style", "marble", site=installed)
    assert run.returncode == 2
    assert "Card has no style 'marble'." in run.stderr
