"""The command line: the same job without a server."""

from __future__ import annotations

import os
import sys

# One thread a process: batches fill the cores with processes, and numpy reads these once, when it is first imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY"):
    os.environ.setdefault(variable, "1")

import typer

from packshot.cli import admin, brief, credits, cutout, doctor, keys, lists, lock, serve, shoot, simulators, up
from packshot.cli.report import fail
from packshot.errors import PackshotError

app = typer.Typer(
    name="packshot",
    help="Product photos in, shop-ready pictures out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 2 bad usage or unreadable input, 3 refused, 4 needs a decision, 70 our fault.",
)
app.command("shoot")(shoot.command)
app.command("cutout")(cutout.command)
app.command("brief")(brief.command)
app.command("styles")(lists.styles)
app.command("engines")(lists.engines)
app.command("doctor")(doctor.command)
app.command("up")(up.command)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("migrate")(serve.migrate)
app.command("simulators")(simulators.command)
app.add_typer(keys.app, name="keys")
app.add_typer(credits.app, name="credits")
app.add_typer(credits.ledger_app, name="ledger")
app.add_typer(admin.app, name="admin")
app.add_typer(lock.app, name="lock")


def main() -> None:
    """Runs the command line; whatever happens, a person reads a sentence, not a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("Stopped. What was finished is kept.", err=True)
        sys.exit(130)
    except PackshotError as error:
        sys.exit(fail(error))
    except Exception as error:
        sys.exit(fail(error))
