"""A vendor that nobody has called yet."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from packshot import config
from packshot.db import transaction
from packshot.vendors import gate
from packshot.vendors.limits import LIMITS, TROUBLE_S


@pytest.fixture(autouse=True)
async def fresh(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[None]:
    """Breakers open for a moment only, and this process knows nothing of earlier tests."""
    monkeypatch.setattr(gate, "own", type(gate.own)())
    monkeypatch.setattr(gate, "_down_until", 0.0)
    monkeypatch.setattr(gate, "_holding", None)  # it sleeps as long as places were held for
    gate.at_work.clear()
    gate.forget()
    config.forget()
    async with transaction() as session:
        await config.change(session, TROUBLE_S, 0.4)
    yield
    config.forget()


async def allow(**limits: dict[str, int]) -> None:
    async with transaction() as session:
        await config.change(session, LIMITS, limits)
