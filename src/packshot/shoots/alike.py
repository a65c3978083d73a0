"""No two variations of a shoot look alike: a picture claims its look before it is delivered, or it is made anew."""

from __future__ import annotations

import asyncio
import json

from packshot.db import direct
from packshot.engines.base import Failed
from packshot.shoots.lease import LeaseLostError
from packshot.shoots.variations import variations
from packshot.shoots.work import Work

# Two that are finished at the same time must not both find nobody: whoever asks waits for the shoot's other claims.
_LOCK = "select pg_advisory_xact_lock(hashtextextended($1::text, 0))"
_LOOKS = """
select id, number, look, coalesce((variation ->> 'index')::int, 0) as index from generation
where shoot_id = $1 order by number
"""
_CLAIM = "update generation set look = $3 where id = $1 and lease_token = $2 returning id"
_NEXT = """
update generation set variation = $3, style = coalesce($4, style), look = ''
where id = $1 and lease_token = $2 returning id
"""


async def against_twins(work: Work, look: str) -> Failed | None:
    """Claims `look`, a similarity hash, for this picture; or why it is made again, as the next that stands by.

    LeaseLostError if the picture is no longer ours.
    """
    from packshot.imaging.similarity import ALIKE, distance

    shoot, lease = work.shoot, work.lease
    async with direct(lease.account_id) as session:
        await session.row(_LOCK, str(shoot.id))
        rows = await session.fetch(_LOOKS, shoot.id)
        # What is made again may look like the one that it replaces.
        others = [row for row in rows if row["look"] and row["id"] not in (lease.id, work.generation.retry_of)]
        twin = next((row["number"] for row in others if distance(row["look"], look) < ALIKE), 0)
        if not twin:
            if await session.row(_CLAIM, lease.id, lease.token, look) is None:
                raise LeaseLostError(lease)
            return None
        index = max(row["index"] for row in rows) + 1
        spread = await asyncio.to_thread(variations, shoot.engine, tuple(shoot.styles), shoot.words, shoot.variations)
        if index < len(spread.points):
            point = spread.points[index]
            variation = json.dumps({"index": index, **point})
            if await session.row(_NEXT, lease.id, lease.token, variation, point.get("style")) is None:
                raise LeaseLostError(lease)
    return Failed(
        "alike",
        f"It looked like picture {twin} of this shoot.",
        "Nothing was charged. Leave more open: styles, backdrop, light, angle.",
        charged=None,
    )
