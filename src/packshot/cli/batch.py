"""The shoot of one command: checked whole before it starts, then made here or by a vendor, a record per picture."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, cast

from packshot.cli.films import settled
from packshot.engines import engine as load_engine
from packshot.engines.base import Done, Engine, Failed, GenerationRequest, Operation, Reference
from packshot.errors import BadInputError, PackshotError
from packshot.imaging.colour import Pixels
from packshot.imaging.decode import decode
from packshot.imaging.finish import finish
from packshot.imaging.formats import Format, VideoFormat
from packshot.plates.ask import outlined
from packshot.plates.prompts import of_whole_picture
from packshot.plates.way import Mode, Way, against_frame, against_mode, way_of
from packshot.shoots.videos import kind_of, of_one_kind
from packshot.styles.direction import look_of
from packshot.styles.library import of

Record = dict[str, Any]
Size = tuple[int, int]


USUAL_SIZE: Size = (1024, 1024)
SEED = 1  # the same every time, so that the same command makes the same pictures


@dataclass(frozen=True)
class Order:
    """What a command line asks for: every photo in every style, each in every size; or no photo, in words.

    Without `sizes` they are 1024 pixels square, or what a video's style or model has; without a `format` WebP, or MP4.
    """

    photos: tuple[Path, ...]
    styles: tuple[str, ...]
    sizes: tuple[Size, ...]
    out: Path
    engine: str = "studio"
    model: str | None = None
    framing: str = "standard"
    format: Format | None = None
    depth: Literal[8, 16] = 8
    seed: int | None = None  # 1, for a model that has seeds
    view: Literal["standing", "above"] | None = None
    accept: bool = False
    words: str = ""
    avoid: str = ""
    mode: Mode | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class Job:
    """One call of the engine: a photo in a style, by its slug, written in `sizes` of one aspect, largest first."""

    photo: Path | None
    style: str
    request: GenerationRequest  # as wanted; its reference's bytes are read where the job runs
    sizes: tuple[Size, ...]
    paths: tuple[Path, ...]
    engine: str
    format: Format | VideoFormat
    way: Way = "kept"


def plan(order: Order) -> list[Job]:
    """The jobs of an order. Everything wrong with its words is one BadInputError, before any photo is opened."""
    engine = engine_of(order.engine)
    default = engine.models()[0]
    styles = sorted(default.capabilities.styles or ()) if order.styles == ("all",) else order.styles
    model = engine.known.get(order.model or default.id)
    of_one_kind(of(styles))
    kind = kind_of(of(styles), model)
    way = way_of(model, product=bool(order.photos), kind=kind, mode=order.mode) if model else "redraw"
    problems = [f"{photo} is not a file." for photo in order.photos if not photo.is_file()]
    if engine.missing:
        problems.append(f"{engine.title} is not configured. Set {', '.join(engine.missing)}.")
    if order.out.exists() and not order.out.is_dir():
        problems.append(f"--out {order.out} is a file; it has to be a folder.")
    problems += [
        f"{one.title} is a portrait of a person, and this command takes photos of products: use the pages or the API."
        for one in of(styles)
        if "person" in one.preset.needs
    ]
    if not styles and not order.words.strip():
        problems.append("Nothing says what to show. Add --style, or --words.")
    if model:
        problems += [f"{one.words} {one.remedy}".strip() for one in against_mode(way, model, order.mode)]
    wanted, seconds, format = order.sizes or (USUAL_SIZE,), order.seconds, order.format or "webp"
    if model and kind == "video" and (styles or order.words.strip()):
        wanted, seconds, refused = settled(order, model)
        problems += [f"{one.words} {one.remedy}".strip() for one in refused]
        format = "mp4"
    elif seconds is not None:
        problems.append("Pictures do not last. Leave --seconds out, or choose a video style.")
        seconds = None
    jobs: list[Job] = []
    stems: dict[Path | None, str] = {**_distinct_stems(order.photos)} if order.photos else {None: "picture"}
    for photo, stem in stems.items():
        for style in dict.fromkeys(styles or [""]):
            reads = model is None or model.capabilities.styles is None
            look = look_of(style, order.framing, order.words, order.avoid, reads=reads)
            request = GenerationRequest(
                model=order.model or default.id,
                kind=kind,
                seconds=seconds,
                style=look.style,
                framing=look.framing,
                seed=order.seed,
                references=(Reference(b"", name=photo.name, view=order.view, approved=order.accept),) if photo else (),
                depth=order.depth,
                words=order.words,
                avoid=look.avoid,
            )
            if model and way == "redraw" and order.words and model.capabilities.words:
                told = of_whole_picture(request, model, engine.id)
                request = replace(request, words=told.words, avoid=told.avoid or order.avoid)
            if request.seed is None and model and model.capabilities.seed:
                request = replace(request, seed=SEED)
            for width, height in wanted:
                # What a style keeps out is said in words where a model takes no negative prompt.
                sized = replace(request, width=width, height=height, avoid=order.avoid)
                refusals = engine.check(outlined(sized, model, engine.id, way) if model else sized)
                refusals += against_frame(way, width, height)
                problems += [f"{refusal.words} {refusal.remedy}".strip() for refusal in refusals]
            for sizes in _by_aspect(wanted):
                names = [
                    "-".join(filter(None, (stem, style))) + (f"-{width}x{height}" if len(wanted) > 1 else "")
                    for width, height in sizes
                ]
                jobs.append(
                    Job(
                        photo,
                        style,
                        replace(request, width=sizes[0][0], height=sizes[0][1]),
                        sizes,
                        tuple(order.out / f"{name}.{format}" for name in names),
                        order.engine,
                        format,
                        way,
                    )
                )
    if problems:
        raise BadInputError("\n".join(dict.fromkeys(problems)))
    return jobs


def run(
    jobs: Sequence[Job], *, workers: int, looked: Callable[[], None], shot: Callable[[Record], None]
) -> list[Record]:
    """Makes the pictures on `workers` processes and gives their records in the order of `jobs`.

    All photos are opened first: one that cannot be read is a BadInputError that names them all, and nothing is made.
    `looked` is called once per photo, `shot` once per record, as each is finished.
    """
    photos = list(dict.fromkeys(job.photo for job in jobs if job.photo))
    with _executor(min(workers, len(jobs))) as submit:
        problems: list[str] = []
        for future in as_completed([submit(_look, jobs[0].engine, photo) for photo in photos]):
            looked()
            if problem := future.result():
                problems.append(problem)
        if problems:
            raise BadInputError("\n".join(sorted(problems)))
        futures = {submit(_shoot, job): number for number, job in enumerate(jobs)}
        records: dict[int, list[Record]] = {}
        for future in as_completed(futures):
            records[futures[future]] = future.result()
            for record in records[futures[future]]:
                shot(record)
    return [record for number in sorted(records) for record in records[number]]


def _by_aspect(sizes: Sequence[Size]) -> list[tuple[Size, ...]]:
    """Sizes that are scalings of one another, largest first: they are composed once and resized."""
    ordered = sorted(dict.fromkeys(sizes), key=lambda size: (size[0] / size[1], size[0]), reverse=True)
    return [tuple(group) for _, group in groupby(ordered, key=lambda size: size[0] / size[1])]


def _distinct_stems(photos: Sequence[Path]) -> dict[Path, str]:
    """A name for each photo's pictures, numbered where two photos have the same."""
    stems: dict[Path, str] = {}
    for photo in photos:
        stem, number = photo.stem, 1
        while photo not in stems and stem in stems.values():
            number += 1
            stem = f"{photo.stem}-{number}"
        stems.setdefault(photo, stem)
    return stems


