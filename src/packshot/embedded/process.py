"""One process that we look after: started, found ready, stopped, and never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from packshot.embedded.user import User
from packshot.errors import PackshotError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_S = 0.02


class StartError(PackshotError):
    """A process of ours ended while it started, or was not ready in time."""


@dataclass(frozen=True)
class Service:
    """What to run, as whom, how to stop it (`stop`, then SIGKILL after `grace_s`) and how to know that it works."""

    name: str
    argv: tuple[str, ...]
    user: User
    stop: signal.Signals = signal.SIGTERM
    grace_s: float = 10
    ready: Callable[[], bool] = lambda: True
    log: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


class Process:
    """A running service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.started = time.monotonic()
        output = service.log.open("ab") if service.log else None
        try:
            self._process = subprocess.Popen(
                service.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                cwd="/",
                env={**os.environ, **service.environment},
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid(), service.stop),
                **service.user.popen,
            )
        finally:
            if output:
                output.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def is_ready(self, until: float) -> bool:
        """The service works; raises StartError when it has ended, or is not ready at `until` (time.monotonic)."""
        if self.service.ready():
            return True
        if self.exit_code is not None:
            raise StartError(f"{self.service.name} ended with {self.exit_code} while it started.", remedy=self._hint)
        if time.monotonic() > until:
            raise StartError(f"{self.service.name} was not ready in time.", remedy=self._hint)
        return False

    def wait_ready(self, timeout_s: float) -> None:
        """Returns when the service works; raises StartError."""
        until = time.monotonic() + timeout_s
        while not self.is_ready(until):
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Asks it to stop, waits its grace, then kills it and its whole process group."""
        if self.exit_code is None:
            self._process.send_signal(self.service.stop)
            try:
                self._process.wait(self.service.grace_s)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL for it and its process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def _hint(self) -> str:
        return f"Look into {self.service.log}." if self.service.log else "Its output above says why."


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """On Linux the kernel sends this process `how` when its parent dies."""
    before = _dies_with(os.getppid(), how)
    if before:
        before()


def _dies_with(parent: int, how: signal.Signals) -> Callable[[], None] | None:
    """On Linux the kernel sends the child `how` when its parent dies. Runs after setuid, which would clear it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: the child may do nothing but call it

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return before_exec
