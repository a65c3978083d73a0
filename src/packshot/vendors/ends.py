"""When models end by their vendors' own word, as this process knows it: at most FRESH_S old."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from packshot.db import transaction
from packshot.vendors.models import Retirement

FRESH_S = 60.0

_said: defaultdict[str, dict[str, date]] = defaultdict(dict)
_fresh_until = 0.0


def said(engine: str) -> Mapping[str, date]:
    """The days by model, as `refreshed` last read them: whoever keeps this sees what is read later."""
    return _said[engine]


async def refreshed() -> None:
    """Reads what vendors said where that is some time ago."""
    global _fresh_until
    if time.monotonic() < _fresh_until:
        return
    async with transaction(system=True) as session:
        rows = (await session.scalars(select(Retirement).where(Retirement.source == "vendor"))).all()
    for days in _said.values():
        days.clear()
    for row in rows:
        _said[row.engine][row.model] = row.retires_on
    _fresh_until = time.monotonic() + FRESH_S


def forget() -> None:
    """Reads them anew the next time."""
    global _fresh_until
    _fresh_until = 0.0