@cache
def engine_of(id: str) -> Engine:
    """The engine `id` with the settings of this process, made once."""
    from packshot.settings import Settings

    return load_engine(id, Settings.load())


def _look(engine: str, photo: Path) -> str | None:
    """Opens a photo and does what all its pictures share; the problem in words if it cannot be used."""
    try:
        engine_of(engine).prepare(Reference(photo.read_bytes(), name=photo.name))
    except BadInputError as problem:
        return str(problem)
    except OSError as problem:
        return f"{photo} cannot be read: {problem.strerror}."
    return None


def _shoot(job: Job) -> list[Record]:
    """Makes one job's pictures on this machine and writes them; a refusal is a record too."""
    started = time.perf_counter()
    request = opened(job)
    outcome = asyncio.run(engine_of(job.engine).submit(request, key=f"{job.photo}:{job.style}"))
    match outcome:
        case Failed():
            return failed(job, outcome, started)
        case Done():
            artefact = outcome.artefacts[0]
            content = artefact.content
            photo = decode(content, name=request.style) if isinstance(content, bytes) else content
            told = {"seed": artefact.seed, "warnings": list(outcome.warnings), **artefact.facts}
            return written(job, photo.pixels, told, started)
        case Operation():
            raise PackshotError(f"{job.engine} works here, and yet says that it will answer later.")


