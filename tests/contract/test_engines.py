"""Every engine against every accident of its simulator: the right kind of failure, in time, billed as often as sent."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import replace
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image

from packshot.engines import registry
from packshot.engines.base import Done, Failed, FailureKind, Operation, Pending, Reference
from packshot.imaging.decode import OWN_LIMITS, decode
from tests.contract.conftest import Make
from tests.contract.plays import AT_ONCE, ENGINES, LATER, mask, photo, play, request_to
from tests.simulated import Simulators

pytestmark = pytest.mark.anyio

NOT_TAKEN_ON: dict[str, tuple[FailureKind, float | None]] = {
    "rate-limited": ("rate_limited", 7),
    "rate-limited-bare": ("rate_limited", None),
    "overloaded": ("transient", 7),
    "broken": ("outcome_unknown", None),
    "bad-gateway": ("outcome_unknown", None),
    "unpaid": ("quota", None),
}
TAKEN_ON_WITHOUT_AN_ANSWER = ("broken-after", "hang", "cut-off", "nonsense")
DEADLINE_S = 1.5


def test_every_engine_that_costs_money_is_here() -> None:
    ours = {id for id, kind in registry().classes.items() if kind.__module__.startswith("packshot.")}
    assert ours == {"studio", *ENGINES}


def models() -> list[tuple[str, str]]:
    return [(id, model.id) for id in ENGINES for model in registry().classes[id].models() if model.retires_on is None]


@pytest.mark.parametrize(("id", "model"), models())
async def test_every_model_makes_what_was_asked_for(id: str, model: str, make: Make, simulators: Simulators) -> None:
    engine = make(id)
    request = request_to(engine, "a mug on a marble table", model=model)
    before = simulators.billed(id)
    outcome, waited = await play(engine, request)
    assert isinstance(outcome, Done), outcome
    assert simulators.billed(id) == before + 1
    assert bool(waited) == (id in LATER or "relight" in model)
    (artefact,) = outcome.artefacts
    assert isinstance(artefact.content, bytes) and outcome.warnings == ()
    if request.kind == "image":
        made = decode(artefact.content, limits=OWN_LIMITS)
        assert (made.width, made.height) == (request.width, request.height)
    assert 0 < outcome.cost.micros <= engine.estimate(request).micros


@pytest.mark.parametrize("fault", NOT_TAKEN_ON)
@pytest.mark.parametrize("id", ENGINES)
async def test_what_was_not_taken_on_is_not_billed(id: str, fault: str, make: Make, simulators: Simulators) -> None:
    engine = make(id)
    kind, wait = NOT_TAKEN_ON[fault]
    if fault == "unpaid" and id == "bedrock":  # AWS knows limits, and no account that is empty
        kind = "rate_limited"
    before = simulators.billed(id)
    outcome, _ = await play(engine, request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed) and outcome.kind == kind, outcome
    assert outcome.retry_after_s == wait
    assert outcome.charged is (None if kind == "outcome_unknown" else False)
    assert simulators.billed(id) == before


@pytest.mark.parametrize("fault", TAKEN_ON_WITHOUT_AN_ANSWER)
@pytest.mark.parametrize("id", ENGINES)
async def test_nobody_knows_what_became_of_it(id: str, fault: str, make: Make, simulators: Simulators) -> None:
    engine = make(id, DEADLINE_S=str(DEADLINE_S)) if fault == "hang" else make(id)
    before, started = simulators.billed(id), time.monotonic()
    outcome, _ = await play(engine, request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown" and outcome.charged is None, outcome
    assert simulators.billed(id) == before + 1, "it is sent once"
    if fault == "hang":
        assert time.monotonic() - started < DEADLINE_S + 5


@pytest.mark.parametrize(
    ("id", "fault"),
    [*((id, "moderated") for id in ENGINES), *((id, "failed-moderated") for id in ENGINES if id != "openai")],
)
async def test_content_rules_are_told_apart_from_accidents(id: str, fault: str, make: Make) -> None:
    outcome, _ = await play(engine := make(id), request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed) and outcome.kind == "moderated", outcome


@pytest.mark.parametrize("id", AT_ONCE)
@pytest.mark.parametrize("fault", ["drip", "endless", "gzip-bomb"])
async def test_an_answer_without_end_ends(id: str, fault: str, make: Make, simulators: Simulators) -> None:
    engine = make(id, DEADLINE_S="4")
    before, started = simulators.billed(id), time.monotonic()
    outcome, _ = await play(engine, request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown", outcome
    assert simulators.billed(id) == before + 1 and time.monotonic() - started < 12


async def test_a_call_that_was_given_up_keeps_no_thread(make: Make) -> None:
    engine = make("bedrock", DEADLINE_S="2")
    outcome, _ = await play(engine, request_to(engine, "a mug fault:drip"))
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown"
    until = time.monotonic() + 5
    while _busy():
        assert time.monotonic() < until, "it reads on"
        await asyncio.sleep(0.05)


def _busy() -> bool:
    """A thread of the engine does something, rather than wait for work."""
    ours = {one.ident for one in threading.enumerate() if one.name.startswith("bedrock")}
    return any(id in ours and frame.f_code.co_name != "_worker" for id, frame in sys._current_frames().items())


@pytest.mark.parametrize("id", LATER)
async def test_a_result_that_drips_is_asked_for_again(id: str, make: Make, simulators: Simulators) -> None:
    engine = make(id, DEADLINE_S=str(DEADLINE_S))
    before, started = simulators.billed(id), time.monotonic()
    operation = await make(id).submit(request_to(engine, "a mug fault:drip"), key="k-drip")
    assert isinstance(operation, Operation)
    for _ in range(3):
        assert isinstance(await engine.poll(operation), Pending)
    assert simulators.billed(id) == before + 1 and time.monotonic() - started < 20


@pytest.mark.parametrize("fault", ["endless", "gzip-bomb"])
@pytest.mark.parametrize("id", LATER)
async def test_a_result_without_end_ends(id: str, fault: str, make: Make, simulators: Simulators) -> None:
    before = simulators.billed(id)
    outcome, _ = await play(engine := make(id), request_to(engine, f"a mug fault:{fault}"))
    if id == "fashn":  # its result stands in the answer to a poll, and a poll may be asked again
        assert isinstance(outcome, Pending)
    else:
        assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown" and outcome.charged, outcome
    assert simulators.billed(id) == before + 1


@pytest.mark.parametrize(
    ("id", "fault"),
    [
        *((id, "html") for id in ENGINES),
        *((id, fault) for id in LATER for fault in ("expired", "redirect", "metadata")),
    ],
)
async def test_a_result_that_is_lost_was_paid_for(id: str, fault: str, make: Make, simulators: Simulators) -> None:
    before = simulators.billed(id)
    outcome, _ = await play(engine := make(id), request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown" and outcome.charged, outcome
    assert outcome.cost.micros > 0, "and what it cost is known"
    assert simulators.billed(id) == before + 1


async def test_what_a_vendor_takes_for_nothing_is_known(make: Make) -> None:
    """Runway says what a task cost, also where its rules forbade the video."""
    outcome, _ = await play(engine := make("runway"), request_to(engine, "a mug fault:moderated"))
    assert isinstance(outcome, Failed) and (outcome.kind, outcome.charged) == ("moderated", True)
    assert outcome.cost.micros == 2 * 50_000


@pytest.mark.parametrize("id", ENGINES)
async def test_another_size_is_a_picture_all_the_same(id: str, make: Make) -> None:
    request = request_to(engine := make(id), "a mug fault:wrong-size")
    outcome, _ = await play(engine, request)
    assert isinstance(outcome, Done), outcome
    content = outcome.artefacts[0].content
    if request.kind == "image":
        assert isinstance(content, bytes)
        assert decode(content, limits=OWN_LIMITS).width == request.width // 2


@pytest.mark.parametrize("id", LATER)
async def test_what_the_vendor_says_failed_may_be_tried_again(id: str, make: Make) -> None:
    outcome, _ = await play(engine := make(id), request_to(engine, "a mug fault:failed"))
    assert isinstance(outcome, Failed) and outcome.kind == "transient", outcome


@pytest.mark.parametrize("id", LATER)
async def test_a_status_that_nobody_knows_is_never_success(id: str, make: Make) -> None:
    outcome, waited = await play(engine := make(id), request_to(engine, "a mug fault:strange-status"))
    assert isinstance(outcome, Pending) and len(waited) > 3


@pytest.mark.parametrize("id", LATER)
async def test_what_the_vendor_forgot_may_have_been_paid(id: str, make: Make) -> None:
    outcome, _ = await play(engine := make(id), request_to(engine, "a mug fault:forgotten"))
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown" and outcome.charged is None


@pytest.mark.parametrize("id", ENGINES)
async def test_a_wrong_key_is_the_operators_and_in_no_words(id: str, make: Make, simulators: Simulators) -> None:
    secret = "wrongsecret0123456789"
    own = {"ACCESS_KEY_ID": secret} if id == "bedrock" else {"API_KEY": secret}
    before = simulators.billed(id)
    outcome, _ = await play(engine := make(id, **own), request_to(engine, "a mug"))
    assert isinstance(outcome, Failed) and outcome.kind == "auth" and outcome.charged is False, outcome
    assert secret not in repr(outcome) and secret not in repr(engine.workplace)
    assert simulators.billed(id) == before


@pytest.mark.parametrize("id", ENGINES)
async def test_nobody_there_is_no_purchase(id: str, make: Make) -> None:
    outcome, _ = await play(engine := make(id, BASE_URL="http://127.0.0.1:9"), request_to(engine, "a mug"))
    assert isinstance(outcome, Failed) and outcome.kind == "transient" and outcome.charged is False, outcome


@pytest.mark.parametrize("id", LATER)
async def test_a_vendor_that_cannot_be_asked_is_asked_later(id: str, make: Make) -> None:
    operation = await (engine := make(id)).submit(request_to(engine, "a mug"), key="k-away")
    assert isinstance(operation, Operation)
    away, locked_out = make(id, BASE_URL="http://127.0.0.1:9"), make(id, API_KEY="wrong")
    assert isinstance(await away.poll(operation), Pending)
    assert isinstance(await locked_out.poll(operation), Pending), "a wrong key loses nothing that was paid for"


@pytest.mark.parametrize("id", LATER)
async def test_something_under_way_is_stopped_where_the_vendor_can(id: str, make: Make) -> None:
    operation = await (engine := make(id)).submit(request_to(engine, "a mug"), key="k-stop")
    assert isinstance(operation, Operation)
    await engine.cancel(operation)
    told = await engine.poll(operation)
    if id in ("replicate", "runway", "http_video"):
        assert isinstance(told, Failed) and told.kind == "transient"


@pytest.mark.parametrize(
    ("id", "model"),
    [
        ("openai", "gpt-image-2"),
        ("stability", "inpaint"),
        ("replicate", "stability-ai/sdxl"),
        ("bedrock", "us.stability.stable-image-inpaint-v1:0"),
    ],
)
async def test_white_may_change_and_black_stays(id: str, model: str, make: Make) -> None:
    """Our masks mean the same to every vendor, whatever its own mean."""
    width, height = (1024, 768)
    reference = Reference(photo(width, height))
    request = replace(
        request_to(engine := make(id), "a mug", model=model),
        references=(reference,),
        mask=mask(width, height),
        width=width,
        height=height,
    )
    outcome, _ = await play(engine, request)
    assert isinstance(outcome, Done), outcome
    content = outcome.artefacts[0].content
    assert isinstance(content, bytes)
    made, own = decode(content, limits=OWN_LIMITS).pixels, decode(photo(width, height)).pixels
    below = slice(height // 2 + 10, height * 8 // 10)  # above the stamp
    assert abs(made[below].astype(int) - own[below]).max() <= 2
    assert (abs(made[: height // 2 - 10].astype(int) - own[: height // 2 - 10]).max(axis=2) > 10).mean() > 0.5


@pytest.mark.parametrize(("model", "asked"), [("gpt-image-2", ""), ("gpt-image-2.5-flare", "-2026-09-08")])
async def test_openai_is_told_whose_a_request_is_and_for_which_version(
    model: str, asked: str, make: Make, simulators: Simulators
) -> None:
    for references in ((), (Reference(photo()),)):
        engine = make("openai")
        request = replace(request_to(engine, "a mug", model=model), whose="x" * 43, references=references)
        outcome, _ = await play(engine, request)
        assert isinstance(outcome, Done), outcome
        told = httpx.get(f"{simulators.url}/openai/_simulator/billed").json()
        assert (told["whose"], told["model"]) == ("x" * 43, model + asked)


async def test_references_are_uploaded_where_they_are_too_large_for_a_request(
    make: Make, simulators: Simulators
) -> None:
    noisy = Image.fromarray(np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8))
    noisy.save(data := BytesIO(), "PNG")
    request = replace(request_to(engine := make("replicate"), "a mug"), references=(Reference(data.getvalue()),) * 2)
    before = simulators.billed("replicate")
    outcome, _ = await play(engine, request)
    assert isinstance(outcome, Done), outcome
    assert simulators.billed("replicate") == before + 1


async def test_an_idempotency_key_buys_once(make: Make, simulators: Simulators) -> None:
    request = request_to(engine := make("http_video"), "a mug")
    before = simulators.billed("http_video")
    first, second = [await engine.submit(request, key="the-same") for _ in range(2)]
    assert isinstance(first, Operation) and isinstance(second, Operation) and first.id == second.id
    assert simulators.billed("http_video") == before + 1
