"""What `packshot up` runs beside the servers: the web, the workers and the clock."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from typing import TYPE_CHECKING

import packshot.settings
from packshot.embedded import demo
from packshot.embedded.process import Service
from packshot.embedded.user import User
from packshot.errors import BadInputError
from packshot.settings import Settings

if TYPE_CHECKING:
    from packshot.worker import Role

READY_FILE = "PACKSHOT_READY_FILE"  # a worker makes this file once it takes work
PROBE_S = 2.0
_NEAREST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- of those who listen everywhere


def preload() -> None:
    """Imports what the processes need, once for all of them."""
    for module in ("app", "migrations", "worker"):
        import_module(f"packshot.{module}")
    worker = import_module("packshot.worker")
    worker.import_tasks()
    worker.import_pixels()
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, the pages that the forks share


def migrate(user: User, environment: Mapping[str, str]) -> Service:
    """Brings the database to the newest schema, and ends."""

    def run() -> None:
        import packshot.migrations

        asyncio.run(packshot.migrations.migrate())

    return Service("migrate", _fresh(run), user, environment=environment)


def demo_seller(settings: Settings, user: User, environment: Mapping[str, str]) -> Service:
    """Makes the demo's seller, and ends."""
    password = demo.password(settings)
    return Service("demo", _fresh(lambda: asyncio.run(demo.make_seller(password))), user, environment=environment)


def web(host: str, port: int, user: User, environment: Mapping[str, str]) -> Service:
    """The pages and the API."""

    def run() -> None:
        import packshot.app

        packshot.app.serve(host, port)

    return Service("web", _fresh(run), user, ready=lambda: _answers(host, port, "/readyz"), environment=environment)


def worker(role: Role, settings: Settings, user: User, environment: Mapping[str, str]) -> Service:
    """A worker of the queue `role`, or with "beat" the clock."""
    ready = settings.sockets / f"{role}.ready"
    ready.unlink(missing_ok=True)

    def run() -> None:
        import packshot.worker

        packshot.worker.run(role)

    return Service(
        role,
        _fresh(run),
        user,
        stop=signal.SIGQUIT if role == "cpu" else signal.SIGTERM,  # Celery's word for: hand back what is not done soon
        grace_s=15,
        ready=ready.exists,
        environment={**environment, READY_FILE: str(ready)},
    )


def environment(settings: Settings, user: User, base_url: str) -> dict[str, str]:
    """What the processes have to know that this one decided, with folders that `user` may write."""
    decided = {
        "PACKSHOT_STATE_DIR": str(settings.state_dir),
        "PACKSHOT_BASE_URL": base_url,
        "PACKSHOT_SECRET_KEY": settings.secret,
        "PYTHONUNBUFFERED": "1",
    }
    user.own(settings.state_dir / "files")
    if user.switches:
        user.own(settings.state_dir / "cache")
        decided |= {"HOME": str(settings.state_dir), "PACKSHOT_CACHE_DIR": str(settings.state_dir / "cache")}
    return decided


def user_of_packshot(servers: User) -> User:
    """The servers' user, unless we are root and our own code lies in a private folder which that user may not enter."""
    try:
        runs = not servers.switches or servers.run([sys.executable, "-c", "import packshot.settings"], check=False)
    except PermissionError:
        runs = False
    return servers if runs else User("root", 0, 0, switches=False)


def check_port(host: str, port: int) -> None:
    """Raises BadInputError where we cannot listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise BadInputError(
            f"Packshot cannot listen on {host} port {port}: {error.strerror}.", remedy="Choose another with --port."
        ) from error


def address(host: str, port: int) -> str:
    """Where this machine reaches who listens on `host`."""
    here = _NEAREST.get(host, host)
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _fresh(run: Callable[[], None]) -> Callable[[], None]:
    """`run` with the settings of the environment that the process was given."""

    def with_own_settings() -> None:
        packshot.settings.settings.cache_clear()
        run()

    return with_own_settings


def _answers(host: str, port: int, path: str) -> bool:
    connection = HTTPConnection(_NEAREST.get(host, host), port, timeout=PROBE_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
