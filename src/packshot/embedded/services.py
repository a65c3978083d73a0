"""What `packshot up` runs beside the servers: the web, the workers and the clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException

from packshot.embedded.process import Service
from packshot.embedded.user import User
from packshot.errors import BadInputError
from packshot.settings import Settings

READY_FILE = "PACKSHOT_READY_FILE"  # a worker makes this file once it takes work
PROBE_S = 2.0


def web(host: str, port: int, user: User, environment: Mapping[str, str]) -> Service:
    """The pages and the API."""
    return Service(
        name="web",
        argv=_packshot("serve", "--host", host, "--port", str(port)),
        user=user,
        grace_s=10,
        ready=lambda: _answers(host, port, "/readyz"),
        environment=environment,
    )


def worker(role: str, settings: Settings, user: User, environment: Mapping[str, str]) -> Service:
    """A worker of the queue `role`, or with "beat" the clock."""
    ready = settings.sockets / f"{role}.ready"
    ready.unlink(missing_ok=True)
    return Service(
        name=role,
        argv=_packshot("worker", role),
        user=user,
        # Celery's word for: hand back what is not done soon
        stop=signal.SIGTERM if role != "cpu" else signal.SIGQUIT,
        grace_s=15,
        ready=ready.exists,
        environment={**environment, READY_FILE: str(ready)},
    )


def migrate(user: User, environment: Mapping[str, str]) -> None:
    """Brings the database to the newest schema, in a process of its own: what it imports is needed only once."""
    subprocess.run(
        _packshot("migrate"),
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
        cwd="/",
        check=True,
        **user.popen,
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


def _packshot(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "packshot", *words)


def _answers(host: str, port: int, path: str) -> bool:
    connection = HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=PROBE_S)  # noqa: S104
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
