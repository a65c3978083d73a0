"""Who may call a vendor now: breakers, limits and what the vendor asked for, kept in Valkey for all processes together.

Where Valkey does not answer, each process keeps breakers and places of its own.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from packshot.engines.breaker import Breaker, Patience, Weight
from packshot.valkey import Together, valkey
from packshot.vendors.limits import limit, patience

log = structlog.get_logger(__name__)

PREFIX = "packshot:vendor:"
PLACE_S = 30.0  # a process that is silent this long has given up its places
RESERVED_S = 15.0  # for who was picked from the line and has yet to come
RETRY_VALKEY_S = 2.0
KNOWN_S = 0.5

Why = Literal["trouble", "pause", "place", "rate", "line"]

_LUA = Path(__file__).with_name("gate.lua").read_text()
_fine: dict[tuple[str, str], float] = {}  # until when it is believed
_DOWN = (RedisError, OSError, TimeoutError)
_down_until = 0.0


@dataclass(frozen=True)
class Pass:
    """`who` may call `model` of `engine`, and holds a place there until `leave`, or `stay` is not said for PLACE_S."""

    engine: str
    model: str
    who: str
    began: float
    shared: bool = True


@dataclass(frozen=True)
class Wait:
    """Not now: `why`, and in how many seconds it is worth asking again; 0 where that is when a place becomes free."""

    why: Why
    seconds: float


@dataclass(frozen=True)
class Left:
    """What became of it when somebody left: whether that opened or closed the breaker, and whether others wait."""

    closed: bool = False
    waiting: bool = False
    opened: bool = False


@dataclass(frozen=True)
class Room:
    """How many more calls may begin, in how many seconds to look again if none, and who is at it."""

    left: int
    wait_s: float
    inside: Sequence[str]


def _key(engine: str, *what: str) -> str:
    return PREFIX + ":".join((engine, *what))


def _keys(engine: str, *names: str) -> list[str]:
    return [_key(engine, name) for name in names]


def _breaker(engine: str, model: str) -> str:
    return _key(engine, "trouble", model)


async def admit(engine: str, model: str, whos: Sequence[str]) -> list[Pass | Wait]:
    """For each of `whos`, in their order, a pass or for what it has to wait. Whoever has a place reserved comes in."""
    allowed, patient = await limit(engine), await patience()
    if _reachable():
        try:
            answers = await _script(valkey())(
                keys=[*_keys(engine, "places", "minute", "pause", "line"), _breaker(engine, model)],
                args=[
                    "admit",
                    allowed.at_once,
                    allowed.a_minute,
                    *map(_ms, (PLACE_S, patient.open_s, patient.probe_s)),
                    *whos,
                ],
            )
        except _DOWN as error:
            _lost(error)
        else:
            verdicts: list[Pass | Wait] = []
            for who, (verdict, wait, now) in zip(whos, answers, strict=True):
                if verdict == "go":
                    verdicts.append(_inside(Pass(engine, model, who, float(now))))
                else:
                    verdicts.append(Wait(cast(Why, verdict), int(wait) / 1000))
            return verdicts
    return [own.admit(engine, model, who, allowed.at_once, patient) for who in whos]


async def leave(passed: Pass, weight: Weight, *, hold_s: float = 0.0) -> Left:
    """The call of `passed` has ended, and says `weight` of its vendor's health.

    With `hold_s` the vendor works on, and the place is held for so long, or until it is held or left again.
    """
    at_work.pop(passed, None)
    if not passed.shared:
        return own.leave(passed, weight)
    return await _tell(passed, weight, hold_s)


async def hold(engine: str, model: str, who: str, seconds: float) -> Left:
    """Holds the place of what is under way for `seconds`; 0 gives it back."""
    return await _tell(Pass(engine, model, who, 0.0), "nothing", seconds)


async def end(engine: str, model: str, who: str, weight: Weight, began: datetime) -> Left:
    """What was under way since `began` has ended: it gives its place back, and says `weight` of its vendor's health."""
    passed = Pass(engine, model, who, began.timestamp() * 1000)
    if _reachable():
        return await _tell(passed, weight, 0.0)
    age_s = (datetime.now(UTC) - began).total_seconds()
    return own.leave(replace(passed, began=time.monotonic() - age_s, shared=False), weight)


async def _tell(passed: Pass, weight: Weight, hold_s: float) -> Left:
    if not _reachable():
        return Left()
    try:
        changed, waiting = await _told(valkey()).ask((passed, weight, (await patience()).failures, hold_s))
    except _DOWN as error:
        _lost(error)
        return Left()
    if changed:
        forget()
        log.warning(f"breaker {changed}", engine=passed.engine, model=passed.model)
    return Left(changed == "closed", waiting == 1, changed == "opened")


