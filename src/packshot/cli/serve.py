"""`packshot serve`, `packshot worker` and `packshot migrate`: the processes of the stack, one at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Role(StrEnum):
    """What a worker process does."""

    io = "io"
    cpu = "cpu"
    beat = "beat"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the web pages and the API. PostgreSQL and Redis have to run."""
    from packshot import app

    app.serve(host, port)


def worker(role: Annotated[Role, typer.Argument(help="io: vendors; cpu: pixels; beat: the clock, once.")]) -> None:
    """Work on one queue, or be the clock. PostgreSQL and Redis have to run."""
    from packshot.worker import run

    run(role.value)


def migrate() -> None:
    """Bring the database to the schema of this version."""
    import asyncio

    from packshot.migrations import head, migrate

    asyncio.run(migrate())
    typer.echo(f"The database has the schema {head()}.")
