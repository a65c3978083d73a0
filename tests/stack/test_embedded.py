"""`packshot up` with real processes and real SIGKILLs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from packshot.embedded import attach_or_start
from packshot.embedded.guard import AlreadyRunningError, hold
from packshot.embedded.process import Service
from packshot.embedded.servers import prepare
from packshot.embedded.services import address
from packshot.embedded.supervise import Supervisor
from packshot.embedded.user import User
from packshot.errors import BadInputError
from packshot.settings import Settings
from tests.up import Up, children, descendants, lives, stat, state_folder, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

GONE_S = 20.0


@pytest.fixture
def state() -> Generator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture
def up(state: Path) -> Generator[Up]:
    with Up(state) as started:
        yield started.ready()


def test_it_serves_restarts_what_ends_and_stops_in_order(up: Up) -> None:
    assert up.answers()

    second = subprocess.run(
        [sys.executable, "-m", "packshot", "up", "--state-dir", str(up.state)], capture_output=True, text=True
    )
    assert second.returncode == AlreadyRunningError.exit_code
    assert f"already runs on the state directory {up.state} (process {up.process.pid})" in second.stderr

    with attach_or_start(Settings(state_dir=up.state)):
        assert len(children(up.supervisor)) == 6, "it attached, and started nothing"

    for name in ("postgres", "valkey-server", "web", "io", "cpu", "beat"):
        killed = up.find(name)
        os.kill(killed, signal.SIGKILL)
        until(lambda name=name, killed=killed: _found_another(up, name, killed))
        until(up.answers)

    family = descendants(up.process.pid)
    assert len(family) > 6
    assert up.stop() == 0
    assert not list(filter(lives, family))
    log = (up.state / "log" / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down"), "PostgreSQL was stopped, not killed"


def _found_another(up: Up, name: str, killed: int) -> bool:
    try:
        return up.find(name) != killed
    except (LookupError, OSError):
        return False


def test_nothing_loses_what_it_stands_on_even_when_that_was_restarted(settings: Settings) -> None:
    stopped: list[str] = []

    class Stands:
        def __init__(self, name: str) -> None:
            self.service = Service(name, (), User.of_servers())

        def stop(self) -> None:
            stopped.append(self.service.name)

    supervisor = Supervisor(settings, "127.0.0.1", 0, say=print)
    restarted_last = ["valkey", "web", "io", "beat", "cpu", "postgres"]
    supervisor._running = [Stands(name) for name in restarted_last]  # pyright: ignore
    supervisor._stop()  # pyright: ignore[reportPrivateUsage]
    assert stopped == ["beat", "cpu", "io", "web", "postgres", "valkey"]


@pytest.mark.parametrize("victim", ["front", "supervisor", "both"])
def test_nothing_survives_a_kill(up: Up, victim: str) -> None:
    family = descendants(up.process.pid)
    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in family}
    assert {"postgres", "valkey-server", "web", "io", "cpu", "beat"} <= names
    assert any(stat(pid) == ("S", up.find("cpu")) for pid in family), "a grandchild is among them"
    supervisor = up.supervisor
    if victim in ("front", "both"):
        os.kill(up.process.pid, signal.SIGKILL)
    if victim in ("supervisor", "both"):
        os.kill(supervisor, signal.SIGKILL)
    until(lambda: not list(filter(lives, family)), GONE_S)
    up.process.communicate(timeout=GONE_S)
    with hold(up.state):
        pass


def test_what_hears_nothing_is_killed() -> None:
    """A grandchild in a session of its own that ignores every polite signal ends with the supervisor."""
    stubborn = "trap '' INT TERM HUP QUIT; echo $$; while true; do sleep 1; done"
    script = f"""
import os, subprocess, sys, time
from packshot.embedded import guard
guard.GRACE_S = 0.3
def run():
    subprocess.Popen(["bash", "-c", {stubborn!r}], start_new_session=True)
    time.sleep(60)
sys.exit(guard.guarded(run) & 0xFF)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout
        grandchild = int(front.stdout.readline())
        (supervisor,) = children(front.pid)
        os.kill(supervisor, signal.SIGKILL)
        front.wait(10)
        assert not lives(grandchild)


def test_named_servers_are_used_instead_of_our_own(settings: Settings, state: Path) -> None:
    up = Up(state, DATABASE_URL=settings.database.replace("+asyncpg", ""), REDIS_URL=settings.redis)
    try:
        up.ready()
        assert len(children(up.supervisor)) == 4
        assert not (state / "postgres" / "18").exists()
    finally:
        assert up.stop() == 0


def test_a_call_starts_the_servers_for_itself(state: Path) -> None:
    settings = Settings(state_dir=state)
    with attach_or_start(settings):
        assert (settings.sockets / ".s.PGSQL.5432").is_socket()
        with pytest.raises(AlreadyRunningError):
            hold(state)
    assert not (settings.sockets / ".s.PGSQL.5432").exists()
    assert not settings.valkey_socket.exists()


def test_sockets_are_for_their_user_only(settings: Settings) -> None:
    assert settings.sockets.stat().st_mode & 0o777 == 0o700
    assert (settings.sockets / ".s.PGSQL.5432").stat().st_mode & 0o777 == 0o700
    assert settings.valkey_socket.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_as_root_the_servers_run_as_somebody_else(settings: Settings) -> None:
    assert (settings.sockets / ".s.PGSQL.5432").stat().st_uid == User.of_servers().uid != 0
    assert settings.valkey_socket.stat().st_uid == User.of_servers().uid


def test_a_path_that_is_too_long_for_sockets_is_said_so(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    with pytest.raises(BadInputError, match="characters too long: sockets lie in it") as caught:
        prepare(Settings(state_dir=long), User.of_servers())
    assert "--state-dir" in caught.value.remedy
    assert not long.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_a_private_folder_is_said_to_be_out_of_reach(state: Path) -> None:
    private = state / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(BadInputError, match="out of reach"):
        prepare(Settings(state_dir=private / "state"), User.of_servers())


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("fd00::7", "http://[fd00::7]:80"),
        ("shop.internal", "http://shop.internal:80"),
    ],
)
def test_the_address_is_one_that_can_be_opened(host: str, near: str) -> None:
    assert address(host, 80) == near


def test_a_port_in_use_is_said_so(state: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "packshot", "up", "--state-dir", str(state), "--port", port],
            capture_output=True,
            text=True,
        )
    assert done.returncode == BadInputError.exit_code
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
