"""Tasks on real workers: woken, killed, stopped, and without a broker."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from types import ModuleType

import pytest

from packshot.db import new_id
from packshot.log import bind
from packshot.settings import Settings
from packshot.tasks import broker_url, enqueue, task
from packshot.valkey import valkey

pytestmark = pytest.mark.usefixtures("database")

HERE = Path(__file__).parent
Worker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HERE))
    import echo_tasks

    return echo_tasks


@pytest.fixture
async def worker(settings: Settings, anyio_backend: str) -> AsyncGenerator[Worker]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PACKSHOT_STATE_DIR": str(settings.state_dir),
            "PACKSHOT_CPU_CONCURRENCY": "1",
            "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
        }
        program = [sys.executable, "-c", "import echo_tasks; echo_tasks.main()", *words]
        started.append(subprocess.Popen(program, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


async def notes(word: str, count: int = 1, within_s: float = 30) -> list[list[str]]:
    """The first `count` notes that start with `word`, as words."""
    deadline = time.monotonic() + within_s
    while True:
        found = [note.split() for note in await valkey().lrange("notes", 0, -1) if note.startswith(word)]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, f"{len(found)} of {count} notes of {word}"
        await asyncio.sleep(0.05)


async def waiting(queue: str) -> int:
    return await valkey().llen(f"packshot:{queue}")


async def ended(process: subprocess.Popen[bytes], within_s: float = 20) -> int:
    return await asyncio.to_thread(process.wait, within_s)


async def test_a_hint_wakes_the_task_in_messages_of_twenty(worker: Worker, echo: ModuleType) -> None:
    worker("io")
    ids = [new_id() for _ in range(45)]
    with bind(request_id="request-1"):
        assert await enqueue("echo_tasks.quick", *ids)
    done = await notes("done", 3)
    carried = [words[3].split(",") for words in done]
    assert sorted(len(ids) for ids in carried) == [5, 20, 20]
    assert {id for message in carried for id in message} == set(map(str, ids))
    assert {words[2] for words in done} == {"request-1"}


async def test_a_task_that_needs_no_ids_is_woken_too(worker: Worker, echo: ModuleType) -> None:
    worker("io")
    assert await enqueue(echo.quick)
    await notes("done")


async def test_a_task_that_fails_is_done_with_and_the_next_one_runs(worker: Worker, echo: ModuleType) -> None:
    worker("io")
    await enqueue(echo.broken, new_id())
    await notes("started")
    await enqueue(echo.quick, new_id())
    await notes("done")
    await asyncio.sleep(0.2)
    assert (await waiting("io"), await valkey().hlen("packshot:unacked")) == (0, 0)


async def test_a_worker_told_to_stop_hands_back_what_is_not_done(worker: Worker, echo: ModuleType) -> None:
    first = worker("io")
    ids = [new_id() for _ in range(3)]
    for id in ids:
        await enqueue(echo.slow, id)
    await notes("started", 3)
    first.send_signal(signal.SIGTERM)
    await ended(first)
    assert (await waiting("io"), await valkey().hlen("packshot:unacked")) == (3, 0)
    await valkey().set("hurry", 1)
    worker("io")
    done = await notes("done", 3)
    assert {words[3] for words in done} == set(map(str, ids))


@pytest.mark.parametrize("queue", ["io", "cpu"])
async def test_what_a_killed_worker_held_comes_again(worker: Worker, echo: ModuleType, queue: str) -> None:
    first = worker(queue, "--short-visibility")
    await enqueue(echo.slow if queue == "io" else echo.pixels, new_id())
    await notes("started")
    first.kill()
    await ended(first)
    await valkey().set("hurry", 1)
    worker(queue, "--short-visibility")
    await notes("done", within_s=echo.SHORT_VISIBILITY_S + 15)


async def test_what_a_killed_child_held_comes_again_at_once(worker: Worker, echo: ModuleType) -> None:
    worker("cpu")
    await enqueue(echo.pixels, new_id())
    ((_, child, *_),) = await notes("started")
    await valkey().set("hurry", 1)
    os.kill(int(child), signal.SIGKILL)
    (done,) = await notes("done")
    assert done[1] != child


async def test_a_cpu_worker_told_to_stop_hands_back_what_is_not_done(worker: Worker, echo: ModuleType) -> None:
    first = worker("cpu")
    await enqueue(echo.pixels, new_id())
    await notes("started")
    first.send_signal(signal.SIGQUIT)
    await ended(first)
    await valkey().set("hurry", 1)
    worker("cpu", "--short-visibility")
    await notes("done")


async def test_without_a_broker_a_hint_is_lost_and_nothing_else(
    echo: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(_ids: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(echo.quick, "publish", nobody)
    assert not await enqueue(echo.quick, new_id())


async def test_a_broker_that_hangs_is_not_waited_for(echo: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packshot.tasks.PUBLISH_TIMEOUT_S", 0.1)
    monkeypatch.setattr(echo.quick, "publish", lambda _ids: asyncio.sleep(1))
    began = time.monotonic()
    assert not await enqueue(echo.quick, new_id())
    assert time.monotonic() - began < 0.9


async def test_a_task_has_only_its_time() -> None:
    ended: list[str] = []

    @task(queue="io", timeout_s=0.05)
    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    await asyncio.wait_for(endless._bounded([]), 5)  # pyright: ignore[reportPrivateUsage]
    assert ended == ["cancelled"]


@pytest.mark.parametrize(
    ("redis", "kombu"),
    [
        ("redis://cache:6380/2", "redis://cache:6380/2"),
        ("rediss://:secret@cache/0", "rediss://:secret@cache/0"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
    ],
)
def test_the_broker_is_the_redis_in_use(redis: str, kombu: str) -> None:
    assert broker_url(redis) == kombu
