"""Background work: async functions on Celery's queues, woken by hints that may get lost.

The rows in the database say what has to be done. A message only says: look at these ids now. So publishing never fails,
a message may come twice or never, and a task decides by the rows.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from base64 import b64encode
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import Future as ThreadFuture
from functools import lru_cache
from math import ceil
from typing import Any, Literal
from uuid import UUID

import structlog
import uvloop
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_shutting_down
from redis.asyncio import Redis
from structlog.contextvars import bound_contextvars, get_contextvars

from packshot.settings import settings
from packshot.valkey import Together, valkey

Queue = Literal["io", "cpu"]
Run = Callable[..., Coroutine[Any, Any, object]]

ID, BODY, REQUEST = "@id", "@body", "@request"  # blanks of a message
PREFIX = "packshot:"  # of every key that Celery's transport writes
VISIBILITY_S = 3600  # a message taken by a worker comes again after this: longer than any task, or it would run twice
PUBLISH_TIMEOUT_S = 2.0
FILES_AT_ONCE = 16  # a disk is waited for, not computed with: more than Python's own default on few cores
FINISH_S = 5.0  # what a running task gets to end by itself when its worker stops
IDS_PER_MESSAGE = 20
SPREAD = 16  # messages of the cpu queue before one carries more than one id, so that every process gets some pixels
log = structlog.get_logger(__name__)


def _configuration() -> dict[str, Any]:
    return {
        "broker_url": broker_url(settings().redis),
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_S,
            # kombu's defaults look for lost messages every 10 × 10 s
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "global_keyprefix": PREFIX,
            "socket_connect_timeout": PUBLISH_TIMEOUT_S,
            "socket_timeout": None,
        },
        "broker_connection_retry_on_startup": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_default_queue": "io",
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_enable_remote_control": False,
        "worker_soft_shutdown_timeout": FINISH_S,
        "beat_scheduler": "celery.beat:Scheduler",  # keeps no file
        "beat_max_loop_interval": 5,
    }


def broker_url(redis_url: str) -> str:
    """kombu's name for a redis-py URL: only that of a socket differs."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or 0}"


celery = Celery("packshot", set_as_current=True)
celery.add_defaults(_configuration)


class Task:
    """An async function that can be woken through `queue`. Calling it runs it here and now, as tests do."""

    def __init__(self, run: Run, name: str, queue: Queue, timeout_s: float) -> None:
        self.run, self.name, self.queue, self.timeout_s = run, name, queue, timeout_s
        self.__doc__ = run.__doc__
        # Celery's own check of the arguments takes `self` for one, and refuses to send a message without ids.
        self._celery: Any = celery.task(name=name, typing=False)(self._work)
        self._form = json.dumps(_form(name, queue))

    async def __call__(self, *ids: UUID) -> object:
        return await self.run(*ids)

    async def publish(self, ids: tuple[UUID, ...]) -> None:
        """Sends the messages that wake this task for `ids`; raises where the broker does not answer."""
        fewest = 1 if self.queue == "io" else SPREAD  # waiting overlaps, pixels do not
        size = min(IDS_PER_MESSAGE, ceil(len(ids) / fewest)) or 1
        messages = [self._message(ids[start : start + size]) for start in range(0, len(ids) or 1, size)]
        await _outgoing(valkey()).ask((self.queue, messages))

    def _message(self, ids: Sequence[UUID]) -> str:
        """What Celery's own `apply_async` puts on the list of a queue, at a hundredth of its cost."""
        embed = '{"callbacks": null, "errbacks": null, "chain": null, "chord": null}'
        body = f"[{json.dumps([str(id) for id in ids])}, {{}}, {embed}]"
        blanks = {
            ID: os.urandom(16).hex(),
            BODY: b64encode(body.encode()).decode(),
            f'"{REQUEST}"': json.dumps(get_contextvars().get("request_id")),
        }
        message = self._form
        for blank, value in blanks.items():
            message = message.replace(blank, value)
        return message

    def _work(self, *words: str) -> None:
        request = self._celery.request
        with bound_contextvars(task=self.name, request_id=getattr(request, "request_id", None)):
            runner.run(self._bounded([UUID(word) for word in words]))

    async def _bounded(self, ids: list[UUID]) -> None:
        try:
            async with asyncio.timeout(self.timeout_s):
                await self.run(*ids)
        except Exception:  # the sweep finds what is left undone
            log.exception("task failed", task=self.name, ids=[str(id) for id in ids])


