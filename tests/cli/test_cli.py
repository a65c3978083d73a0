"""The command line as its users meet it: real files, every exit code, never a traceback, mostly real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from packshot.cli import main
from packshot.settings import settings

ACCEPTED = "samples/photos/{}.jpg"


def packshot(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    run = subprocess.run(
        [sys.executable, "-m", "packshot", *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in run.stdout + run.stderr
    return run


def packshot_here(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has loaded already what takes long to load."""
    words, heard, complained = ["packshot", *map(str, arguments)], StringIO(), StringIO()
    settings.cache_clear()
    code: object = 0
    with (
        mock.patch.dict(os.environ, environment),
        mock.patch.object(sys, "argv", words),
        redirect_stdout(heard),
        redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    settings.cache_clear()
    run = subprocess.CompletedProcess(words, int(str(code or 0)), heard.getvalue(), complained.getvalue())
    assert "Traceback" not in run.stdout + run.stderr
    return run


def records(run: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def mug(root: Path) -> Path:
    return root / ACCEPTED.format("mug")


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "noise.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)).save(path)
    return path


def test_help_names_every_command() -> None:
    run = packshot("--help")
    assert run.returncode == 0
    assert all(command in run.stdout for command in ("shoot", "cutout", "styles", "engines", "doctor"))


def test_styles_are_listed() -> None:
    slugs = [row["slug"] for row in records(packshot_here("styles", "--json"))]
    assert len(slugs) == len(set(slugs)) >= 12
    assert {"white", "white-shadow", "soft-grey", "marble", "linen", "podium"} <= set(slugs)


def test_engines_are_listed_with_price_and_licence() -> None:
    (studio,) = (row for row in records(packshot_here("engines", "--json")) if row["id"] == "studio")
    assert studio["configured"] and studio["models"][0]["price_micros"] == 0
    assert studio["models"][0]["commercial"]


def test_engines_are_read_at_eighty_columns() -> None:
    run = packshot("engines", COLUMNS="80")
    lines = run.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for row in records(packshot("engines", "--json")):
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{row['title']} ({row['id']}), "))
        heading = " ".join(lines[at : at + 2])
        assert all(name in heading for name in row["missing"]) and row["configured"] != ("not configured" in heading)
        for model in row["models"]:
            (told,) = (line for line in lines if line.startswith(f"  {model['id']} "))
            assert not model["retires_on"] or model["retires_on"] in told
            assert model["price_per"] == "setting" or not model["price_micros"] or "$0." in told


def test_doctor_is_content_here() -> None:
    run = packshot_here("doctor", "--json")
    assert run.returncode == 0, run.stdout
    assert all(row["ok"] for row in records(run))


def test_doctor_finds_an_unwritable_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    run = packshot_here("doctor", PACKSHOT_CACHE_DIR=str(tmp_path / "file"))
    assert run.returncode == 2 and "FAIL  cache folder" in run.stdout


def test_doctor_finds_settings_of_engines_that_are_wrong_and_that_nobody_reads() -> None:
    run = packshot_here("doctor", PACKSHOT_OPENAI_DEADLINE_S="soon", PACKSHOT_OPENAI_QUALTY="low")
    assert run.returncode == 2 and "FAIL  settings of engines: PACKSHOT_OPENAI_DEADLINE_S (a number" in run.stdout
    assert "PACKSHOT_OPENAI_QUALTY (nobody reads it)" in run.stdout


def test_shoot_writes_one_picture_and_record_per_style_and_size(mug: Path, tmp_path: Path) -> None:
    run = packshot(
        *("shoot", mug, "--style", "white", "--style", "marble", "--size", "512x512", "--size", "256x256"),
        *("--size", "400x600", "--out", tmp_path, "--json"),
    )
    assert run.returncode == 0, run.stderr
    made = records(run)
    assert {(row["style"], row["size"]) for row in made} == {
        (style, size) for style in ("white", "marble") for size in ("512x512", "256x256", "400x600")
    }
    for row in made:
        assert row["status"] == "done" and row["seed"] == 1
        assert row["cutout_confidence"] >= 0.8 and row["seconds"] > 0 and row["warnings"] == []
        with Image.open(row["path"]) as picture:
            assert f"{picture.width}x{picture.height}" == row["size"] and picture.format == "WEBP"
    assert not list(tmp_path.glob(".*")), "no half-written file is left"


@pytest.mark.parametrize(("format", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("avif", "AVIF"), ("tiff", "TIFF")])
def test_shoot_writes_every_format(mug: Path, tmp_path: Path, format: str, kind: str) -> None:
    run = packshot("shoot", mug, "--style", "white", "--size", "256x256", "--format", format, "--out", tmp_path)
    assert run.returncode == 0, run.stderr
    (path,) = tmp_path.iterdir()
    with Image.open(path) as picture:
        assert picture.format == kind
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_same_seed_same_bytes_other_seed_other_picture(mug: Path, tmp_path: Path) -> None:
    def shot(seed: str, name: str) -> bytes:
        run = packshot(
            *("shoot", mug, "--style", "marble", "--size", "256x256", "--seed", seed, "--out", tmp_path / name)
        )
        assert run.returncode == 0, run.stderr
        return (tmp_path / name / "mug-marble.webp").read_bytes()

    assert shot("7", "a") == shot("7", "b") != shot("8", "c")


def test_everything_wrong_is_said_at_once_and_nothing_is_made(mug: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = packshot(
        *("shoot", mug, tmp_path / "missing.jpg", "--style", "marbel", "--style", "white", "--size", "99999x10"),
        *("--framing", "sideways", "--out", out, "--json"),
    )
    assert run.returncode == 2 and not out.exists()
    message = records(run)[0]["error"]["message"]
    assert "missing.jpg is not a file" in message
    assert "Did you mean 'marble'?" in message
    assert "99999×10" in message
    assert "sideways" in message


def test_an_unreadable_photo_stops_the_shoot_before_it_starts(mug: Path, tmp_path: Path) -> None:
    (tmp_path / "list.png").write_text("milk, eggs")
    (tmp_path / "photo.svg.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    out = tmp_path / "out"
    run = packshot("shoot", mug, tmp_path / "list.png", tmp_path / "photo.svg.png", "--style", "white", "--out", out)
    assert run.returncode == 2 and not out.exists()
    assert "list.png" in run.stderr and "photo.svg.png" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--size", "big"], "'big' is not a size"),
        (["--depth", "16"], "webp keeps 8 bits only"),
        (["--depth", "12"], "--depth 12 is not possible"),
        (["--seed", "-1"], "out of range"),
        (["--engine", "dalle"], "no engine 'dalle'"),
        (["--model", "studio-9"], "no model 'studio-9'"),
    ],
)
def test_bad_options_are_refused_in_words(mug: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    run = packshot_here("shoot", mug, "--style", "white", "--out", tmp_path, *arguments)
    assert run.returncode == 2 and words in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_picture_without_product_is_refused_with_reason_and_remedy(noise: Path, tmp_path: Path) -> None:
    run = packshot("shoot", noise, "--style", "white", "--out", tmp_path, "--json")
    assert run.returncode == 3
    (row,) = records(run)
    assert row["status"] == "refused" and row["path"] is None
    assert row["words"] and row["remedy"] and row["cutout_confidence"] < 0.5
    assert not list(tmp_path.iterdir())


def test_what_could_be_made_is_made_although_another_photo_is_refused(mug: Path, noise: Path, tmp_path: Path) -> None:
    run = packshot("shoot", mug, noise, "--style", "white", "--size", "256x256", "--out", tmp_path)
    assert run.returncode == 3 and "Not made" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mug-white.webp"]


def test_cutout_keeps_size_and_product_pixels(mug: Path, tmp_path: Path) -> None:
    out = tmp_path / "mug.png"
    run = packshot_here("cutout", mug, "--out", out, "--json")
    assert run.returncode == 0
    (record,) = records(run)
    assert record["verdict"] == "accept" and record["view"] == "standing"
    with Image.open(mug) as photo, Image.open(out) as cutout:
        before, after = np.asarray(photo), np.asarray(cutout)
    assert after.shape == (*before.shape[:2], 4)
    opaque = after[..., 3] == 255
    assert opaque.mean() > 0.05
    assert np.abs(after[opaque][:, :3].astype(int) - before[opaque]).max() <= 1  # two JPEG decoders


def test_cutout_of_noise_is_written_and_refused(noise: Path, tmp_path: Path) -> None:
    run = packshot_here("cutout", noise, "--out", tmp_path / "noise.png", "--json")
    assert run.returncode == 3
    assert records(run)[0]["reasons"] and (tmp_path / "noise.png").exists()


def test_a_mask_of_ones_own_settles_it_and_the_cutout_can_be_shot(noise: Path, tmp_path: Path) -> None:
    mask = np.zeros((300, 300), np.uint8)
    mask[80:260, 100:200] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    cut = packshot_here("cutout", noise, "--alpha", tmp_path / "mask.png", "--out", tmp_path / "cut.png", "--json")
    assert cut.returncode == 0, cut.stderr
    asked = packshot("shoot", tmp_path / "cut.png", "--style", "marble", "--size", "256x256", "--out", tmp_path)
    assert asked.returncode == 4 and "--view standing" in asked.stderr
    shot = packshot(
        *("shoot", tmp_path / "cut.png", "--style", "marble", "--view", "standing", "--size", "256x256"),
        *("--out", tmp_path, "--json"),
    )
    assert shot.returncode == 0, shot.stderr
    assert (tmp_path / "cut-marble.webp").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--box", "1,2,3"], "is not a box"),
        (["--box", "5000,5000,10,10"], "outside"),
        (["--alpha", "missing.png"], "cannot be read"),
    ],
)
def test_bad_remedies_are_refused_in_words(mug: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    run = packshot_here("cutout", mug, "--out", tmp_path / "mug.png", *arguments)
    assert run.returncode == 2 and words in run.stderr


def test_a_file_where_the_folder_should_be(mug: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    run = packshot("shoot", mug, "--style", "white", "--out", tmp_path / "out")
    assert run.returncode == 2 and "is a file" in run.stderr


def test_an_error_of_ours_is_a_sentence_and_70(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types\n"
        "class Broken(types.ModuleType):\n"
        "    def __getattr__(self, name): raise ZeroDivisionError('seven')\n"
        "sys.modules['packshot.studio.scene.library'] = Broken('library')\n"
    )
    run = packshot("shoot", "nothing.jpg", PYTHONPATH=str(tmp_path))
    assert run.returncode == 70 and "not your fault" in run.stderr and "seven" in run.stderr


def test_brief_says_what_is_understood() -> None:
    (record,) = records(packshot_here("brief", "Leather bag on marble, no people, show the back", "--json"))
    assert record["attributes"] == {"material": ["leather"], "surface": "marble", "angle": "back"}
    assert record["prompt"]["studio"]["style"] == "marble"
    assert record["refused"][0]["phrase"] == "show the back" and record["refused"][0]["reason"]
    assert record["avoid"] == [{"words": "people", "start": 26, "end": 32}]
    assert record["coverage"] == 1


def test_brief_speaks_to_people_without_control_characters() -> None:
    run = packshot_here("brief", "no \x1b[31mpeople\x1b or [b]text[/b], leather zorgle")
    assert run.returncode == 0
    assert "style soft-grey" in run.stdout and "Not understood: " in run.stdout and "zorgle" in run.stdout
    assert "\x1b" not in run.stdout


def test_brief_says_that_another_language_is_not_guessed() -> None:
    assert "This looks like German" in packshot_here("brief", "Tasse aus Keramik mit Holzgriff").stdout


def test_brief_reads_standard_input_and_refuses_too_much() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "packshot", "brief", "-", "--json"],
        input="leather " * 20_000,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 2 and "160,000 characters" in run.stdout


def test_a_style_of_the_library_is_shot_by_its_slug(mug: Path, tmp_path: Path) -> None:
    run = packshot("shoot", mug, "--style", "marketplace-main", "--size", "256x256", "--out", tmp_path, "--json")
    (made,) = records(run)
    assert (made["style"], made["status"], Path(made["path"]).name) == (
        *("marketplace-main", "done"),
        "mug-marketplace-main.webp",
    )
    painted = packshot("shoot", mug, "--style", "terrace", "--out", tmp_path)
    assert painted.returncode == 2 and "Stability AI is not configured" in painted.stderr
    here = packshot("shoot", mug, "--style", "terrace", "--engine", "studio", "--out", tmp_path)
    assert here.returncode == 2 and "no style 'terrace'" in here.stderr
