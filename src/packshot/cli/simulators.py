"""`packshot simulators`: try engines that cost money without keys and without paying."""

from __future__ import annotations

import json
from shlex import quote
from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9300,
) -> None:
    """Stand in for the vendors of pictures and videos. Prints the settings that lead engines here."""
    import uvicorn

    from packshot.settings import Settings
    from packshot.simulators.app import create, settings
    from packshot.simulators.video import CONTRACT

    contract = Settings.load().cache_dir.absolute() / "simulators" / "http_video.json"
    contract.parent.mkdir(parents=True, exist_ok=True)
    contract.write_text(json.dumps(CONTRACT, indent=2))
    typer.echo(f"export PACKSHOT_HTTP_VIDEO_CONTRACT={quote(str(contract))}")
    for name, value in settings(f"http://{host}:{port}").items():
        typer.echo(f"export {name}={value}")
    uvicorn.run(create(), host=host, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
