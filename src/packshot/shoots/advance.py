"""Takes the next step of one generation, whatever it is: call the engine, ask how it stands, finish, deliver."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import structlog

from packshot.catalog.doomed import UNTIL_WRITTEN
from packshot.db import Direct, direct, new_id, transaction
from packshot.log import bind
from packshot.shoots import news
from packshot.shoots.call import poll, resume, send
from packshot.shoots.complete import finish_stored
from packshot.shoots.finishing import small_key
from packshot.shoots.judging.apply import applied
from packshot.shoots.lease import LeaseLostError, claim, held, kept, write
from packshot.shoots.line import admitted, give_back
from packshot.shoots.models import Attempt, AttemptState
from packshot.shoots.permission import refusals
from packshot.shoots.settle import give_up
from packshot.shoots.work import Work, picture_key, raw_key, refuse, wait
from packshot.styles.edit import refreshed
from packshot.talents.release import NotPermittedError
from packshot.tasks import Queue
from packshot.vendors import ends
from packshot.vendors.limits import patience

log = structlog.get_logger(__name__)

# Written down before anything is sent, with the files that may come of it: whatever dies before a row names them leaves
# none that nobody knows.
_BEGIN = f"""
with sent as (
  insert into attempt (id, account_id, generation_id, number, engine, model, way, change, state)
  select
    id, account_id, generation_id, number, engine, model, way, cast(change as jsonb), '{AttemptState.SENT}'
  from unnest(
    cast($1 as uuid[]), cast($2 as uuid[]), cast($3 as uuid[]), cast($4 as bigint[]), cast($8 as text[]),
    cast($9 as text[]), cast($10 as text[]), cast($11 as text[])
  ) as given (id, account_id, generation_id, number, engine, model, way, change)
)
insert into doomed_file (key, account_id, at)
select key, account_id, now() + $7
from unnest(cast($5 as text[]), cast($6 as uuid[])) as given (key, account_id)
on conflict (key) do update set at = excluded.at
"""  # noqa: S608 -- made of this module's own words
_ATTEMPTS = f"""
select {", ".join(column.name for column in Attempt.__table__.columns)} from attempt
where generation_id = any($1) order by number
"""  # noqa: S608


async def advance(queue: Queue, *generation_ids: UUID) -> None:
    """The next step of generations that are due and that nobody else has. Safe to call at any time, from anywhere.

    They are claimed together, and their steps taken side by side.
    """
    await refreshed()
    await ends.refreshed()
    if queue == "io":
        await patience()  # what an admin has set is read before any row is locked
    async with direct(system=True) as session:
        works = await admitted(session, await claimed_works(session, generation_ids, queue))
        try:
            works = await _begun(session, works)
        except BaseException:
            await give_back(works)
            raise
    await asyncio.gather(*(_advance(work) for work in works))


async def _advance(work: Work) -> None:
    lease = work.lease
    with bind(account_id=lease.account_id, shoot_id=work.shoot.id, generation_id=lease.id):
        if work.fresh:
            await news.tell(work.generation)
        try:
            async with kept(lease):
                await _step(work)
        except LeaseLostError:
            log.info("lease lost", token=lease.token)
        except asyncio.CancelledError:  # the worker stops: the next one need not wait for the lease to lapse
            with suppress(LeaseLostError):
                async with transaction(lease.account_id) as session:
                    await write(session, lease, lease_until=None)
            raise
        finally:
            await give_back([work])


async def claimed_works(session: Direct, generation_ids: Sequence[UUID], queue: Queue) -> list[Work]:
    """Those of the generations that are due, with new leases of ours and the attempts there were."""
    claimed = await claim(session, generation_ids, queue)
    again = [one.generation.id for one in claimed if one.generation.lease_token > 1]
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in await session.fetch(_ATTEMPTS, again) if again else ():
        attempts[row["generation_id"]].append(Attempt(**row))
    return [
        Work(held(one.generation), *applied(one.generation, one.shoot), one.files, attempts[one.generation.id])
        for one in claimed
    ]


async def _begun(session: Direct, claimed: Sequence[Work]) -> list[Work]:
    """The same, with a new attempt written down for each whose next step is to call its engine."""
    works: list[Work] = []
    doomed: list[tuple[str, UUID]] = []
    for work in claimed:
        if not work.under_way and (told := await refusals(session, work.shoot, engine=work.call.engine)):
            await give_back([work])
            works.append(replace(work, refused=NotPermittedError(told)))
            continue
        if not work.orders:
            works.append(work)
            continue
        call = work.call
        attempt = Attempt(
            id=new_id(),
            account_id=work.lease.account_id,
            generation_id=work.lease.id,
            number=len(work.attempts) + 1,
            engine=call.engine,
            model=call.model,
            way=call.way,
            state=AttemptState.SENT,
            change=work.generation.change,
            facts={},
            error="",
        )
        works.append(replace(work, attempts=[*work.attempts, attempt], fresh=True))
        files = (raw_key(attempt), picture_key(work, attempt), small_key(picture_key(work, attempt)))
        doomed += [(key, attempt.account_id) for key in files]
    sent = [work.attempts[-1] for work in works if work.fresh]
    if sent:
        await session.fetch(
            _BEGIN,
            [attempt.id for attempt in sent],
            [attempt.account_id for attempt in sent],
            [attempt.generation_id for attempt in sent],
            [attempt.number for attempt in sent],
            [key for key, _ in doomed],
            [account_id for _, account_id in doomed],
            UNTIL_WRITTEN,
            [attempt.engine for attempt in sent],
            [attempt.model for attempt in sent],
            [attempt.way for attempt in sent],
            [json.dumps(attempt.change) for attempt in sent],
        )
    return works


async def _step(work: Work) -> None:
    if work.poisoned:
        async with transaction(work.lease.account_id) as session:
            await give_up(
                session,
                work.lease,
                error="poison",
                words="This picture ended its worker several times.",
                remedy="Nothing was charged. Try another photo or style.",
            )
        return
    if work.refused:
        await refuse(work, work.refused)
        return
    if not (work.fresh or work.under_way):
        await wait(work, work.blocked)
        return
    last = work.attempts[-1]
    match last.state:
        case AttemptState.ACCEPTED:
            await poll(work, last)
        case AttemptState.DONE:
            await finish_stored(work, last)
        case _ if work.fresh:
            await send(work, last)
        case _:
            await resume(work, last)
