"""The line before a vendor: who may not call it yet waits there, and accounts take turns.

Whoever has the fewest pictures with the vendor is next, and within an account the oldest picture. A line is read off
the rows; Valkey only knows that there is one, so that nobody who comes later passes it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from packshot import config
from packshot.db import Direct, after_commit, direct
from packshot.engines.base import Done, Engine, Failed, Pending
from packshot.engines.breaker import weight
from packshot.shoots import news
from packshot.shoots.chain import FALLBACK, left_alone
from packshot.shoots.hand_over import Handed, hand_over
from packshot.shoots.lease import Held
from packshot.shoots.makers import maker
from packshot.shoots.models import Attempt, Generation, State
from packshot.shoots.work import Work
from packshot.vendors import gate
from packshot.vendors.gate import Pass, Wait
from packshot.vendors.limits import limit

log = structlog.get_logger(__name__)

LOOK_S = 60.0  # until one who waits in a line looks for itself whether it was forgotten
MOST = 200  # that leave a line at once

_PARK = f"""
update generation set
  state = '{State.PENDING}', waits_for = given.words, line = given.line, claims = claims - 1, lease_until = null,
  next_step_at = clock_timestamp() + given.wait
from unnest(cast($1 as uuid[]), cast($2 as text[]), cast($3 as text[]), cast($4 as interval[]))
  as given (id, words, line, wait)
