"""The real product lock against the vendors' simulators: faithful, recoloured, and with a scrambled print."""

from __future__ import annotations

from collections.abc import Generator
from uuid import UUID

import pytest

from packshot.shoots.makers import maker
from packshot.shoots.models import AttemptState, State
from packshot.storage import storage
from tests.judging.test_step import verdicts
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, shot
from tests.shoots.test_vendors import through
from tests.simulated import Simulators


@pytest.fixture(autouse=True)
def simulated(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    maker.cache_clear()
    yield
    maker.cache_clear()


async def test_a_faithful_redraw_is_delivered(seller: Seller) -> None:
    row = await through(await _redrawn(seller, "on a table"))
    assert row.state in (State.COMPLETED, State.REVIEW), row.words
    (verdict,) = await verdicts(row.id)
    assert verdict.decision in ("accept", "review") and verdict.score and verdict.score >= 0.92


@pytest.mark.parametrize("defect", ["recoloured", "garbled-logo"])
async def test_a_defect_is_caught_and_given_back(seller: Seller, defect: str) -> None:
    row = await through(await _redrawn(seller, f"on a table, defect:{defect}"))
    found = await verdicts(row.id)
    assert found[0].decision == "reject", (found[0].reason, found[0].score)
    assert found[0].picture_key and await storage().get(found[0].picture_key), "with what was compared"
    if row.state == State.REJECTED:
        assert await seller.credits() == (1000, 0)
    else:  # a retry laid the product's own pixels in, and that is proved
        assert row.state == State.COMPLETED
        assert (await attempts(row.id))[-1].way in ("plate", "inpaint") and found[-1].profile == "composited"
        assert await seller.credits() == (996, 0)
    assert (await attempts(row.id))[0].state == AttemptState.REJECTED


async def _redrawn(seller: Seller, words: str) -> UUID:
    return await shot(seller, engine="openai", styles=["marble"], size="1024x1024", words=words, mode="redraw")
