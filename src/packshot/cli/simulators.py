"""`packshot simulators`: try engines that cost money without keys and without paying."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9300,
) -> None:
    """Stand in for the vendors of pictures and videos. Prints the settings that lead engines here."""
    import uvicorn

    from packshot.simulators.app import create, settings

    for name, value in settings(f"http://{host}:{port}").items():
        typer.echo(f"export {name}={value}")
    uvicorn.run(create(), host=host, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
