"""The step between a finished picture and its delivery: the locks look at it, and it goes the way that they say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID

import structlog
from sqlalchemy import select

from packshot import config
from packshot.catalog.doomed import doom, written
from packshot.catalog.models import ProtectedRegion
from packshot.db import after_commit, direct, transaction, within
from packshot.engines.base import Reference
from packshot.errors import BadInputError
from packshot.locks.base import Lock, Verdict
from packshot.plates.way import Way
from packshot.shoots import news
from packshot.shoots.finishing import film_key, small_key
from packshot.shoots.judging.again import nearest_of, queue_after, rejections_of, what_next
from packshot.shoots.judging.apply import fingerprint
from packshot.shoots.judging.judge import Judged, judge
from packshot.shoots.judging.limits import KEPT_SAMPLE, PRODUCT_ALWAYS, REVIEW_HOURS
from packshot.shoots.judging.locks import Evidence, Region, Side
from packshot.shoots.judging.models import StoredVerdict
from packshot.shoots.judging.next_try import Change, Rejection
from packshot.shoots.judging.record import record, rows_of
from packshot.shoots.judging.standing import standing
from packshot.shoots.lease import write
from packshot.shoots.makers import Call, request
from packshot.shoots.models import Attempt, AttemptState, State
from packshot.shoots.permission import require
from packshot.shoots.references import GoneError, people_of, references_of, sides_of
from packshot.shoots.settle import Delivery, deliver, hand_over, turn_down
from packshot.shoots.work import NOW, Work, note, refuse, wait
from packshot.talents.release import NotPermittedError

if TYPE_CHECKING:
    from packshot.imaging.colour import Pixels
    from packshot.imaging.video import Still

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Case:
    """A finished picture that is not delivered yet: `data` is its file, stored under the delivery's key.

    `pixels` are the threads that pictures are worked on by. `stills` are what is looked at of a video, which no lock
    could open.
    """

    work: Work
    attempt: Attempt
    delivery: Delivery
    data: bytes = field(repr=False)
    pixels: Executor
    stills: tuple[Still, ...] = ()

    async def opened(self) -> list[tuple[Pixels, float | None]]:
        """What is looked at, each with its moment in a video: what the customer would get, opened again."""
        from packshot.imaging.own import opened

        if self.stills:
            return [(still.pixels, still.at) for still in self.stills]
        return [(await asyncio.get_running_loop().run_in_executor(self.pixels, opened, self.data), None)]

    @property
    def preview_key(self) -> str:
        """Where a small, marked picture of it lies if it is not delivered; nobody else ever writes there."""
        lease = self.work.lease
        return f"generations/{lease.id}/{self.attempt.id}-{lease.token}-preview.webp"


async def deliver_judged(case: Case) -> None:
    """Has the locks look at the picture, and delivers it, has somebody look too, makes it again or turns it down."""
    try:
        await _judge_and_deliver(case)
    except NotPermittedError as gone:  # the person has withdrawn meanwhile
        await refuse(case.work, gone)


async def _judge_and_deliver(case: Case) -> None:
    work = case.work
    locks = standing(work.shoot, work.generation, always=await _always(case))
    if not locks:
        await _deliver(case, [])
        return
    try:
        references = await references_of(work)
    except GoneError:  # there is nothing to compare with any more, and that is not the picture's fault
        references = ()
    found = await judge(locks, await _evidence(case, locks, references), case.pixels)
    seed = work.generation.seed if case.delivery.seed is None else case.delivery.seed
    attempt = case.attempt
    call = Call(attempt.engine or work.shoot.engine, attempt.model or work.shoot.model, cast(Way, attempt.way))
    asked = fingerprint(request(work.shoot, work.generation, references, call, work.product))
    rows = rows_of(found, call, work.generation, attempt, seed, asked)
    await _follow(case, found, rows)


async def _always(case: Case) -> bool:
    """Whether the product lock looks although nobody asked for it.

    At every product that was drawn anew, and at whatever follows a rejection; at a sample of the others whose pixels
    were kept, for looking takes about as long as making such a picture.
    """
    if any(attempt.state == AttemptState.REJECTED for attempt in case.work.attempts):
        return await config.get(PRODUCT_ALWAYS)
    if case.delivery.facts.get("placed"):
        return random.random() < await config.get(KEPT_SAMPLE)  # noqa: S311 -- draws a sample
    return case.attempt.way == "redraw" and await config.get(PRODUCT_ALWAYS)


async def _follow(case: Case, found: Judged, rows: Sequence[StoredVerdict]) -> None:
    verdict = found.verdict
    match found.decision:
        case "unavailable" if case.work.shoot.strict:
            assert verdict
            log.warning("a lock is not available", lock=verdict.lock)
            await wait(case.work, f"the {verdict.lock} lock, which is not available")
        case "review":
            await _have_looked_at(case, found, rows)
        case "reject":
            assert verdict
            await _reject(case, found, rows, verdict)
        case _:
            if verdict and verdict.decision == "unavailable":
                case.delivery.warnings.append(f"Not checked. {verdict.words}")
            await _deliver(case, rows)


async def _deliver(case: Case, rows: Sequence[StoredVerdict]) -> None:
    async with direct(case.work.lease.account_id) as session:
        await require(session, case.work.shoot, held=True)
        await deliver(session, case.work.lease, case.attempt, case.delivery)
        await record(session, rows)


async def _have_looked_at(case: Case, found: Judged, rows: Sequence[StoredVerdict]) -> None:
    until = datetime.now(UTC) + timedelta(hours=await config.get(REVIEW_HOURS))
    files = await _files(case, found, rows) | await _film(case)
    async with written(case.work.lease.account_id, files) as session:
        await note(session, case.attempt, preview_key=case.preview_key)
        await record(session, rows)
        await require(session, case.work.shoot, held=True)
        await hand_over(await within(session), case.work.lease, case.attempt, case.delivery, until, _doubts(found))


def _doubts(found: Judged) -> str:
    """Which locks are not sure, and what each says."""
    unsure = [one.verdict for one in found.looked if one.verdict.decision == "review"]
    return " ".join(f"The {one.lock} lock is not sure. {one.words}" for one in unsure)


async def _reject(case: Case, found: Judged, rows: Sequence[StoredVerdict], verdict: Verdict) -> None:
    work, delivery = case.work, case.delivery
    change = Change.of(work.generation.change)
    own = Rejection(verdict.reason, verdict.score, change, nearest_of(verdict.measures))
    rejections = [*await rejections_of(work), own]
    change = await what_next(work, rejections, case.pixels)
    log.info("rejected", lock=verdict.lock, reason=verdict.reason, number=len(rejections), again=change is not None)
    async with written(work.lease.account_id, await _files(case, found, rows)) as session:
        if change:
            queue = queue_after(work, change)
            values = {"state": State.PENDING, "queue": queue, "change": change.stored()}
            await write(session, work.lease, lease_until=None, next_step_at=NOW, **values)
            after_commit(session, lambda: news.wake(queue, work.lease.id))
        await note(
            session,
            case.attempt,
            state=AttemptState.REJECTED,
            error=verdict.reason,
            words=verdict.words,
            seed=delivery.seed,
            facts=delivery.facts,
            warnings=delivery.warnings,
            preview_key=case.preview_key,
            settled_at=NOW,
        )
        await record(session, rows)
        await doom(session, work.lease.account_id, [case.attempt.result_key, delivery.key, small_key(delivery.key)])
        if not change:
            tries = "one try" if len(rejections) == 1 else f"{len(rejections)} tries"
            await turn_down(
                session,
                work.lease,
                error=verdict.reason,
                words=f"The {verdict.lock} lock rejected it after {tries}. {verdict.words}",
                remedy=f"Nothing was charged. {verdict.remedy}".strip(),
            )


async def _evidence(case: Case, locks: Sequence[Lock], references: tuple[Reference, ...]) -> list[Evidence]:
    """What the locks look at: the picture, or several frames of a video."""
    generation, shoot = case.work.generation, case.work.shoot
    first, *others = await case.opened()
    evidence = Evidence(
        first[0],
        first[1],
        product=await _sides(case, references) if "product" in locks else (),
        person=await people_of(case.work) if "identity" in locks else (),
        placed=case.delivery.facts.get("placed"),
        worn=shoot.talent_id is not None or bool(generation.pose),
        style=generation.style,
        pose=generation.pose,
    )
    return [evidence, *(replace(evidence, picture=picture, at=at) for picture, at in others)]


async def _sides(case: Case, references: tuple[Reference, ...]) -> tuple[Side, ...]:
    """The photo that was shot, and the product's others with what is protected in each.

    Where the photo's own pixels were laid in, nothing else counts, and they are compared one by one.
    """
    photo_id, shot = case.work.generation.photo_id, references[0] if references else None
    if photo_id is None or shot is None or shot.role != "product":
        return ()
    if case.delivery.facts.get("placed"):
        return (Side(shot),)
    photos = [(photo_id, shot), *await sides_of(case.work)]
    regions: dict[UUID, list[Region]] = {id: [] for id, _ in photos}
    async with transaction(case.work.lease.account_id) as session:
        for one in await session.scalars(select(ProtectedRegion).where(ProtectedRegion.photo_id.in_(regions))):
            regions[one.photo_id].append(Region(one.x, one.y, one.width, one.height, one.kind))
    return tuple(Side(photo, tuple(regions[id])) for id, photo in photos)


async def _files(case: Case, found: Judged, rows: Sequence[StoredVerdict]) -> dict[str, bytes]:
    """The marked preview, and the evidence of each lock that has any; the rows name theirs."""
    from packshot.imaging.marked import marked

    ((picture, _), *_) = await case.opened()
    preview = await asyncio.get_running_loop().run_in_executor(case.pixels, marked, picture)
    files = {case.preview_key: preview}
    for looked, row in zip(found.looked, rows, strict=True):
        if looked.verdict.picture:
            key = row.picture_key = f"verdicts/{row.id}.webp"
            files[key] = looked.verdict.picture
    return files


async def _film(case: Case) -> dict[str, bytes]:
    """The small, marked video of a video: how something moves, no still says."""
    from packshot.imaging.video import marked

    if not case.stills:
        return {}
    try:
        film = await asyncio.get_running_loop().run_in_executor(case.pixels, marked, case.data)
    except BadInputError as error:  # its still is there all the same
        log.warning("no marked video", why=error.message)
        return {}
    return {film_key(case.preview_key): film}
