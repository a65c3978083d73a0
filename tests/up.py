"""A real `packshot up`, and the processes below it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self
from urllib.request import urlopen

PATIENCE_S = 60.0
OTHERS = ("DATABASE_URL", "REDIS_URL", "REDIS_HOST", "PACKSHOT_DATABASE_URL", "PACKSHOT_REDIS_URL", "PACKSHOT_BASE_URL")


def until(true: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stat(pid: int) -> tuple[str, int] | None:
    """State and parent of a process."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], int(words[1])


def lives(pid: int) -> bool:
    found = stat(pid)
    return found is not None and found[0] != "Z"


def children(pid: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [child for child in pids if (found := stat(child)) and found[1] == pid and found[0] != "Z"]


def descendants(pid: int) -> list[int]:
    return [below for child in children(pid) for below in (child, *descendants(child))]


@contextmanager
def state_folder() -> Generator[Path]:
    """A state directory, not in tmp_path: as root, the servers' user may not enter that."""
    folder = Path(tempfile.mkdtemp(prefix="packshot-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


class Up:
    """A running `packshot up`; as a context, gone at the end whatever happened."""

    def __init__(self, state: Path, *options: str, **settings: str) -> None:
        self.state, self.port = state, free_port()
        ours = {name: value for name, value in os.environ.items() if name not in OTHERS}
        # Nobody reads what it says once it is ready, so that it had better not say much.
        defaults = {"PACKSHOT_CPU_CONCURRENCY": "1", "PACKSHOT_LOG_LEVEL": "warning", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "packshot", "up", "--state-dir", str(state), "--port", str(self.port), *options],
            env=ours | defaults | settings,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.words: list[str] = []
        self.supervisor = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        rest = descendants(self.process.pid)
        if self.process.poll() is None:
            self.stop()
        for pid in filter(lives, rest):
            os.kill(pid, signal.SIGKILL)

    def ready(self) -> Self:
        assert self.process.stderr
        for line in self.process.stderr:
            self.words.append(line.strip())
            if line.startswith("Packshot is ready"):
                (self.supervisor,) = children(self.process.pid)  # now: later, orphans of what was killed are there too
                return self
        raise AssertionError("\n".join(self.words))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def find(self, name: str) -> int:
        """The process that serves `name`: postgres, valkey, web, io, cpu or beat."""
        for pid in children(self.supervisor):
            if Path(f"/proc/{pid}/comm").read_text().strip().startswith(name):
                return pid
        raise LookupError(name)

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode
