"""The design that waits in its tasks, for bench/vendors.py: a Celery task that sleeps as long as its vendor takes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("prefork", broker=os.environ["BENCH_BROKER"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1, task_acks_late=True)


@app.task
def call(number: int, seconds: float, folder: str) -> None:
    """Waits for a vendor, and leaves a file."""
    time.sleep(seconds)
    (Path(folder) / str(number)).touch()
