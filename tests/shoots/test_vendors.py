"""Shoots with engines that cost money, from the order to the delivered picture, against the vendors' simulators."""

from __future__ import annotations

from collections.abc import Generator
from uuid import UUID

import httpx
import pytest

from packshot.shoots.advance import advance
from packshot.shoots.makers import maker
from packshot.shoots.models import AttemptState, Generation, State
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, shot, skip_the_wait
from tests.simulated import Simulators


@pytest.fixture(autouse=True)
def simulated(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    maker.cache_clear()
    yield
    maker.cache_clear()


async def through(id: UUID, most: int = 12) -> Generation:
    for _ in range(most):
        row = await look(id)
        if row.state not in ("PENDING", "RUNNING"):
            return row
        await skip_the_wait(id)
        await advance("cpu" if row.queue == "cpu" else "io", id)
    raise AssertionError(f"{row.state} after {most} steps")


@pytest.mark.parametrize("engine", ["openai", "replicate"])
async def test_a_picture_is_bought_once_and_delivered(engine: str, seller: Seller, simulators: Simulators) -> None:
    before = simulators.billed(engine)
    row = await through(id := await shot(seller, engine=engine, styles=["marble"], size="1024x1024", format="png"))
    assert (row.state, row.error) == (State.COMPLETED, ""), row.words
    (attempt,) = await attempts(id)
    assert attempt.state == AttemptState.DONE and attempt.cost_micros > 0
    assert simulators.billed(engine) == before + 1
    if engine == "openai":
        whose = httpx.get(f"{simulators.url}/openai/_simulator/billed").json()["whose"]
        assert len(whose) == 43 and str(seller.account_id) not in whose, (
            "one word for an account, and nothing else of it"
        )


async def test_a_redraw_in_a_size_that_a_vendor_does_not_make_is_refused_before_any_charge(seller: Seller) -> None:
    answer = await seller.shoot(engine="openai", styles=["marble"], size="1000x1000", mode="redraw")
    assert answer.status_code == 422 and "multiples of 16" in answer.text
    assert await seller.credits() == (1000, 0)
