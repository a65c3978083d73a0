"""What several benchmarks need: servers of their own, Packshot's processes on them, and sellers with a photo."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen
from uuid import UUID

from packshot.accounts import sessions, tokens
from packshot.accounts.register import register
from packshot.catalog.models import Cutout, CutoutState, Photo, PhotoState, Product, Project
from packshot.credits import ledger
from packshot.credits.models import Bucket
from packshot.db import engine, new_id, transaction
from packshot.embedded.process import Process
from packshot.embedded.servers import postgres, prepare, valkey
from packshot.embedded.services import READY_FILE
from packshot.embedded.user import User
from packshot.log import configure
from packshot.migrations import migrate
from packshot.settings import settings
from packshot.storage import storage
from packshot.worker import import_tasks

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench/results"
ENGINES = ROOT / "tests/outside"  # the engines `instant` and `slow`
PATIENCE_S = 60.0
PLENTY = 10**9
OTHERS = ("DATABASE_URL", "REDIS_URL", "REDIS_HOST", "PACKSHOT_DATABASE_URL", "PACKSHOT_REDIS_URL", "PACKSHOT_BASE_URL")


@dataclass(frozen=True)
class Seller:
    """Somebody with plenty of credits, a photo with an approved cutout, and an access token."""

    user_id: UUID
    account_id: UUID
    photo_id: UUID
    token: str


def report(name: str, lines: list[str]) -> None:
    """Prints a result and writes it to bench/results."""
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")


def machine() -> str:
    """On what a run was measured, and how busy that was before it began."""
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it started. "
        "Other work on the machine makes absolute times upper bounds; ratios are of ways that took turns."
    )


@contextmanager
def servers() -> Generator[None]:
    """A migrated PostgreSQL with fsync on and a Valkey, both of this run's own, in a folder that goes when it ends."""
    state = Path(tempfile.mkdtemp(prefix="packshot-bench-"))
    state.chmod(0o755)
    for name in OTHERS:
        os.environ.pop(name, None)
    os.environ["PACKSHOT_STATE_DIR"] = str(state)
    os.environ["PACKSHOT_VENDOR_FOLDER"] = str(state / "vendor")
    os.environ["PYTHONPATH"] = str(ENGINES)
    sys.path.insert(0, str(ENGINES))
    settings.cache_clear()
    engine.cache_clear()
    configure("bench", "warning")
    import_tasks()
    user = User.of_servers()
    prepare(settings(), user)
    running = [Process(postgres(settings(), user)), Process(valkey(settings(), user))]
    try:
        for server in running:
            server.wait_ready(30)
        asyncio.run(migrate())
        yield
    finally:
        for server in reversed(running):
            server.stop()
        shutil.rmtree(state)


@contextmanager
def web(**environment: str) -> Generator[tuple[int, int]]:
    """`packshot serve`: its process id and its port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with program([sys.executable, "-m", "packshot", "serve", "--port", str(port)], environment) as pid:
        until(lambda: answers(port, "/readyz"))
        yield pid, port


@contextmanager
def io_worker(**environment: str) -> Generator[int]:
    """`packshot worker io`: its process id."""
    ready = settings().state_dir / f"io-{time.monotonic_ns()}.ready"
    command = [sys.executable, "-m", "packshot", "worker", "io"]
    with program(command, {READY_FILE: str(ready), **environment}) as pid:
        until(ready.exists)
        yield pid


@contextmanager
def program(command: list[str], environment: dict[str, str]) -> Generator[int]:
    """A program as long as the block runs, with its process id."""
    quiet = {"PACKSHOT_LOG_LEVEL": "warning"}
    process = subprocess.Popen(command, env={**os.environ, **quiet, **environment})
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used so far, in itself and in the kernel."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def until(true: Callable[[], object]) -> None:
    """Waits until it is."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            sys.exit("A process was not ready in time.")
        time.sleep(0.05)


def answers(port: int, path: str) -> bool:
    """Somebody serves `path`."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


async def seller(name: str = "ada") -> Seller:
    """A new seller."""
    async with transaction(system=True) as session:
        registered = await register(session, f"{name}@example.com", "not a hash: nobody logs in")
        account = registered.account.id
        await ledger.grant(session, account, PLENTY, Bucket.PURCHASED, f"start:{account}", "To start with.")
        token = tokens.issue(await sessions.begin(session, registered.membership), registered.user)
    project, product, photo, cutout = (new_id() for _ in range(4))
    master, alpha = f"photos/{photo}.jpg", f"cutouts/{cutout}.png"
    await storage().put(master, ROOT / "samples/photos/mug.jpg")
    await storage().put(alpha, ROOT / "samples/alpha/mug.png")
    async with transaction(account) as session:
        for row in (
            Project(id=project, account_id=account, name="Autumn"),
            Product(id=product, account_id=account, project_id=project, name="Mug"),
            Photo(
                id=photo,
                account_id=account,
                product_id=product,
                name="mug.jpg",
                state=PhotoState.READY,
                master_key=master,
                width=1024,
                height=1024,
                depth=8,
            ),
            Cutout(
                id=cutout,
                account_id=account,
                photo_id=photo,
                state=CutoutState.READY,
                verdict="accept",
                confidence=0.97,
                view="standing",
                alpha_key=alpha,
                approved_at=datetime.now(UTC),
            ),
        ):
            session.add(row)
            await session.flush()
    return Seller(registered.user.id, account, photo, token)
