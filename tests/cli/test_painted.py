"""`packshot shoot` with engines that paint: from words, into painted scenes, with its cost, stopped with Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from packshot.cli import vendors
from packshot.cli.batch import Order, engine_of, plan
from packshot.errors import BadInputError
from packshot.imaging.decode import OWN_LIMITS, decode
from packshot.imaging.video import watch
from tests.simulated import Simulators

Run = Callable[..., subprocess.CompletedProcess[str]]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "packshot", *map(str, arguments)]


@pytest.fixture
def shoot(simulators: Simulators, tmp_path: Path) -> Run:
    def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | simulators.environment | settings
        given = command("shoot", *arguments, "--out", tmp_path)
        return subprocess.run(given, env=env, capture_output=True, text=True, check=False, timeout=180)

    return run


@pytest.fixture
def mug(root: Path) -> Path:
    return root / "samples/photos/mug.jpg"


def records(run: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_picture_is_painted_from_words_and_its_cost_is_told(shoot: Run, tmp_path: Path) -> None:
    run = shoot("--words", "a red mug on marble", "--engine", "openai", "--format", "png")
    assert run.returncode == 0, run.stderr
    told = " ".join(run.stderr.split())
    assert "1 call, at most $0.40" in told and "Cost: $0.21" in told and "may differ" in told
    made = decode((tmp_path / "picture.png").read_bytes(), name="picture", limits=OWN_LIMITS)
    assert (made.width, made.height) == (1024, 1024)


def test_a_preset_puts_the_product_into_a_painted_scene(shoot: Run, mug: Path, tmp_path: Path) -> None:
    run = shoot(mug, "--style", "marble", "--preset", "FAST", "--size", "500x400", "--size", "1000x800", "--json")
    made = records(run)
    assert [one["size"] for one in made] == ["1000x800", "500x400"]
    assert {(one["way"], one["model"], one["status"]) for one in made} == {
        ("plate", "black-forest-labs/flux-2-pro", "done")
    }
    assert [one["cost_micros"] for one in made] == [195_000, 0], "it is one call"
    assert isinstance(made[0]["placed"], dict)
    assert all(Path(str(one["path"])).is_file() for one in made)


def test_a_video_that_does_not_come_is_stopped(
    mug: Path, tmp_path: Path, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (simulators.environment | {"PACKSHOT_HTTP_VIDEO_PATIENCE_S": "1"}).items():
        monkeypatch.setenv(name, value)
    engine_of.cache_clear()
    jobs = plan(Order((mug,), (), ((320, 240),), tmp_path, "http_video", words="a mug turns", seconds=1))
    (told,) = vendors.run(jobs, at_once=1, looked=lambda: None, shot=lambda _: None)
    engine_of.cache_clear()
    assert told["status"] == "late" and "within 1 seconds" in told["words"]
    assert httpx.get(f"{simulators.url}/http_video/_simulator/billed").json()["cancelled"] == 1


def test_a_style_chooses_its_engine(shoot: Run, mug: Path) -> None:
    (made,) = records(shoot(mug, "--style", "christmas-eve", "--json"))
    assert (made["status"], made["model"]) == ("done", "gpt-image-2")


def test_a_scene_of_no_use_is_said_and_its_cost_too(shoot: Run, mug: Path) -> None:
    run = shoot(mug, "--words", "defect:occupied", "--engine", "stability", "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 3 and told["status"] == "unusable"
    assert "where the product stands" in told["words"] and told["cost_micros"] > 0


def test_what_is_impossible_is_refused_before_anything_is_bought(shoot: Run, mug: Path, simulators: Simulators) -> None:
    before = simulators.billed("openai")
    nothing = shoot("--engine", "openai")
    seeded = shoot(mug, "--style", "marble", "--engine", "openai", "--seed", "3")
    mode = shoot("--words", "a mug", "--engine", "openai", "--mode", "plate")
    both = shoot("--words", "a mug", "--engine", "openai", "--preset", "FAST")
    portrait = shoot(mug, "--style", "snow-princess")
    mixed = shoot(mug, "--style", "christmas-eve", "--style", "white")
    assert {run.returncode for run in (nothing, seeded, mode, both, portrait, mixed)} == {2}
    assert "portrait of a person" in portrait.stderr and "made by different engines" in mixed.stderr
    assert "Nothing says what to show" in nothing.stderr and "no seeds" in seeded.stderr
    assert "cannot keep the product" in mode.stderr and "--preset chooses engine" in both.stderr
    assert simulators.billed("openai") == before


def test_ctrl_c_stops_what_is_under_way(simulators: Simulators, mug: Path, tmp_path: Path) -> None:
    before = simulators.billed("replicate")
    given = command("shoot", mug, "--style", "marble", "--engine", "replicate", "--out", tmp_path)
    env = os.environ | simulators.environment
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
    started = subprocess.Popen(given, env=env, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
    until = time.monotonic() + 60
    while simulators.billed("replicate") == before:
        assert time.monotonic() < until and started.poll() is None
        time.sleep(0.1)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=30)
    assert started.returncode == 130, said
    told = httpx.get(f"{simulators.url}/replicate/_simulator/billed").json()
    assert told["cancelled"] == 1 and told["billed"] == before + 1
    assert not list(tmp_path.glob("*.webp"))


def test_a_product_is_filmed(shoot: Run, mug: Path, tmp_path: Path) -> None:
    (photo := tmp_path / "Tasse-groß.jpg").write_bytes(mug.read_bytes())  # whose name no vendor is told
    run = shoot(photo, "--engine", "http_video", "--words", "a slow pan", "--seconds", "2")
    assert run.returncode == 0, run.stderr
    told = " ".join(run.stderr.split())
    assert "may differ" in told and "2 seconds in 1024×1024. 1 call, at most $0.25" in told and "Cost: $0.25" in told
    made = watch((tmp_path / "Tasse-groß.mp4").read_bytes())
    assert (made.width, made.height, made.seconds, made.copied) == (1024, 1024, 2.0, True)


def test_what_no_video_can_be_is_said_at_once(
    simulators: Simulators, mug: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    engine_of.cache_clear()
    order = Order((mug,), ("slow-turn",), ((64, 64), (32, 32)), tmp_path, "runway", format="png", seconds=11)
    with pytest.raises(BadInputError) as told:
        plan(order)
    for words in ("does not make 64×64", "A video is an MP4, not png", "does not last 11 seconds", "in one size"):
        assert words in str(told.value)
    with pytest.raises(BadInputError, match="Pictures do not last"):
        plan(Order((mug,), ("marble",), (), tmp_path, seconds=5))
    engine_of.cache_clear()
