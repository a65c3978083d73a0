"""Writes down what the locks found about an attempt, with everything that was in force."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import Direct, new_id, within
from packshot.shoots.judging.judge import Judged
from packshot.shoots.judging.models import StoredVerdict
from packshot.shoots.makers import Call
from packshot.shoots.models import Attempt, Generation

_INSERT = "insert into verdict select * from jsonb_populate_recordset(null::verdict, cast($1 as jsonb))"


def rows_of(
    judged: Judged, call: Call, generation: Generation, attempt: Attempt, seed: int | None, parameters: str
) -> list[StoredVerdict]:
    """A row for each lock that looked. Where it has evidence, `picture_key` says where that is to be stored."""
    rows: list[StoredVerdict] = []
    for looked in judged.looked:
        verdict, id = looked.verdict, new_id()
        limits = verdict.thresholds
        rows.append(
            StoredVerdict(
                id=id,
                account_id=generation.account_id,
                generation_id=generation.id,
                attempt_id=attempt.id,
                lock=verdict.lock,
                decision=verdict.decision,
                reason=verdict.reason,
                words=verdict.words,
                remedy=verdict.remedy,
                profile=verdict.profile,
                version=verdict.version,
                weights=verdict.weights,
                score=verdict.score,
                raw=verdict.raw,
                accept=limits.accept if limits else None,
                review=limits.review if limits else None,
                measures=dict(verdict.measures),
                limited=verdict.limited,
                engine=call.engine,
                model=call.model,
                style=generation.style,
                seed=seed,
                parameters=parameters,
                cost_micros=attempt.cost_micros or 0,
                took_ms=looked.took_ms,
                picture_key=None,
                lottery=random.random(),  # noqa: S311 -- draws a sample
                created_at=datetime.now(UTC),
            )
        )
    return rows


async def record(session: AsyncSession | Direct, rows: Sequence[StoredVerdict]) -> None:
    """Writes `rows` down in one round trip."""
    if rows:
        await (await within(session)).fetch(_INSERT, json.dumps([_plain(row) for row in rows], default=str))


def _plain(row: StoredVerdict) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in StoredVerdict.__table__.columns}
