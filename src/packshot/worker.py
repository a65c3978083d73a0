"""The Celery processes: `io` (vendors, many at once), `cpu` (pixels, one per core), and the clock of the sweeps."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from socket import gethostname
from typing import Literal

from celery.platforms import SecurityWarning
from celery.signals import beat_init, worker_process_init, worker_ready

import packshot
from packshot.embedded.process import die_with_parent
from packshot.embedded.services import READY_FILE
from packshot.log import configure
from packshot.settings import Settings, settings
from packshot.tasks import celery, tasks

Role = Literal["io", "cpu", "beat"]
CHILD_KB = 2_000_000  # a process of the cpu worker that has grown beyond it is replaced
M_ARENA_MAX = -8  # of mallopt(3)
CHECK_S = 6 * 3600.0  # a clock that is started daily would not come to once a day
RENEW_S = 3600.0  # how soon after a month begins everybody has its allowance


def import_tasks() -> None:
    """Imports each domain's tasks.py, so that its tasks are known."""
    for file in Path(packshot.__path__[0]).glob("*/tasks.py"):  # finding a spec would import every package
        import_module(f"packshot.{file.parent.name}.tasks")


def import_pixels() -> None:
    """Imports the libraries that pixels are made with, before processes fork that share their pages."""
    for module in ("imaging.decode", "imaging.finish", "studio.scene.library"):
        import_module(f"packshot.{module}")


def beat_table(settings: Settings) -> dict[str, float]:
    """The tasks that the clock wakes, and every how many seconds."""
    return {
        "catalog.sweep": settings.sweep_s,
        "shoots.sweep": settings.sweep_s,
        "talents.sweep": settings.sweep_s,
        "accounts.renew": RENEW_S,
        "vendors.check": CHECK_S,
    }


def run(role: Role) -> None:
    """Runs this process as a worker of the queue `role`, or as the clock, until it is told to stop."""
    import_tasks()
    configure(f"worker-{role}" if role != "beat" else role, settings().log_level)
    if role == "beat":
        celery.conf.beat_schedule = {
            name: {"task": name, "schedule": every, "options": {"queue": tasks[name].queue, "expires": every}}
            for name, every in beat_table(settings()).items()
            if name in tasks
        }
        celery.Beat(loglevel="warning", quiet=True).run()
        return
    if role == "io":
        _few_arenas()
    else:
        import_pixels()
    pool: dict[str, object] = (
        {"pool": "threads", "concurrency": settings().io_concurrency}
        if role == "io"
        else {"pool": "prefork", "concurrency": settings().cpu_concurrency, "max_memory_per_child": CHILD_KB}
    )
    # What Celery tells a terminal as it stops is for people who started it by hand.
    vars(import_module("celery.apps.worker"))["safe_say"] = lambda *_: None
    # The supervisor says it where the worker has to run as root.
    warnings.simplefilter("ignore", SecurityWarning)
    # Not through Celery's own command line, whose libraries for terminals would stay in memory.
    worker = celery.Worker(
        queues=[role],
        hostname=f"{role}@{gethostname()}",
        loglevel="warning",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        **pool,
    )
    worker.start()
    sys.exit(worker.exitcode)


def _few_arenas() -> None:
    """Has the threads of this process share what glibc keeps for each of them: they wait more than they allocate."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


@worker_ready.connect
@beat_init.connect
def _say_ready(**_: object) -> None:
    if READY_FILE in os.environ:
        Path(os.environ[READY_FILE]).touch()


@worker_process_init.connect
def _never_outlive_the_worker(**_: object) -> None:
    die_with_parent()
