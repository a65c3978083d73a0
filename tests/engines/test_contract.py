"""Every engine keeps the contract: refuses what it cannot do, all at once, and never charges for a refusal."""

from __future__ import annotations

import asyncio
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from packshot.engines import engine, registry
from packshot.engines.base import Cost, Done, Engine, Failed, GenerationRequest, Operation, Reference
from packshot.errors import BadInputError
from packshot.settings import Settings


@pytest.fixture(params=sorted(registry().classes))
def any_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    return engine(request.param, Settings(cache_dir=tmp_path), environment={})


def request_for(any_engine: Engine) -> GenerationRequest:
    model = any_engine.models()[0]
    can = model.capabilities
    width, height = next(iter(can.sizes)).split("x") if can.sizes else (1024, 1024)
    return GenerationRequest(
        model=model.id,
        width=int(width),
        height=int(height),
        kind=min(can.kinds),
        style=min(can.styles or {""}),
        words="a mug on a table" if can.needs_words else "",
        references=(Reference(b"not a picture"),) if can.references else (),
    )


def test_registry_loads_every_engine_of_the_folder() -> None:
    assert "studio" in registry().classes
    assert not registry().broken


def test_our_engines_are_called_like_their_files(tmp_path: Path) -> None:
    for id, kind in registry().classes.items():
        assert not kind.__module__.startswith("packshot.") or kind.__module__ == f"packshot.engines.{id}"
        assert type(engine(id, Settings(cache_dir=tmp_path), environment={})) is kind


def test_unknown_engine_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"no engine 'nothing'.*studio"):
        engine("nothing", Settings(cache_dir=tmp_path))


def test_models_are_dated_priced_and_sourced(any_engine: Engine) -> None:
    for model in any_engine.models():
        assert model.licence and model.source and model.as_of
        assert isinstance(model.price.micros, int)


def test_a_plain_request_fits(any_engine: Engine) -> None:
    assert any_engine.check(request_for(any_engine)) == []


def test_everything_that_does_not_fit_is_said_at_once(any_engine: Engine) -> None:
    can = any_engine.models()[0].capabilities
    wrong = replace(
        request_for(any_engine),
        width=can.sides[1] + 1,
        count=can.count + 1,
        seed=2**32,
        framing="upside-down",
        references=(Reference(b""),) * (can.references + 1),
    )
    fields = {refusal.field for refusal in any_engine.check(wrong)}
    assert {"size", "count", "seed", "framing", "references"} <= fields


def test_an_unknown_model_is_refused_with_those_there_are(any_engine: Engine) -> None:
    (refusal,) = any_engine.check(replace(request_for(any_engine), model="no-such-model"))
    assert refusal.field == "model" and any_engine.models()[0].id in refusal.remedy


def test_estimate_counts_pictures(any_engine: Engine) -> None:
    request = request_for(any_engine)
    assert any_engine.estimate(replace(request, count=3)).micros == 3 * any_engine.estimate(request).micros


def test_requests_and_results_are_frozen(any_engine: Engine) -> None:
    with pytest.raises(FrozenInstanceError):
        request_for(any_engine).width = 1  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Done(()).cost = Cost(5)  # type: ignore[misc]


def test_an_engine_that_answers_at_once_has_no_operations(any_engine: Engine) -> None:
    if type(any_engine).poll is not Engine.poll:
        pytest.skip("it starts operations")
    with pytest.raises(LookupError, match="op-1"):
        asyncio.run(any_engine.poll(Operation("op-1")))


def test_an_unreadable_photo_is_bad_input_when_prepared(any_engine: Engine) -> None:
    with pytest.raises(BadInputError, match=r"list\.png"):
        any_engine.prepare(Reference(b"milk, eggs, bread", name="list.png"))


def test_failures_say_whether_money_was_taken() -> None:
    assert Failed("refused", "no product").charged is False
    assert Failed("outcome_unknown", "no answer", charged=None).charged is None


def test_costs_read_as_money() -> None:
    assert str(Cost(0)) == "free"
    assert str(Cost(40_000)) == "$0.04"
    assert str(Cost(1_500_000)) == "$1.50"
    assert str(Cost(27)) == "$0.000027"
