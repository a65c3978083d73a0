"""A contract of the operator's own is read strictly, and what it has no place for is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packshot.engines.base import GenerationRequest, Reference, Workplace
from packshot.engines.http_video import HttpVideo
from packshot.simulators.video import CONTRACT

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def told(tmp_path: Path) -> Callable[[Change], HttpVideo]:
    """An engine whose contract is the simulator's, changed."""

    def of(change: Change = lambda contract: None) -> HttpVideo:
        contract = json.loads(json.dumps(CONTRACT))
        change(contract)
        (path := tmp_path / "contract.json").write_text(json.dumps(contract))
        settings = {"CONTRACT": str(path), "BASE_URL": "https://video.example", "API_KEY": "secret"}
        return HttpVideo(Workplace(tmp_path, settings=settings))

    return of


def asked(**more: Any) -> GenerationRequest:
    return GenerationRequest("configured", kind="video", words="a mug turns", **more)


def test_the_contract_in_the_guide_is_one_that_works(root: Path) -> None:
    guide = (root / "docs/guides/engines-that-cost-money.md").read_text()
    assert json.loads(guide.partition("```json")[2].partition("```")[0]) == CONTRACT


def test_the_key_goes_where_the_contract_says(told: Callable[..., HttpVideo]) -> None:
    assert told().headers == {"X-Token": "secret"}
    assert "secret" not in repr(told().workplace)


@pytest.mark.parametrize(
    "change",
    [
        lambda contract: contract.pop("poll"),
        lambda contract: contract.update(prize=1),
        lambda contract: contract["poll"]["statuses"].update(ready="finished"),
        lambda contract: contract["submit"].update(id="job.id"),
        lambda contract: contract["submit"].update(path="https://elsewhere.example/jobs"),
        lambda contract: contract["submit"]["body"].update(text="${wrods}"),
        lambda contract: contract.update(price=-1),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(told: Callable[..., HttpVideo], change: Change) -> None:
    (said,) = told(change).missing
    assert said.startswith("PACKSHOT_HTTP_VIDEO_CONTRACT (") and "contract.json: " in said and "\n" not in said


def test_a_contract_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = {"CONTRACT": str(tmp_path / "none.json"), "BASE_URL": "https://video.example"}
    (said,) = HttpVideo(Workplace(tmp_path, settings=settings)).missing
    assert "none.json: No such file" in said


@pytest.mark.parametrize(("header", "submits"), [("Idempotency-Key", "idempotent"), ("", "once")])
def test_a_vendor_that_knows_keys_may_be_sent_the_same_again(
    told: Callable[..., HttpVideo], header: str, submits: str
) -> None:
    engine = told(lambda contract: contract["submit"].update(idempotency_header=header))
    assert engine.known["configured"].capabilities.submits == submits


@pytest.mark.parametrize(
    ("change", "more", "field"),
    [
        (lambda contract: contract["submit"]["body"]["task"].pop("seed"), {"seed": 5}, "seed"),
        (lambda contract: contract["submit"]["body"].pop("duration"), {"seconds": 5}, "seconds"),
        (lambda contract: contract["submit"]["body"].pop("format"), {}, "size"),
        (lambda contract: None, {"avoid": "people"}, "avoid"),
        (
            lambda contract: contract["submit"]["body"]["task"].pop("picture"),
            {"references": (Reference(b""),)},
            "references",
        ),
    ],
)
def test_what_the_contract_has_no_place_for_is_refused(
    told: Callable[..., HttpVideo], change: Change, more: dict[str, Any], field: str
) -> None:
    assert [refusal.field for refusal in told(change).check(asked(**more))] == [field]


def test_a_size_without_a_place_can_be_the_vendors_only_one(told: Callable[..., HttpVideo]) -> None:
    def only(contract: dict[str, Any]) -> None:
        del contract["submit"]["body"]["format"]
        contract["size"] = "1024x1024"

    assert told(only).check(asked()) == []


def test_a_duration_without_a_place_can_be_the_vendors_only_one(told: Callable[..., HttpVideo]) -> None:
    def only(contract: dict[str, Any]) -> None:
        del contract["submit"]["body"]["duration"], contract["submit"]["body"]["task"]["seed"]
        contract["seconds"] = 8

    engine = told(only)
    assert engine.check(asked(seconds=8)) == []
    assert [refusal.field for refusal in engine.check(asked(seconds=5))] == ["seconds"]
    can = engine.known["configured"].capabilities
    assert (can.seconds, can.seed) == ((8,), False)


def test_the_price_is_the_operators(told: Callable[..., HttpVideo]) -> None:
    assert told().estimate(asked()).micros == 250_000
