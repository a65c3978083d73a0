"""`packshot brief`: what Packshot understands of a description, and what each engine would be told."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packshot.cli.report import say

if TYPE_CHECKING:
    from rich.console import Console


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The description, or - to read it from standard input.")],
    pose: Annotated[
        str, typer.Option("--pose", help="One of the nine poses, such as walking, put into the prompts.")
    ] = "",
    market: Annotated[str, typer.Option("--market", help="Whose buyers will see it: a country or its code.")] = "",
    engine: Annotated[str, typer.Option("--engine", help="Show the prompt that this engine would be sent.")] = "",
    variations: Annotated[int, typer.Option("--variations", min=0, max=1000, help="Show how so many would vary.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON line, for programs.")] = False,
) -> None:
    """Say what Packshot understands of a description in plain words. Nothing is made."""
    from packshot.engines import registry
    from packshot.errors import BadInputError
    from packshot.shoots.reader import read
    from packshot.shoots.variations import variations as variations_of
    from packshot.styles.price import EMBEDDED
    from packshot.words.brief import brief
    from packshot.words.direction import Direction
    from packshot.words.families import family_of
    from packshot.words.markets import market_named
    from packshot.words.poses import poses
    from packshot.words.sets import fitting

    if pose and pose not in poses():
        raise BadInputError(f"There is no pose {pose!r}.", remedy=f"There are: {', '.join(poses())}.")
    if engine and engine not in registry().classes:
        raise BadInputError(f"There is no engine {engine!r}.", remedy=f"There are: {', '.join(registry().classes)}.")
    direction = Direction(pose=pose, market=market_named(market) if market else "")
    known = {id: [model.capabilities for model in kind.models()] for id, kind in registry().classes.items()}
    given = sys.stdin.read() if text == "-" else text
    found = asyncio.run(read(given))
    made = brief(given, known, direction=direction, reading=found.reading, notes=found.notes, read_by=found.by)
    if variations > 1:
        styles = tuple(fitting(found.reading, direction.market))
        spread = variations_of(engine or EMBEDDED, styles, given, variations)
        made["spread"] = {**spread.coverage, "points": [dict(point) for point in spread.points[: spread.count]]}
    if json:
        say(made)
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    _print(made, console)
    if engine and engine != EMBEDDED:
        _prompt(made["prompt"][family_of(engine)], console)


def _print(made: dict[str, Any], console: Console) -> None:
    from rich import box
    from rich.table import Table

    from packshot.words.templates import tidy

    for note in made["notes"]:
        console.print(note)
    if made["sources"]:
        table = Table("attribute", "value", "words", box=box.SIMPLE_HEAD, header_style="bold")
        for key, sources in made["sources"].items():
            for source in sources:
                table.add_row(key, source["value"], tidy(source["words"]))
        console.print(table)
    studio = made["prompt"]["studio"]
    console.print(f"Embedded studio: style {studio['style']}, framing {studio['framing']}.")
    for one in studio["not_shown"]:
        console.print(f"  Not shown: {one['key']} {one['value']}. {one['reason']}")
    for refusal in made["refused"]:
        console.print(f"  Refused: {tidy(refusal['phrase'])}. {refusal['reason']} {refusal['remedy']}")
    if made["avoid"]:
        console.print(f"To be left out: {_listed(made['avoid'])}.")
    console.print(f"Understood: {made['coverage']:.0%} of the words.", end="")
    console.print(f" Not understood: {_listed(made['unused'])}." if made["unused"] else "")
    if spread := made.get("spread"):
        console.print(f"{spread['variations']} variations; {spread['pairs']:.0%} of all pairs of values come together:")
        for name, values in spread["axes"].items():
            console.print(f"  {name}: {', '.join(f'{value} {count}' for value, count in values.items() if count)}")


def _prompt(told: dict[str, Any], console: Console) -> None:
    console.print(f"Prompt ({told['template']}, {len(told['text'])} characters): {told['text']}")
    if told.get("avoid"):
        console.print(f"Negative prompt: {told['avoid']}")
    if told["left_out"] or told["dropped"]:
        console.print(
            f"  Did not fit: {told['left_out']} characters; left out: {', '.join(told['dropped']) or 'nothing'}"
        )


def _listed(places: list[dict[str, Any]]) -> str:
    from packshot.words.templates import tidy

    return ", ".join(tidy(place["words"]) for place in places)