def _form(name: str, queue: Queue) -> dict[str, Any]:
    """A message with blanks: protocol 2 of Celery in kombu's envelope for Redis."""
    return {
        "body": BODY,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": name,
            "id": ID,
            "root_id": ID,
            "parent_id": None,
            "group": None,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            "ignore_result": True,
            "request_id": REQUEST,
        },
        "properties": {
            "correlation_id": ID,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": ID,
        },
    }


tasks: dict[str, Task] = {}


def task(*, queue: Queue, timeout_s: float = 900) -> Callable[[Run], Task]:
    """Makes a task of an async function that takes any number of ids: `shoots/tasks.py: advance` is `shoots.advance`.

    It has `timeout_s`, far less than VISIBILITY_S. What it raises is logged, not tried again: that is the sweep's.
    Pixels belong into `asyncio.to_thread`, so that the loop, and with it every lease's heartbeat, goes on.
    """

    def decorate(run: Run) -> Task:
        module = run.__module__.removeprefix("packshot.").removesuffix(".tasks")
        made = Task(run, f"{module}.{run.__name__}", queue, timeout_s)
        tasks[made.name] = made
        return made

    return decorate


async def enqueue(task: Task | str, *ids: UUID) -> bool:
    """Wakes `task` for `ids`. A hint: where the broker does not answer it is logged, and the sweep finds the work."""
    known = tasks[task] if isinstance(task, str) else task
    try:
        async with asyncio.timeout(PUBLISH_TIMEOUT_S):
            await known.publish(ids)
    except Exception as error:
        log.warning("hint not sent", task=known.name, ids=len(ids), error=f"{type(error).__name__}: {error}")
        return False
    return True


@lru_cache(maxsize=1)
def _outgoing(client: Redis) -> Together[tuple[str, list[str]], None]:
    async def send(hints: Sequence[tuple[str, list[str]]]) -> Sequence[None]:
        for queue in {queue for queue, _ in hints}:
            messages = [message for its, messages in hints if its == queue for message in messages]
            await client.lpush(f"{PREFIX}{queue}", *messages)
        return [None] * len(hints)

    return Together(send)


class Runner:
    """This process's event loop, in a thread of its own; Celery's threads wait for what they put on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[ThreadFuture[None]] = set()
        self._stopped = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs `work` to its end, or hands its message back to the queue when the worker stops first."""
        with self._lock:
            if self._stopped:
                work.close()
                raise Reject("the worker stops", requeue=True)
            future = asyncio.run_coroutine_threadsafe(work, self._started())
            self._running.add(future)
        try:
            future.result()
        except CancelledError:
            raise Reject("the worker stops", requeue=True) from None
        finally:
            self._running.discard(future)

    def stop(self, grace_s: float) -> None:
        """Takes nothing new, and cancels what is not done after `grace_s`."""
        timer = threading.Timer(grace_s, self._cancel)
        timer.daemon = True
        timer.start()

    def _cancel(self) -> None:
        with self._lock:
            self._stopped = True
            for future in list(self._running):
                future.cancel()

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = uvloop.new_event_loop()
            self._loop.set_default_executor(ThreadPoolExecutor(FILES_AT_ONCE, "files"))
            threading.Thread(target=self._loop.run_forever, name="event loop", daemon=True).start()
        return self._loop


runner = Runner()


def _fresh_runner() -> None:
    global runner
    runner = Runner()


os.register_at_fork(after_in_child=_fresh_runner)


@worker_shutting_down.connect
def _stop(**_: object) -> None:
    runner.stop(FINISH_S)
