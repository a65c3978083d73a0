"""Gives pictures whose vendor is in trouble to the engines that stand in for it, before anything was tried."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from packshot.db import Direct, after_commit
from packshot.engines.presets import Choice
from packshot.shoots import news
from packshot.shoots.judging.next_try import Change
from packshot.shoots.makers import maker, queue_of
from packshot.shoots.models import Generation, State
from packshot.shoots.work import TAKES_OVER, Work
from packshot.tasks import Queue

# Who stands in is written where the next attempt is read from: beside the last attempt, or, before the first, into what
# the next does differently. Nothing was called, so no attempt is written and no claim is counted.
_HAND_OVER = f"""
with given as (
  select * from unnest(
    cast($1 as uuid[]), cast($2 as uuid[]), cast($3 as text[]), cast($4 as text[]), cast($5 as text[])
  ) as given (id, attempt_id, queue, next, change)
), told as (
  update attempt set facts = facts || jsonb_build_object('next', cast(given.next as jsonb))
  from given where attempt.id = given.attempt_id
)
update generation set
  state = '{State.PENDING}', waits_for = '{TAKES_OVER}', line = null, queue = given.queue, claims = claims - 1,
  lease_until = null, next_step_at = clock_timestamp(),
  change = case when given.attempt_id is null then cast(given.change as jsonb) else generation.change end
from given
where generation.id = given.id
returning {", ".join(f"generation.{name}" for name in ("shoot_id", *news.SUMMARY))}
"""  # noqa: S608 -- made of this module's own words


@dataclass(frozen=True)
class Handed:
    """A claimed one whose vendor is left alone, and who makes it instead."""

    work: Work
    to: Choice

    @property
    def queue(self) -> Queue:
        return queue_of(maker(self.to.engine))


async def hand_over(session: Direct, handed: Sequence[Handed]) -> None:
    """Gives the leases of `handed` back; whoever claims one next calls the engine that stands in."""
    if not handed:
        return
    changes = [Change(("elsewhere",), engine=one.to.engine, model=one.to.model or "").stored() for one in handed]
    rows = await session.fetch(
        _HAND_OVER,
        [one.work.lease.id for one in handed],
        [one.work.attempts[-1].id if one.work.attempts else None for one in handed],
        [one.queue for one in handed],
        [one.to.model_dump_json() for one in handed],
        [json.dumps(change) for change in changes],
    )
    by_queue: dict[Queue, list[UUID]] = defaultdict(list)
    for one in handed:
        by_queue[one.queue].append(one.work.lease.id)
    for row in rows:
        after_commit(session, lambda row=row: news.tell(Generation(**row)))
    for queue, ids in by_queue.items():
        after_commit(session, lambda queue=queue, ids=ids: news.wake(queue, *ids))
