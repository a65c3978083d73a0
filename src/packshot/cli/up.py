"""`packshot up`: everything, with one command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    state_dir: Annotated[Path | None, typer.Option(help="Folder for data, files and the secret key.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With a seller to log in as, who has credits to spend.")] = False,
) -> None:
    """Run Packshot here: database, queue, web and workers, until Ctrl-C.

    DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones.
    """
    from packshot.embedded.demo import set_price
    from packshot.embedded.guard import guarded, hold
    from packshot.embedded.supervise import Supervisor
    from packshot.settings import Settings

    if demo:
        set_price(os.environ)
    settings = Settings.load()
    if state_dir:
        settings = settings.model_copy(update={"state_dir": state_dir.absolute()})

    def say(words: str) -> None:
        typer.echo(words, err=True)

    with hold(settings.state_dir):
        code = guarded(lambda: Supervisor(settings, host, port, say, demo=demo).run())
    raise typer.Exit(code)
