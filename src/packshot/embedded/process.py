"""One process that we look after: started, found ready, stopped, and never left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from packshot.embedded.user import User
from packshot.errors import PackshotError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_NAME = 15
POLL_S = 0.02


class StartError(PackshotError):
    """A process of ours ended while it started, or was not ready in time."""


@dataclass(frozen=True)
class Service:
    """What to run, as whom, how to stop it (`stop`, then SIGKILL after `grace_s`) and how to know that it works.

    `command` is a program with its arguments, or a function: that runs in a fork of this process, which has imported
    already what several of them need.
    """

    name: str
    command: tuple[str, ...] | Callable[[], None]
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
        self._exit_code: int | None = None
        self.pid = _execute(service) if isinstance(service.command, tuple) else _fork(service, service.command)

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        if self._exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._exit_code = os.waitstatus_to_exitcode(status)
        return self._exit_code

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

    def wait(self, timeout_s: float) -> bool:
        """Whether it has ended within `timeout_s`."""
        until = time.monotonic() + timeout_s
        while self.exit_code is None and time.monotonic() < until:
            time.sleep(POLL_S)
        return self.exit_code is not None

    def stop(self) -> None:
        """Asks it to stop, waits its grace, then kills it and its whole process group."""
        if self.exit_code is None:
            os.kill(self.pid, self.service.stop)
            if not self.wait(self.service.grace_s):
                self.kill()

    def kill(self) -> None:
        """SIGKILL for it and its process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        while self.exit_code is None:
            time.sleep(POLL_S)

    @property
    def _hint(self) -> str:
        return f"Look into {self.service.log}." if self.service.log else "Its output above says why."


def die_with_parent(how: signal.Signals = signal.SIGKILL) -> None:
    """On Linux the kernel sends this process `how` when its parent dies."""
    _dies_with(os.getppid(), how)()


def _execute(service: Service) -> int:
    assert isinstance(service.command, tuple)
    output = service.log.open("ab") if service.log else None
    try:
        process = subprocess.Popen(  # noqa: S603 -- a server of ours, with options of ours
            service.command,
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
    process.returncode = 0  # its end is ours to wait for, not Popen's
    return process.pid


def _fork(service: Service, function: Callable[[], None]) -> int:
    dies = _dies_with(os.getpid(), service.stop)
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        os.setsid()
        service.user.become()
        dies()
        _call_this_process(service.name)
        os.environ.update(service.environment)
        function()
        code = 0
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _call_this_process(name: str) -> None:
    """What `ps -e` and `top` show; the full command line stays that of `up`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode(), 0, 0, 0)


def _dies_with(parent: int, how: signal.Signals) -> Callable[[], None]:
    """What a child calls, after setuid, which would undo it, so that it gets `how` when `parent` dies."""
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: the child may do nothing but call it

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return in_child