def opened(job: Job) -> GenerationRequest:
    """The job's request with the bytes of its photo."""
    if job.photo is None:
        return job.request
    return replace(job.request, references=(replace(job.request.references[0], data=job.photo.read_bytes()),))


def failed(job: Job, outcome: Failed, started: float, **told: Any) -> list[Record]:
    """The records of pictures that were not made."""
    seconds = round(time.perf_counter() - started, 3)
    return [
        record(job)
        | {"size": f"{width}x{height}", "status": outcome.kind, "path": None, "seconds": seconds}
        | {"warnings": [], "words": outcome.words, "remedy": outcome.remedy}
        | dict(outcome.facts)
        | told
        for width, height in job.sizes
    ]


def written(job: Job, pixels: Pixels, told: Record, started: float) -> list[Record]:
    """Writes the job's files and gives their records, with what is `told` besides."""
    pictures = finish(pixels, job.sizes, cast(Format, job.format), depth=job.request.depth)
    for path, picture in zip(job.paths, pictures, strict=True):
        write(path, picture.data)
    seconds = round((time.perf_counter() - started) / len(pictures), 3)
    return [
        record(job)
        | {"size": f"{picture.width}x{picture.height}", "status": "done", "path": str(path), "seconds": seconds}
        | told
        | _placed(told, picture.width / pixels.shape[1], picture.height / pixels.shape[0])
        for path, picture in zip(job.paths, pictures, strict=True)
    ]


def _placed(told: Record, across: float, down: float) -> Record:
    """Where the product lies in a picture that was made smaller by these factors, if the record says where."""
    placed = told.get("placed")
    if placed is None or across == down == 1:
        return {}
    x0, y0, x1, y1 = placed["box"]
    box = [round(edge, 3) for edge in (x0 * across, y0 * down, x1 * across, y1 * down)]
    return {"placed": {**placed, "box": box, "scale": round(placed["scale"] * across, 6)}}


def record(job: Job) -> Record:
    """What every record of a job says."""
    return {
        "photo": str(job.photo) if job.photo else None,
        "style": job.style,
        "engine": job.engine,
        "model": job.request.model,
        "way": job.way,
        "seed": job.request.seed,
    }


def write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


class _Here(Executor):
    """Runs the one job of a small order in this process: starting others would take longer than the work."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def _executor(workers: int) -> Generator[Callable[..., Future[Any]]]:
    """`submit` of a pool of processes; when anything goes wrong it ends with what is under way and begins no more."""
    pool: Executor = (
        _Here() if workers == 1 else ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    )
    try:
        yield pool.submit
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
