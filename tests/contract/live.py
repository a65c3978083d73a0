"""Buys the cheapest picture of every vendor whose key is set, and compares what it answers with its simulator.

`make live`. The price is said first, and no more than PACKSHOT_LIVE_CAP dollars (1 unless set) are spent in one run:
what does not fit is left out. What differs in status, headers and the shape of answers is written into live/, without
any value that a vendor sent. Without keys it says what it would do.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import httpx

from packshot.engines import engine
from packshot.engines.base import Cost, Done, Engine, Failed, GenerationRequest, Operation, Pending
from packshot.engines.http import Answer, NoAnswerError, hang_up, watched
from packshot.settings import settings
from packshot.simulators.app import settings as of_simulators
from tests.contract.plays import ENGINES, request_to

FOLDER = Path(__file__).parents[2] / "live"
CAP_DOLLARS = 1.0
PATIENCE_S = 600.0  # of a vendor that takes its time
TELLING = ("retry-after", "content-type", "x-ratelimit", "ratelimit", "request-id", "x-request-id")
WRONG = {"API_KEY": "wrong-key-of-a-check", "ACCESS_KEY_ID": "wrongkeyofacheck", "SECRET_ACCESS_KEY": "wrong"}
CASES = ("a picture", "a wrong key", "the list of its models")


@dataclass(frozen=True)
class Planned:
    """What would be bought of an engine, and for how much at most."""

    engine: Engine
    request: GenerationRequest
    price: Cost


def plan(environment: Mapping[str, str]) -> tuple[list[Planned], list[str]]:
    """The cheapest picture of each engine with a key, cheapest first, and the engines without."""
    planned: list[Planned] = []
    without: list[str] = []
    for id in ENGINES:
        one = engine(id, settings(), environment)
        if one.missing:
            without.append(f"{one.title}: needs {', '.join(one.missing)}")
            continue
        asked = [request_to(one, "a mug on a marble table", model=model.id) for model in one.models()]
        able = [request for request in asked if not one.check(request)]
        if able:
            cheapest = min(able, key=lambda request: one.estimate(request).micros)
            planned.append(Planned(one, cheapest, one.estimate(cheapest)))
    return sorted(planned, key=lambda one: one.price.micros), without


def within(planned: Sequence[Planned], cap: Cost) -> list[Planned]:
    """The first of them that together cost no more than `cap`."""
    chosen: list[Planned] = []
    for one in planned:
        if sum(chosen_one.price.micros for chosen_one in chosen) + one.price.micros <= cap.micros:
            chosen.append(one)
    return chosen


async def observe(id: str, environment: Mapping[str, str], request: GenerationRequest) -> dict[str, Any]:
    """What a vendor, or its simulator, does in each of CASES; in that of a wrong key only where it asks for one."""
    one = engine(id, settings(), environment)
    prefix = f"PACKSHOT_{id.upper()}_"
    stranger = engine(id, settings(), {**environment, **{prefix + name: value for name, value in WRONG.items()}})
    keyed = any(environment.get(prefix + name) for name in WRONG)  # who asks for no key would sell another picture
    try:
        seen = {CASES[0]: await _seen(_bought(one, request))}
        if keyed:
            seen[CASES[1]] = await _seen(stranger.submit(request, key=f"check-{time.time_ns()}"))
        return seen | {CASES[2]: await _seen(one.retirements())}
    finally:
        await hang_up()


async def _bought(one: Engine, request: GenerationRequest) -> Done | Failed | Pending | Operation:
    outcome: Done | Failed | Pending | Operation = await one.submit(request, key=f"live-{time.time_ns()}")
    until = time.monotonic() + PATIENCE_S
    if not isinstance(outcome, Operation):
        return outcome
    operation = outcome
    while time.monotonic() < until:
        told = await one.poll(operation)
        if not isinstance(told, Pending):
            return told
        await asyncio.sleep(told.poll_after_s)
    return operation


async def _seen(call: Any) -> dict[str, Any]:
    """How a call ends, and the shapes of the different answers that it got."""
    answers: list[Answer] = []
    token = watched.set(answers)
    try:
        outcome = await call
        ended = outcome.kind if isinstance(outcome, Failed) else type(outcome).__name__.lower()
    except Exception as error:
        ended = type(error).__name__
    finally:
        watched.reset(token)
    shapes: list[Any] = []
    for answer in answers:
        if (shape := _shape(answer)) not in shapes:
            shapes.append(shape)
    return {"ends": ended, "answers": shapes}


def _shape(answer: Answer) -> dict[str, Any]:
    try:
        body = sorted(set(_paths(answer.json())))
    except NoAnswerError:
        body = ["bytes" if answer.body else "nothing"]
    telling = sorted(name for name in answer.headers if name.startswith(TELLING))
    return {"status": answer.status, "headers": telling, "body": body}


def _paths(value: Any, at: str = "") -> Generator[str]:
    """The names in a JSON value and what is behind each: "data[].b64_json: str"."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _paths(below, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for below in value:
            yield from _paths(below, f"{at}[]")
    else:
        yield f"{at}: {type(value).__name__}"


