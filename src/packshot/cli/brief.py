"""`packshot brief`: what Packshot understands of a description, and what each engine would be told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packshot.cli.report import say

if TYPE_CHECKING:
    from rich.console import Console


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The description, or - to read it from standard input.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON line, for programs.")] = False,
) -> None:
    """Say what Packshot understands of a description in plain words. Nothing is made."""
    from packshot.engines import registry
    from packshot.words.brief import brief

    engines = {id: [model.capabilities for model in kind.models()] for id, kind in registry().classes.items()}
    made = brief(sys.stdin.read() if text == "-" else text, engines)
    if json:
        say(made)
        return
    from rich.console import Console

    _print(made, Console(highlight=False, markup=False))


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


def _listed(places: list[dict[str, Any]]) -> str:
    from packshot.words.templates import tidy

    return ", ".join(tidy(place["words"]) for place in places)