async def pause(engine: str, seconds: float) -> None:
    """Nobody calls the vendor for so long: it asked for that."""
    log.warning("vendor wants to be left alone", engine=engine, seconds=round(seconds, 1))
    own.paused[engine] = max(own.paused.get(engine, 0.0), time.monotonic() + seconds)
    if _reachable():
        try:
            key = _key(engine, "pause")
            if await valkey().pttl(key) < _ms(seconds):
                await valkey().set(key, "1", px=max(_ms(seconds), 1))
        except _DOWN as error:
            _lost(error)


async def trouble_s(engine: str, model: str) -> float | None:
    """The seconds until a call may be worth trying while the breaker is open; None where it is not, or is to be tried.

    What the door asks for every order, so that "no trouble" is believed for KNOWN_S: who slips in waits inside.
    """
    if _fine.get((engine, model), 0.0) > time.monotonic():
        return None
    if _reachable():
        try:
            since, probe_until = await _states(valkey()).ask(_breaker(engine, model))
        except _DOWN as error:
            _lost(error)
        else:
            if since is None:
                _fine[engine, model] = time.monotonic() + KNOWN_S
                return None
            left_s = max(since / 1000 + (await patience()).open_s, (probe_until or 0) / 1000) - time.time()
            return left_s if left_s > 0 else None
    return own.trouble_s(engine, model, time.monotonic())


def forget() -> None:
    """Asks Valkey again for every vendor that is believed to be fine."""
    _fine.clear()


async def room(engine: str) -> Room:
    """How much of `engine` is free. Where Valkey is away nobody waits in a line: everybody asks again."""
    allowed = await limit(engine)
    if _reachable():
        try:
            left, wait, inside = await _script(valkey())(
                keys=_keys(engine, "places", "minute", "pause"), args=["room", allowed.at_once, allowed.a_minute]
            )
            return Room(int(left), int(wait) / 1000, inside)
        except _DOWN as error:
            _lost(error)
    return Room(0, RETRY_VALKEY_S, ())


async def reserve(engine: str, whos: Sequence[str]) -> list[str]:
    """Those of `whos` that a place is kept for from now on, RESERVED_S long: as many as there is room for."""
    allowed = await limit(engine)
    try:
        return await _script(valkey())(
            keys=_keys(engine, "places", "minute", "pause"),
            args=["reserve", allowed.at_once, allowed.a_minute, _ms(RESERVED_S), *whos],
        )
    except _DOWN as error:
        _lost(error)
        return []


async def nobody_waits(engine: str) -> None:
    """The line of `engine` is empty: who comes now need not stand in it."""
    with suppress(*_DOWN):
        await valkey().delete(_key(engine, "line"))


@dataclass(frozen=True)
class Weather:
    """How an engine's model stands. Times are seconds; `open_s` since when its breaker is open, None if it is not."""

    engine: str
    model: str
    failures: int
    open_s: float | None
    retry_s: float
    probing: bool


@dataclass(frozen=True)
class Load:
    """How busy an engine's vendor is, against the `limit` that holds, and how long it wants to be left alone."""

    inside: int
    begun: int
    paused_s: float


async def weather(models: Sequence[tuple[str, str]]) -> list[Weather]:
    """How breakers stand, those that know nothing but good left out; raises where Valkey does not answer."""
    asked = valkey().pipeline(transaction=False)
    for engine, model in models:
        asked.hgetall(_breaker(engine, model))
    found: list[Mapping[str, str]] = await asked.execute()
    patient, now = await patience(), time.time()
    told: list[Weather] = []
    for (engine, model), state in zip(models, found, strict=True):
        if not state:
            continue
        since = float(state["since"]) / 1000 if "since" in state else None
        left = max(since + patient.open_s - now, 0.0) if since is not None else 0.0
        probing = float(state.get("probe_until", 0)) / 1000 > now
        open_s = None if since is None else max(now - since, 0.0)
        told.append(Weather(engine, model, int(state.get("failures", 0)), open_s, left, probing))
    return told


async def load(engine: str) -> Load:
    """How busy the vendor is; raises where Valkey does not answer."""
    now = time.time() * 1000
    asked = valkey().pipeline(transaction=False)
    asked.zcount(_key(engine, "places"), now, "+inf")
    asked.zcount(_key(engine, "minute"), now - 60_000, "+inf")
    asked.pttl(_key(engine, "pause"))
    inside, begun, paused = await asked.execute()
    return Load(inside, begun, max(paused, 0) / 1000)


