"""`packshot engines`: what there is to choose from."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli.report import say

if TYPE_CHECKING:
    from packshot.engines.base import Model

Json = Annotated[bool, typer.Option("--json", help="One JSON line per row, for programs.")]


def engines(json: Json = False) -> None:
    """List the engines, what their models can do, cost at most and until when, and whether each is configured."""
    from packshot.engines import engine, registry
    from packshot.settings import Settings

    known = registry()
    made = [engine(id, Settings.load()) for id in known.classes]
    if json:
        for one in made:
            say(
                {
                    "id": one.id,
                    "title": one.title,
                    "words": one.words,
                    "configured": not one.missing,
                    "missing": one.missing,
                    "models": [
                        {
                            "id": model.id,
                            "title": model.title,
                            "price_micros": model.price.micros,
                            "price_per": model.per,
                            "licence": model.licence,
                            "commercial": model.commercial,
                            "retires_on": model.retires_on.isoformat() if model.retires_on else None,
                            "successor": model.successor,
                            "as_of": model.as_of.isoformat(),
                            "source": model.source,
                            "capabilities": {
                                "kinds": sorted(model.capabilities.kinds),
                                "references": model.capabilities.references,
                                "sides": model.capabilities.sides,
                                "sizes": list(model.capabilities.sizes) if model.capabilities.sizes else None,
                                "seconds": model.capabilities.seconds,
                                "words": model.capabilities.words,
                                "negative_words": model.capabilities.negative_words,
                                "seed": model.capabilities.seed,
                                "mask": model.capabilities.mask,
                                "keeps_product": model.capabilities.keeps_product,
                                "framings": sorted(model.capabilities.framings),
                            },
                        }
                        for model in one.models()
                    ],
                }
            )
        for origin, problem in known.broken.items():
            say({"broken": origin, "problem": problem})
        return
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False)
    for one in made:
        ready = f"[yellow]not configured: set {', '.join(one.missing)}[/]" if one.missing else "[green]configured[/]"
        console.print(f"[bold]{one.title}[/] ({one.id}), {ready}")
        wide = max(len(model.id) for model in one.models())
        for model in one.models():
            console.print(
                Padding(f"{model.id:{wide}}  {_in_short(model, one.workplace.today())}", (0, 0, 0, 2), expand=False)
            )
            console.print(Padding(f"[dim]{_in_full(model)}[/]", (0, 0, 0, 6), expand=False))
        console.print()
    for origin, problem in known.broken.items():
        console.print(f"[red]Not loaded:[/] {origin}: {problem}")


def _in_short(model: Model, today: date) -> str:
    """What it costs at most, and until when it runs: "at most $0.20, until 2026-12-01"."""
    price = f"at most {model.price_words}" if model.per != "setting" and model.price.micros else model.price_words
    if model.retires_on is None:
        return price
    ended = model.retires_on <= today
    return f"{price}[red], ended {model.retires_on}[/]" if ended else f"{price}[yellow], until {model.retires_on}[/]"


def _in_full(model: Model) -> str:
    from packshot.plates.way import product_in

    told = [model.capabilities.in_words, f"product {product_in(model)}", model.licence]
    if not model.commercial:
        told.append("not for sale")
    if model.successor and model.retires_on:
        told.append(f"then {model.successor}")
    return "; ".join(told)
