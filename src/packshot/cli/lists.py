"""`packshot engines`: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from packshot.cli.report import say

Json = Annotated[bool, typer.Option("--json", help="One JSON line per row, for programs.")]


def engines(json: Json = False) -> None:
    """List the engines, their models, prices and licences, and whether each is configured."""
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
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table

    from packshot.plates.way import product_in

    console = Console()
    for one in made:
        ready = f"[yellow]not configured: set {', '.join(one.missing)}[/]" if one.missing else "[green]configured[/]"
        console.print(f"[bold]{one.title}[/] ({one.id}), {ready}", highlight=False)
        ids = Column("model", min_width=max(len(model.id) for model in one.models()))
        table = Table(ids, "at most", "can", "product", "licence", "until", box=box.SIMPLE_HEAD)
        for model in one.models():
            table.add_row(
                model.id,
                model.price_words,
                model.capabilities.in_words,
                product_in(model),
                model.licence if model.commercial else f"{model.licence}, not for sale",
                model.retires_on.isoformat() if model.retires_on else "–",
            )
        console.print(table)
    for origin, problem in known.broken.items():
        console.print(f"[red]Not loaded:[/] {origin}: {problem}")