async def reset(engine: str, model: str) -> None:
    """Closes a breaker, and ends the vendor's pause, by a person's word."""
    await valkey().delete(_breaker(engine, model), _key(engine, "pause"))
    own.breakers.pop((engine, model), None)
    own.paused.pop(engine, None)


def _ms(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _reachable() -> bool:
    return time.monotonic() >= _down_until


def _lost(error: Exception) -> None:
    global _down_until
    _down_until = time.monotonic() + RETRY_VALKEY_S
    log.warning("breakers and limits are kept per process", error=f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1)
def _script(client: Redis) -> Any:
    return client.register_script(_LUA)


@lru_cache(maxsize=1)
def _told(client: Redis) -> Together[tuple[Pass, Weight, int, float], tuple[str, int]]:
    async def send(told: Sequence[tuple[Pass, Weight, int, float]]) -> Sequence[tuple[str, int]]:
        keys, args = [], ["tell"]
        for passed, weight, failures, hold_s in told:
            keys += [*_keys(passed.engine, "places", "line"), _breaker(passed.engine, passed.model)]
            args += [passed.who, weight, f"{passed.began:.3f}", str(failures), str(_ms(hold_s))]
        return await _script(client)(keys=keys, args=args)

    return Together(send)


@lru_cache(maxsize=1)
def _states(client: Redis) -> Together[str, tuple[float | None, float | None]]:
    async def send(keys: Sequence[str]) -> Sequence[tuple[float | None, float | None]]:
        asked = client.pipeline(transaction=False)
        for key in keys:
            asked.hmget(key, "since", "probe_until")
        return [tuple(None if one is None else float(one) for one in state) for state in await asked.execute()]  # type: ignore[misc]

    return Together(send)


# The passes of this process, held for as long as it lives.
at_work: dict[Pass, None] = {}
_holding: asyncio.Task[None] | None = None


def _inside(passed: Pass) -> Pass:
    global _holding
    at_work[passed] = None
    if _holding is None or _holding.done() or _holding.get_loop() is not asyncio.get_running_loop():
        _holding = asyncio.create_task(_keep_holding())
    return passed


async def _keep_holding() -> None:
    while at_work:
        await asyncio.sleep(PLACE_S / 3)
        passes = [one for one in at_work if one.shared]
        if not passes or not _reachable():
            continue
        keys = [key for one in passes for key in (_key(one.engine, "places"), _breaker(one.engine, one.model))]
        args = ["stay", *(word for one in passes for word in (one.who, _ms(PLACE_S)))]
        try:
            await _script(valkey())(keys=keys, args=args)
        except _DOWN as error:
            _lost(error)


@dataclass
class _Own:
    """The same for this process alone, as far as it has to go while Valkey is away."""

    breakers: dict[tuple[str, str], Breaker] = field(default_factory=dict[tuple[str, str], Breaker])
    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    paused: dict[str, float] = field(default_factory=dict[str, float])

    def admit(self, engine: str, model: str, who: str, at_once: int, patient: Patience) -> Pass | Wait:
        now = time.monotonic()
        if (left := self.paused.get(engine, 0.0) - now) > 0:
            return Wait("pause", left)
        if 0 < at_once <= len(self.places[engine]):
            return Wait("place", RETRY_VALKEY_S)
        breaker = self.breakers.setdefault((engine, model), Breaker(patient))
        if wait := breaker.wait_s(who, now):
            return Wait("trouble", wait)
        self.places[engine].add(who)
        return Pass(engine, model, who, now, shared=False)

    def leave(self, passed: Pass, weight: Weight) -> Left:
        """What goes on at the vendor is not counted: nobody would say when it ends."""
        self.places[passed.engine].discard(passed.who)
        breaker = self.breakers.setdefault((passed.engine, passed.model), Breaker())
        was_open = breaker.open_since is not None
        breaker.hear(passed.who, weight, began=passed.began, now=time.monotonic())
        is_open = breaker.open_since is not None
        return Left(closed=was_open and not is_open, opened=is_open and not was_open)

    def trouble_s(self, engine: str, model: str, now: float) -> float | None:
        breaker = self.breakers.get((engine, model))
        if breaker is None or breaker.open_since is None:
            return None
        left = max(breaker.open_since + breaker.patience.open_s, breaker.probe_until) - now
        return left if left > 0 else None


own = _Own()
