"""No template of a face is kept: not in a row, a file, an answer, a log or a message."""

from __future__ import annotations

import io
import logging
from contextlib import redirect_stderr, redirect_stdout

import asyncpg
import numpy as np
import pytest
import structlog
from redis.asyncio import Redis

from packshot.locks.identity.judge import judge
from packshot.locks.identity.known import face_of, know
from packshot.locks.identity.stack import configured
from packshot.settings import Settings, settings

from ..locks import tiny
from .conftest import ADA, BOB, Open, add, png, portrait
from .test_photos import empty_storage, stored

__all__ = ["empty_storage"]
pytestmark = pytest.mark.usefixtures("face_model")


def canary() -> np.ndarray:
    """The numbers that must not be found anywhere."""
    template = face_of("ada.png", tiny.scene((tiny.person(ADA), *tiny.at(5, 5))), configured())
    return vars(type(template))["_vector"].__get__(template)


async def everything(settings: Settings) -> bytes:
    """Every row of every table, every file, and all that is in Valkey."""
    connection = await asyncpg.connect(settings.database.replace("+asyncpg", ""))
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    rows = [str(await connection.fetch(f'select t::text from "{table[0]}" as t')) for table in tables]
    await connection.close()
    files = [(settings.state_dir / "files" / key).read_bytes() for key in stored()]
    async with Redis.from_url(settings.redis) as redis:
        keys = [key async for key in redis.scan_iter()]
        values = [await redis.dump(key) or b"" for key in keys]
    return b"\n".join(["".join(rows).encode(), *files, *keys, *values])


def found(vector: np.ndarray, where: bytes) -> list[str]:
    """Numbers of `vector` in `where`: written out with six digits or more, or as raw bytes of either precision."""
    hits = [written for value in vector if (written := _digits(value)).encode() in where]
    for raw in (vector.astype(np.float32).tobytes(), vector.astype(np.float64).tobytes()):
        hits += ["bytes"] * any(raw[at : at + 8] in where for at in range(0, len(raw) - 8, 8))
    return hits


def _digits(value: float) -> str:
    """The first six digits of a number, as any way of writing it out begins."""
    return f"{abs(value):.12f}"[: 7 + (abs(value) >= 10)]


def test_the_search_finds_what_is_planted() -> None:
    vector = canary()
    assert len(vector) == 512
    for planted in (str(vector.tolist()).encode(), vector.astype(np.float32).tobytes(), vector.tobytes()):
        assert found(vector, b"before" + planted + b"after")
    assert not found(vector, b"nothing of it")


async def test_no_template_is_left_anywhere(
    open_shop: Open, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    vector, told, answers = canary(), io.StringIO(), []
    with redirect_stdout(told), redirect_stderr(told), structlog.testing.capture_logs() as logged:
        ada = await add(await open_shop(), synthetic=False)
        await ada.sign()
        answers.append(await ada.upload(("a.png", portrait(ADA, 4)), ("b.png", portrait(ADA, 9))))
        answers.append(await ada.upload(("bob.png", portrait(BOB)), ("none.png", png(tiny.scene()))))
        answers.append(await ada.read())
        answers.append((await ada.seller.client.get("/api/openapi.json")).json())
        stack = configured()
        known = know([("a.png", tiny.scene((tiny.person(ADA), *tiny.at(5, 5))))], stack)
        for seed in (ADA, BOB):
            answers.append(judge(known, tiny.scene((tiny.person(seed), *tiny.at(9, 9))), stack))
        kept = await everything(settings)
        answers.append(await ada.seller.ask("POST", f"/api/models/{ada.id}/withdraw"))
    kept += await everything(settings)
    said = f"{answers} {logged} {told.getvalue()} {caplog.text} {known} {stack}"
    assert "ready" in said
    assert "refused" in said
    assert found(vector, kept) == []
    assert found(vector, said.encode()) == []


def test_settings_are_this_tests_own() -> None:
    assert settings().face_model == "auraface"
