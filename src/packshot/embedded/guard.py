"""Nothing outlives us: the process that people see watches the supervisor, and cleans up should that be killed."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

from packshot.embedded.process import die_with_parent
from packshot.errors import BadInputError, ConflictError

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
GRACE_S = 5.0
POLL_S = 0.05
LOCK = "lock"


class AlreadyRunningError(ConflictError):
    """Another Packshot holds this state directory."""


def hold(state_dir: Path, purpose: str = "up") -> IO[str]:
    """Keeps the state directory for this process and its children for as long as one of them has the file open.

    Raises AlreadyRunningError, whose facts name the `holder`'s process and `purpose`.
    """
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        lock = (state_dir / LOCK).open("a+")
    except OSError as error:
        raise BadInputError(
            f"The state directory {state_dir} cannot be written: {error.strerror}.",
            remedy="Choose another one with --state-dir or PACKSHOT_STATE_DIR.",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder, _, theirs = lock.read().strip().partition(" ")
        lock.close()
        raise AlreadyRunningError(
            f"Packshot already runs on the state directory {state_dir} (process {holder or 'unknown'}).",
            remedy="Use that one, stop it, or choose another --state-dir.",
            holder=holder,
            purpose=theirs,
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()} {purpose}\n")
    lock.flush()
    return lock


def guarded(run: Callable[[], int]) -> int:
    """Runs `run` in a child process and returns its exit code, with nothing of what it started left behind.

    Either of the two may be killed. The child goes into a session of its own, so that Ctrl-C reaches only us and things
    stop in order; when we die it hears of it. When it dies, its orphans become our children (on Linux), which
    have heard of it as well; those that are still there after GRACE_S are killed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    child = os.fork()
    if child == 0:
        _become(run)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _pass_on_to(child))
    _, status = os.waitpid(child, 0)
    _outlast()
    return os.waitstatus_to_exitcode(status)


def _become(run: Callable[[], int]) -> None:
    code = 70
    try:
        os.setsid()
        die_with_parent(signal.SIGTERM)
        code = run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _pass_on_to(child: int) -> Callable[[int, FrameType | None], None]:
    def handler(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)

    return handler


def _outlast() -> None:
    """Returns when no descendant is left, which for the stubborn means SIGKILL."""
    patience = time.monotonic() + GRACE_S
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid:
            continue
        if time.monotonic() > patience:
            for descendant in _descendants(os.getpid()):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(descendant, signal.SIGKILL)
        time.sleep(POLL_S)


def _descendants(root: int) -> list[int]:
    """Every process below `root`, from /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(after_name[1])
    found, frontier = [], {root}
    while frontier := {pid for pid, parent in parents.items() if parent in frontier}:
        found.extend(frontier)
    return found
