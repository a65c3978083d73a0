"""Pictures that a vendor paints for one command: asked for a few at a time, waited for, and the product put in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path
from uuid import uuid4

from packshot.cli import films
from packshot.cli.batch import Job, Record, engine_of, failed, opened, written
from packshot.engines.base import Cost, Done, Engine, Failed, GenerationRequest, Operation, Pending
from packshot.engines.http import hang_up
from packshot.engines.stop import stopped
from packshot.errors import BadInputError, DecisionNeededError, RefusedError
from packshot.imaging.decode import decode
from packshot.plates.ask import outlined, prepared
from packshot.plates.lay import lay
from packshot.plates.product import Product, product_of
from packshot.plates.way import WAYS
from packshot.settings import Settings
from packshot.studio.errors import UnusablePlateError

AT_ONCE = 4


def said_before(jobs: Sequence[Job]) -> str:
    """What will be done and what it can cost at most, before anything is sent."""
    engine = engine_of(jobs[0].engine)
    cost = Cost(sum(engine.estimate(_outlined(engine, job)).micros for job in jobs))
    calls = "1 call" if len(jobs) == 1 else f"{len(jobs)} calls"
    return f"{engine.title}, {jobs[0].request.model}: {WAYS[jobs[0].way]} {_lasts(jobs[0])}{calls}, at most {cost}."


def _lasts(job: Job) -> str:
    """How long and how large its video is; "" of a picture."""
    width, height = job.sizes[0]
    return f"{job.request.seconds} seconds in {width}×{height}. " if job.request.seconds else ""


def said_after(records: Sequence[Record]) -> str:
    """What it did cost."""
    return f"Cost: {Cost(sum(record.get('cost_micros') or 0 for record in records))}."


def run(
    jobs: Sequence[Job], *, at_once: int, looked: Callable[[], None], shot: Callable[[Record], None]
) -> list[Record]:
    """Has the pictures painted, `at_once` at a time, and gives their records in the order of `jobs`.

    Photos are opened and cut out first: one that cannot be read is a BadInputError, and nothing is bought. Ctrl-C asks
    the vendor to stop what is under way.
    """
    return asyncio.run(_run(jobs, at_once, looked, shot))


async def _run(
    jobs: Sequence[Job], at_once: int, looked: Callable[[], None], shot: Callable[[Record], None]
) -> list[Record]:
    products: dict[Path, Product | Failed] = {}
    for job in jobs:
        if job.photo and job.photo not in products:
            products[job.photo] = await asyncio.to_thread(_looked_at, job)
            looked()
    room = asyncio.Semaphore(at_once)

    async def one(job: Job) -> list[Record]:
        async with room:
            records = await _paint(job, products.get(job.photo) if job.photo else None)
        for record in records:
            shot(record)
        return records

    try:
        return [record for records in await asyncio.gather(*(one(job) for job in jobs)) for record in records]
    finally:
        await hang_up()


def _looked_at(job: Job) -> Product | Failed:
    """The photo's product, where its pixels are to stay; why there will be no picture of it, else."""
    settings, reference = Settings.load(), opened(job).references[0]
    if job.way not in ("plate", "inpaint"):
        engine_of(job.engine).prepare(reference)
        return Failed("refused", "It is redrawn.")  # nobody asks for its cutout
    try:
        return product_of(reference, cache_dir=settings.cache_dir, cache_mb=settings.cache_mb)
    except DecisionNeededError as question:
        return Failed("undecided", question.message, question.remedy)
    except RefusedError as refusal:
        return Failed("refused", refusal.message, refusal.remedy)


async def _paint(job: Job, product: Product | Failed | None) -> list[Record]:
    started = time.perf_counter()
    engine, keeps = engine_of(job.engine), job.way in ("plate", "inpaint")
    if keeps and isinstance(product, Failed):
        return failed(job, product, started)
    placed = product if keeps and isinstance(product, Product) else None
    model = engine.known[job.request.model]
    try:
        request = await asyncio.to_thread(lambda: prepared(opened(job), model, engine.id, job.way, placed))
        outcome = await _outcome(engine, request, key=str(uuid4()))
    except BadInputError as error:
        return failed(job, Failed("refused", error.message, error.remedy), started)
    cost = {"cost_micros": outcome.cost.micros}
    if isinstance(outcome, Failed):
        return _once(failed(job, outcome, started, **(cost if outcome.cost.micros else {})))
    artefact = outcome.artefacts[0]

    def finished() -> list[Record]:
        if job.request.kind == "video":
            return films.written(
                job, artefact, {"seed": artefact.seed, "warnings": list(outcome.warnings), **cost}, started
            )
        content = artefact.content
        photo = decode(content, name="The engine's picture") if isinstance(content, bytes) else content
        told: Record = {"seed": artefact.seed, "warnings": list(outcome.warnings), **cost, **artefact.facts}
        if placed is None:
            return written(job, photo.pixels, told, started)
        picture, facts = lay(photo.pixels, job.request, model, job.way, placed)
        told["warnings"] += picture.warnings
        return written(job, picture.pixels, told | facts, started)

    try:
        return _once(await asyncio.to_thread(finished))
    except (UnusablePlateError, BadInputError) as error:
        return _once(failed(job, Failed("unusable", error.message, error.remedy), started, **cost))


def _once(records: list[Record]) -> list[Record]:
    """The records of one call, whose cost stands in the first: other sizes of its picture cost nothing more."""
    first, *others = records
    return [first, *(one | {"cost_micros": 0} if "cost_micros" in one else one for one in others)]


async def _outcome(engine: Engine, request: GenerationRequest, *, key: str) -> Done | Failed:
    """What becomes of a request, asked about until the deadline of a picture; stopped where nobody waits any more."""
    outcome = await _submitted(engine, request, key)
    if not isinstance(outcome, Operation):
        return outcome
    most_s = min(Settings.load().generation_deadline_s, engine.patience_s or inf)
    operation, until = outcome, time.monotonic() + most_s
    pause = operation.poll_after_s
    try:
        while time.monotonic() + pause < until:
            await asyncio.sleep(pause)
            found = await engine.poll(operation)
            if not isinstance(found, Pending):
                return found
            pause = found.poll_after_s
    except asyncio.CancelledError:
        await engine.cancel(operation)
        raise
    return await stopped(engine, operation, most_s)


async def _submitted(engine: Engine, request: GenerationRequest, key: str) -> Done | Operation | Failed:
    """The engine's answer. Whoever stops meanwhile stops it there too: what was bought is known first."""
    submitting = asyncio.create_task(engine.submit(request, key=key))
    try:
        return await asyncio.shield(submitting)
    except asyncio.CancelledError:
        outcome = await submitting
        if isinstance(outcome, Operation):
            await engine.cancel(outcome)
        raise


def _outlined(engine: Engine, job: Job) -> GenerationRequest:
    return outlined(job.request, engine.known[job.request.model], engine.id, job.way)
