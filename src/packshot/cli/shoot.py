"""`packshot shoot`: photos and styles or words in, one finished picture for each pair out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from packshot.cli.report import say
from packshot.errors import BadInputError, DecisionNeededError, RefusedError

if TYPE_CHECKING:
    from rich.console import Console

    from packshot.cli.batch import Record

Extension = Literal["webp", "png", "jpeg", "avif", "tiff"]
Direction = Literal["standing", "above"]
Mode = Literal["plate", "redraw"]


def command(
    photos: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PHOTO...]", help="Product photos: JPEG, PNG, WebP or TIFF. Engines that paint need none."
        ),
    ] = None,
    style: Annotated[
        list[str] | None, typer.Option(help="A style's slug, as often as you like, or 'all'. See: packshot styles.")
    ] = None,
    words: Annotated[str, typer.Option(help="What the picture shows, for engines that paint.")] = "",
    avoid: Annotated[str, typer.Option(help="What it must not show, for models that can be told.")] = "",
    size: Annotated[
        list[str] | None,
        typer.Option(metavar="WxH", help="Pixels, 1024x1024 or a video's own unless said; may be repeated."),
    ] = None,
    framing: Annotated[str, typer.Option(help="standard, wide, close or detail.")] = "standard",
    seconds: Annotated[
        int | None, typer.Option(min=1, max=60, help="How long a video lasts; as its style says unless said.")
    ] = None,
    format: Annotated[
        Extension | None, typer.Option(help="webp, png, jpeg, avif or tiff; webp unless said, and a video is an MP4.")
    ] = None,
    depth: Annotated[int, typer.Option(help="Bits a channel: 8, or 16 for PNG, TIFF and (as 12) AVIF.")] = 8,
    seed: Annotated[int | None, typer.Option(help="Same seed, same picture; 1 unless said.")] = None,
    view: Annotated[
        Direction | None, typer.Option(help="standing or above: how it was photographed, where Packshot cannot tell.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Take cutouts that Packshot is unsure of.")] = False,
    engine: Annotated[
        str | None, typer.Option(help="Who makes the pictures; the style says unless you do. See: packshot engines.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="One of the engine's models; its first unless said.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="BEST_QUALITY, BALANCED or FAST: an engine and model by what they are good for.")
    ] = None,
    mode: Annotated[
        Mode | None,
        typer.Option(help="plate: the product's pixels stay, the usual way where there is a photo; or redraw."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("shots"),
    jobs: Annotated[int, typer.Option(help="Pictures made at once; 0 is one for each core, up to 4.", min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON line per picture, for programs.")] = False,
) -> None:
    """Photograph products again: every PHOTO in every style; or have a picture painted from words, or a video made."""
    from packshot.cli import vendors
    from packshot.cli.batch import Order, engine_of, plan, run

    engine, model = _maker(engine, model, preset, style or ())
    order = Order(
        photos=tuple(photos or ()),
        styles=tuple(style or ()),
        sizes=tuple(_size(text) for text in size or ()),
        out=out,
        engine=engine,
        model=model,
        framing=framing,
        format=format,
        depth=_depth(depth, format or "webp"),
        seed=seed,
        view=view,
        accept=accept,
        words=words,
        avoid=avoid,
        mode=mode,
        seconds=seconds,
    )
    todo = plan(order)
    painted = engine_of(engine).works == "elsewhere"
    if painted and not json:
        _console().print(vendors.said_before(todo), highlight=False)
    reporting = (
        nullcontext((lambda: None, say))
        if json
        else progress(len(order.photos), sum(len(job.sizes) for job in todo), "Waiting" if painted else "Shooting")
    )
    with reporting as (looked, shot):
        if painted:
            records = vendors.run(todo, at_once=jobs or vendors.AT_ONCE, looked=looked, shot=shot)
        else:
            records = run(todo, workers=jobs or min(os.cpu_count() or 1, 4), looked=looked, shot=shot)
    if not json:
        _summary(records)
        if painted:
            _console().print(vendors.said_after(records), highlight=False)
    statuses = {record["status"] for record in records}
    if statuses - {"done", "undecided"}:
        raise typer.Exit(RefusedError.exit_code)
    if "undecided" in statuses:
        raise typer.Exit(DecisionNeededError.exit_code)


@contextmanager
def progress(
    photos: int, pictures: int, doing: str = "Shooting"
) -> Generator[tuple[Callable[[], None], Callable[[Record], None]]]:
    """A progress bar: what to call per photo looked at, and per picture made."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_console()) as bar:
        cutting = bar.add_task("Cutting out", total=photos, visible=photos > 0)
        shooting = bar.add_task(doing, total=pictures)
        yield lambda: bar.advance(cutting), lambda record: bar.advance(shooting)


def _summary(records: list[Record]) -> None:
    """What was made and, once for each reason, what was not."""
    console = _console()
    made = [record for record in records if record["status"] == "done"]
    for record in made:
        console.print(f"{record['path']}  {record['size']}", highlight=False)
        for warning in record["warnings"]:
            console.print(f"  [yellow]{warning}[/]", highlight=False)
    if any(record["status"] == "undecided" for record in records):
        console.print("Decide with --view standing, --view above, or --accept to take a cutout as it is.")
    missed: dict[tuple[str, str, str], list[str]] = {}
    for record in records:
        if record["status"] != "done":
            missed.setdefault((record["photo"] or "the picture", record["words"], record["remedy"]), []).append(
                record["style"]
            )
    for (photo, words, remedy), styles in missed.items():
        named = ", ".join(filter(None, dict.fromkeys(styles)))
        about = f"{photo} ({named})" if named else photo
        console.print(f"[red]Not made:[/] {about}. {words} {remedy}", highlight=False)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _maker(engine: str | None, model: str | None, preset: str | None, styles: Sequence[str]) -> tuple[str, str | None]:
    """Engine and model: said, by preset, or those that the styles name."""
    if preset is None:
        if engine:
            return engine, model
        from packshot.styles.library import made_by

        usual, named = made_by(styles)
        return usual, model or named or None
    from packshot.engines.presets import chosen, presets

    if engine or model:
        raise BadInputError("--preset chooses engine and model.", remedy="Leave --engine and --model out, or --preset.")
    choice = chosen(preset, presets())
    return choice.engine, choice.model


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[x×X](\d{1,5})", text.strip())
    if not match:
        raise BadInputError(f"--size {text!r} is not a size.", remedy="Write it as WIDTHxHEIGHT, such as 1024x1024.")
    return int(match[1]), int(match[2])


def _depth(depth: int, format: Extension) -> Literal[8, 16]:
    if depth == 8:
        return 8
    if depth != 16:
        raise BadInputError(f"--depth {depth} is not possible.", remedy="Use 8 or 16.")
    if format not in ("png", "tiff", "avif"):
        raise BadInputError(f"{format} keeps 8 bits only.", remedy="Use --format png, tiff or avif for --depth 16.")
    return 16
