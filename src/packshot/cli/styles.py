"""`packshot styles`: what pictures can look like, and taking in styles of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli.lists import Json
from packshot.cli.report import say
from packshot.cli.stack import in_transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from packshot.styles.edit import Loaded, Standing
    from packshot.styles.library import Style

app = typer.Typer(help="List the styles, or load your own from a file.")


@app.callback(invoke_without_command=True)
def styles(
    context: typer.Context,
    category: Annotated[str, typer.Option(help="Only those of this category, such as food.")] = "",
    engine: Annotated[str, typer.Option(help="Only those of this engine; ai: all but the embedded studio.")] = "",
    json: Json = False,
) -> None:
    """List the styles that come with Packshot, or load your own from a file."""
    if context.invoked_subcommand:
        return
    from packshot.styles.filters import Filters
    from packshot.styles.library import library

    filters = Filters(category=category, engine=engine)
    found = [style for style in library() if filters.fit(style)]
    if json:
        for style in found:
            say(_record(style))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    words = Column("what it is", no_wrap=True, overflow="ellipsis")
    table = Table("style", "category", "made by", "price", "needs", words, box=box.SIMPLE_HEAD)
    for style in found:
        price = f"{style.credits} credits" if style.credits else "free"
        needs = ", ".join(style.preset.needs)
        table.add_row(style.slug, style.preset.category, style.engine, price, needs, style.words)
    Console().print(table)


def _record(style: Style) -> dict[str, object]:
    preset = style.preset
    return {
        "slug": style.slug,
        "title": style.title,
        "words": style.words,
        "category": preset.category,
        "kind": preset.kind,
        "engine": style.engine,
        "model": style.model.id if style.model else None,
        "needs": list(preset.needs),
        "credits": style.credits,
        "cost_micros": style.cost.micros,
        "featured": preset.featured,
        "pro": preset.pro,
    }


@app.command()
def load(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="YAML files with styles, as those of Packshot; without one, how its own stand is told."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also in the place of what somebody edited.")] = False,
    json: Json = False,
) -> None:
    """Take styles from files into the library. What somebody edited is kept, and said."""
    from packshot.styles import edit
    from packshot.styles.files import presets, shipped, together

    if not files:
        standings = in_transaction(edit.standings)
        _tell_standings(standings, len(shipped()), json)
        return
    given = together(presets(path.read_text(encoding="utf-8"), path.name) for path in files)

    async def work(session: AsyncSession) -> Loaded:
        return await edit.load(session, given.values(), force=force)

    told = in_transaction(work)
    if json:
        say({"added": told.added, "updated": told.updated, "same": told.same, "kept": told.kept})
        return
    typer.echo(f"{len(told.added)} added, {len(told.updated)} updated, {len(told.same)} as they were.")
    if told.kept:
        typer.echo(f"Kept as somebody edited them: {', '.join(told.kept)}. --force takes the file's instead.")


def _tell_standings(standings: dict[str, Standing], shipped: int, json: bool) -> None:
    edited = [one.slug for one in standings.values() if one.edited]
    overtaken = [one.slug for one in standings.values() if one.overtaken]
    own = [one.slug for one in standings.values() if one.own]
    if json:
        say({"shipped": shipped, "edited": edited, "overtaken": overtaken, "own": own})
        return
    typer.echo(f"{shipped} styles came with Packshot, {len(edited)} of them were edited; {len(own)} are your own.")
    if edited:
        typer.echo(f"Kept as edited: {', '.join(edited)}.")
    if overtaken:
        typer.echo(f"Their file has changed since: {', '.join(overtaken)}. The admin page can take it back.")