where generation.id = given.id
returning {", ".join(f"generation.{name}" for name in ("shoot_id", *news.SUMMARY))}
"""  # noqa: S608 -- made of this module's own words
_WAITS = "state in ('PENDING', 'RUNNING') and lease_until is null"
_STANDS = f"line = any($1) and {_WAITS}"
_NEXT = f"""
select one.id, account.account_id
from (select distinct account_id from generation where {_STANDS}) as account
left join unnest(cast($2 as uuid[]), cast($3 as bigint[])) as busy (account_id, pictures) using (account_id)
cross join lateral (
  select id, row_number() over (order by id) as place
  from (
    select id from generation where {_STANDS} and generation.account_id = account.account_id order by id limit $4
  ) as oldest
) as one
order by coalesce(busy.pictures, 0) + one.place, one.id limit $4
"""  # noqa: S608
_CALL = "update generation set line = null, next_step_at = clock_timestamp() where id = any($1) and line is not null"
_AGAIN = f"""
update generation set line = null, next_step_at = clock_timestamp() where line = $1 and {_WAITS} returning id
"""  # noqa: S608
_LINES = "select distinct line from generation where line is not null and state in ('PENDING', 'RUNNING')"


def who(lease: Held) -> str:
    """What a picture is called at the gate."""
    return f"{lease.account_id}:{lease.id}"


@dataclass(frozen=True)
class Parked:
    """One that has to wait for a model of an engine."""

    work: Work
    engine: str
    model: str
    words: str
    seconds: float


async def admitted(session: Direct, works: Sequence[Work]) -> list[Work]:
    """Those of newly claimed `works` that may go on, each with its pass if it is going to call a vendor.

    The others are given back as if nobody had claimed them: they wait in the line, with the reason in words, or are
    handed over to an engine that stands in while their vendor is in trouble (shoots.chain).
    """
    free: list[Work] = []
    parked: list[Parked] = []
    handed: list[Handed] = []
    callers: dict[tuple[str, str], list[Work]] = defaultdict(list)
    for work in works:
        if calls_a_vendor(work):
            callers[work.call[:2]].append(work)
        else:
            free.append(work)
    try:
        for (engine, model), own in callers.items():
            verdicts = await gate.admit(engine, model, [who(work.lease) for work in own])
            for work, verdict in zip(own, verdicts, strict=True):
                if isinstance(verdict, Pass):
                    free.append(replace(work, passed=verdict))
                elif verdict.why == "trouble" and (other := await left_alone(session, work)):
                    handed.append(Handed(work, other))
                else:
                    parked.append(Parked(work, engine, model, await _words(maker(engine), verdict), verdict.seconds))
        await _park(session, parked)
        await hand_over(session, handed)
    except BaseException:
        await give_back(free)
        raise
    return free


def calls_a_vendor(work: Work) -> bool:
    """Whether the next step of `work` is to order something elsewhere."""
    return work.orders and maker(work.call.engine).works == "elsewhere"


async def give_back(works: Sequence[Work]) -> None:
    """Gives back the passes of those who did not call."""
    for work in works:
        if work.passed is not None and work.passed in gate.at_work:
            try:
                await leave(work, "nothing")
            except Exception:
                log.warning("the gate was not told", engine=work.passed.engine, exc_info=True)


async def leave(work: Work, says: gate.Weight, *, hold_s: float = 0.0) -> None:
    """The call of `work` has ended; whoever is next in the line may come. With `hold_s` the vendor works on it."""
    if work.passed is not None:
        _let_on(await gate.leave(work.passed, says, hold_s=hold_s), work.passed.engine, work.passed.model)


async def goes_on(work: Work, attempt: Attempt, outcome: Pending | Done | Failed) -> None:
    """What the vendor works on keeps its place until it is asked again, and a while; once it ended, the next may come.

    How it ended says how the vendor is: that it took something on did not.
    """
    engine, model, _ = work.call
    if isinstance(outcome, Pending):
        if (await limit(engine)).at_once:
            await gate.hold(engine, model, who(work.lease), outcome.poll_after_s + LOOK_S)
        return
    _let_on(await gate.end(engine, model, who(work.lease), weight(outcome), attempt.created_at), engine, model)


def _let_on(left: gate.Left, engine: str, model: str) -> None:
    """Has the line of `engine` go on after somebody left, or look for somebody else where that opened the breaker."""
    if left.waiting or left.closed:
        move_later(engine, 0)
    if left.opened:
        _begin(_look_again(engine, model))


async def move_all() -> None:
    """Moves every line, for what was forgotten; the sweep does this."""
    async with direct(system=True) as session:
        lines = [str(row["line"]) for row in await session.fetch(_LINES)]
    for engine in dict.fromkeys(line.partition("/")[0] for line in lines):
        await _move(engine)


_moving: dict[str, tuple[float, asyncio.TimerHandle]] = {}  # when, by the loop's clock
_moves: set[asyncio.Task[None]] = set()


def move_later(engine: str, delay_s: float) -> None:
    """Moves the line of `engine` after `delay_s`, once for all who ask meanwhile; waited for by nobody."""
    loop = asyncio.get_running_loop()
    when = loop.time() + delay_s
    if engine in _moving:
        known, timer = _moving[engine]
        if loop.time() <= known <= when:
            return
        timer.cancel()

    def now() -> None:
        _moving.pop(engine, None)
        _begin(_move(engine))

    _moving[engine] = when, loop.call_later(delay_s, now)


def _begin(move: Coroutine[Any, Any, None]) -> None:
    """Begins to move a line; nobody waits for it, and where it fails the sweep moves it again."""

    async def logged() -> None:
        try:
            await move
        except Exception:
            log.warning("line not moved", exc_info=True)

    task = asyncio.get_running_loop().create_task(logged())
    _moves.add(task)
    task.add_done_callback(_moves.discard)


async def _look_again(engine: str, model: str) -> None:
    """Has all who wait for a model that is left alone from now on look whether another engine stands in for it."""
    if not await config.get(FALLBACK):
        return
    async with direct(system=True) as session:
        ids = [row["id"] for row in await session.fetch(_AGAIN, _line(engine, model))]
    if ids:
        await news.wake("io", *ids)


async def _move(engine: str) -> None:
    """Lets as many of the line of `engine` go on as its vendor takes, in turns."""
    room = await gate.room(engine)
    if room.left <= 0:
        if room.wait_s:
            move_later(engine, room.wait_s)
        return
    busy = Counter(UUID(inside.partition(":")[0]) for inside in room.inside)
    models = list(maker(engine).known)
    states = {one.model: one for one in await gate.weather([(engine, model) for model in models])}
    in_trouble = [model for model in models if model in states and states[model].open_s is not None]
    healthy = [model for model in models if model not in in_trouble]
    ready = [[_line(engine, model)] for model in in_trouble if not (states[model].retry_s or states[model].probing)]
    most = min(room.left, MOST)
    picked: list[str] = []
    async with direct(system=True) as session:
        for lines, count in (([_line(engine, model) for model in healthy], most), *((line, 1) for line in ready)):
            rows = await session.fetch(_NEXT, lines, list(busy), list(busy.values()), count)
            picked += [f"{row['account_id']}:{row['id']}" for row in rows]
        kept = [UUID(one.partition(":")[2]) for one in await gate.reserve(engine, picked)] if picked else []
        if kept:
            await session.fetch(_CALL, kept)
    if kept:
        await news.wake("io", *kept)
        if len(kept) == most < room.left:
            move_later(engine, 0)
    elif not picked:
        await gate.nobody_waits(engine)
    soon = [states[model].retry_s for model in in_trouble if states[model].retry_s]
    if soon:
        move_later(engine, min(soon))


def _line(engine: str, model: str) -> str:
    return f"{engine}/{model}"


async def _words(engine: Engine, wait: Wait) -> str:
    match wait.why:
        case "trouble":
            return f"the engine {engine.title}, which has trouble"
        case "pause":
            return f"{engine.title}, which wants to be left alone for a while"
        case "rate":
            return f"its turn: {engine.title} takes {(await limit(engine.id)).a_minute} a minute"
        case "place" | "line":
            return f"a free place at {engine.title}"


async def _park(session: Direct, parked: Sequence[Parked]) -> None:
    if not parked:
        return
    rows = await session.fetch(
        _PARK,
        [one.work.lease.id for one in parked],
        [one.words for one in parked],
        [_line(one.engine, one.model) for one in parked],
        [timedelta(seconds=max(one.seconds, LOOK_S)) for one in parked],
    )
    for engine in {one.engine for one in parked}:
        soonest = min(one.seconds for one in parked if one.engine == engine)
        after_commit(session, lambda engine=engine, soonest=soonest: move_later(engine, soonest))
    for row in rows:
        after_commit(session, lambda row=row: news.tell(Generation(**row)))