def differences(vendor: Mapping[str, Any], simulator: Mapping[str, Any]) -> list[str]:
    """In words, what the simulator does otherwise."""
    found: list[str] = []
    for case in [case for case in CASES if case in vendor and case in simulator]:
        real, ours = vendor[case], simulator[case]
        if real["ends"] != ours["ends"]:
            found.append(f"{case}: ends {real['ends']}, with the simulator {ours['ends']}")
        for name in ("status", "headers", "body"):
            there, here = (sorted({str(answer[name]) for answer in one["answers"]}) for one in (real, ours))
            if there != here:
                found.append(f"{case}: {name}: {_apart(name, real['answers'], ours['answers'])}")
    return found


def _apart(name: str, real: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> str:
    """What only one of the two has of a part of its answers, in words."""
    there, here = (
        {str(one) for answer in answers for one in (answer[name] if name != "status" else [answer[name]])}
        for answers in (real, ours)
    )
    only = [f"the vendor has {', '.join(sorted(there - here))}"] if there - here else []
    only += [f"the simulator has {', '.join(sorted(here - there))}"] if here - there else []
    return "; ".join(only) or "the same, in other answers"


def cap_of(environment: Mapping[str, str]) -> Cost:
    """What may be spent at most; ends the program where that is no sum of dollars."""
    said = environment.get("PACKSHOT_LIVE_CAP") or str(CAP_DOLLARS)
    try:
        dollars = Decimal(said)
    except InvalidOperation:
        dollars = Decimal(-1)
    if not (dollars.is_finite() and dollars >= 0):
        sys.exit(f"PACKSHOT_LIVE_CAP is {said!r}: give dollars, such as 0.5.")
    return Cost(int(dollars * 1_000_000))


@contextmanager
def simulators() -> Generator[dict[str, str]]:
    """Simulators of our own, and the settings that lead to them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "packshot", "simulators", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                contract = httpx.get(f"{url}/http_video/_simulator/contract").text
                break
            except httpx.TransportError:
                if time.monotonic() > until:
                    sys.exit("The simulators do not start.")
                time.sleep(0.2)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(contract)
            file.flush()
            yield of_simulators(url) | {"PACKSHOT_HTTP_VIDEO_CONTRACT": file.name}
    finally:
        process.terminate()
        process.wait(20)


async def compare(chosen: Sequence[Planned], environment: Mapping[str, str], simulated: Mapping[str, str]) -> int:
    """Buys, compares and writes down; how many vendors differ from their simulators."""
    differ = 0
    FOLDER.mkdir(exist_ok=True)
    for one in chosen:
        id = one.engine.id
        vendor = await observe(id, environment, one.request)
        simulator = await observe(id, simulated, one.request)
        found = differences(vendor, simulator)
        differ += bool(found)
        at = datetime.now(UTC)
        record = {
            "engine": id,
            "model": one.request.model,
            "at": at.isoformat(),
            "most_dollars": one.price.micros / 1e6,
        }
        record |= {"differs": found, "vendor": vendor, "simulator": simulator}
        file = FOLDER / f"{at:%Y-%m-%dT%H%M%SZ}-{id}.json"
        file.write_text(json.dumps(record, indent=1) + "\n")
        print(f"{one.engine.title}: {vendor[CASES[0]]['ends']}; {len(found) or 'no'} differences, in {file}")
        for words in found:
            print(f"  {words}")
    return differ


def main(environment: Mapping[str, str] = os.environ) -> int:
    """0 where everything that was tried answered as its simulator does, or there was nothing to try."""
    cap = cap_of(environment)
    planned, without = plan(environment)
    chosen = within(planned, cap)
    print(f"Of each vendor whose key is set: {', '.join(CASES)}. At most {cap} in all (PACKSHOT_LIVE_CAP).")
    for one in planned:
        left_out = "" if one in chosen else ", left out: it would be more than that"
        print(f"  {one.engine.title}: {one.request.model}, at most {one.price}{left_out}")
    for words in without:
        print(f"  not tried, {words}")
    if not chosen:
        print("Nothing is bought.")
        return 0
    print(f"This costs at most {Cost(sum(one.price.micros for one in chosen))}.", flush=True)
    with simulators() as simulated:
        return 1 if asyncio.run(compare(chosen, environment, simulated)) else 0


if __name__ == "__main__":
    sys.exit(main())
