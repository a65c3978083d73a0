"""The check of the real vendors, tried on simulators that stand in for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packshot.engines.base import Cost
from tests.contract import live
from tests.simulated import Simulators


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(live, "FOLDER", tmp_path / "live")
    return tmp_path / "live"


def test_without_keys_it_says_what_it_would_do(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert live.main({}) == 0
    told = capsys.readouterr().out
    assert "OpenAI: needs PACKSHOT_OPENAI_API_KEY" in told and "Nothing is bought." in told
    assert "$1" in told and not folder.exists()


def test_no_more_is_bought_than_the_cap_allows(
    simulators: Simulators, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    before = simulators.billed("openai")
    assert live.main({**simulators.environment, "PACKSHOT_LIVE_CAP": "0.001"}) == 0
    assert "left out" in capsys.readouterr().out and simulators.billed("openai") == before and not folder.exists()
    planned, _ = live.plan(simulators.environment)
    assert sum(one.price.micros for one in live.within(planned, Cost(300_000))) <= 300_000


def test_what_answers_like_its_simulator_does_not_differ(simulators: Simulators, folder: Path) -> None:
    some = {
        name: value for name, value in simulators.environment.items() if "_STABILITY_" in name or "_OPENAI_" in name
    }
    before = simulators.billed("stability")
    assert live.main(some) == 0
    assert simulators.billed("stability") == before + 1
    records = [json.loads(file.read_text()) for file in folder.iterdir()]
    assert {record["engine"] for record in records} == {"stability", "openai"}
    for record in records:
        assert record["differs"] == []
        assert record["vendor"]["a picture"]["ends"] == "done" and record["vendor"]["a wrong key"]["ends"] == "auth"
        assert "simulated" not in json.dumps(record), "no value of anybody's stands in it"


@pytest.mark.parametrize("said", ["abc", "nan", "inf", "-1"])
def test_a_cap_that_is_no_sum_is_refused(said: str) -> None:
    with pytest.raises(SystemExit, match="give dollars"):
        live.main({"PACKSHOT_LIVE_CAP": said})


async def test_a_vendor_that_asks_for_no_key_is_not_bought_from_twice(simulators: Simulators) -> None:
    """Where no key is set there is none to be wrong: a second order would be paid for."""
    keyless = {name: value for name, value in simulators.environment.items() if name != "PACKSHOT_HTTP_VIDEO_API_KEY"}
    (planned,) = (one for one in live.plan(keyless)[0] if one.engine.id == "http_video")
    seen = await live.observe("http_video", keyless, planned.request)
    assert list(seen) == [live.CASES[0], live.CASES[2]]
    both = await live.observe("http_video", simulators.environment, planned.request)
    assert live.CASES[1] in both and [one for one in live.differences(seen, both) if live.CASES[1] in one] == []


def test_what_differs_is_said() -> None:
    real = {
        case: {"ends": "done", "answers": [{"status": 200, "headers": [], "body": ["id: str"]}]} for case in live.CASES
    }
    ours = json.loads(json.dumps(real))
    assert live.differences(real, ours) == []
    ours["a picture"]["answers"][0]["body"] = ["id: int"]
    ours["a wrong key"]["ends"] = "invalid"
    assert live.differences(real, ours) == [
        "a picture: body: the vendor has id: str; the simulator has id: int",
        "a wrong key: ends done, with the simulator invalid",
    ]
