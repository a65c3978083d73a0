"""A worker is killed at every point at which it touches the world, and nothing is lost, charged twice or bought twice.

`make test` kills where something became durable: after commits, calls of the engine and files; `make faults` kills
before and after everything. A second hold stands on the account throughout: without it a credit that is given back
twice would only run into the wallet's own check.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from uuid import UUID

import pytest

from packshot.shoots.models import OPEN, State
from tests.faults.harness import Others, Workers, attempts_of, bought, look, settled_once, worth_dying_at
from tests.shoots.conftest import Seller

PRICES = {"studio": 3, "instant": 4, "later": 4}


async def shot(seller: Seller, engine: str) -> UUID:
    style, size = ("white", "256x256") if engine == "studio" else ("plain", "64x64")
    answer = await seller.shoot(engine=engine, styles=[style], size=size)
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["generations"][0]["id"])


@pytest.mark.parametrize("engine", list(PRICES))
async def test_a_worker_killed_anywhere(crew: Workers, seller: Seller, vendor_folder: Path, engine: str) -> None:
    bystander = await shot(seller, "instant")
    others = Others()
    whole = await shot(seller, engine)
    unharmed = await crew.run(whole, engine)
    assert unharmed.status == 0
    await settled_once(whole)
    assert len(unharmed.names) >= 30
    killed: dict[UUID, int] = {}  # and how often the vendor may have been paid for it
    ticks = worth_dying_at(unharmed.names)
    deaths = 0
    for tick in ticks:
        id = await shot(seller, engine)
        end = await crew.run(id, engine, tick)
        assert end.status in (-signal.SIGKILL, 0), end
        deaths += end.status != 0
        last = (await attempts_of(id) or [None])[-1]
        lost = bool(last) and last.state == "sent" and engine != "studio"
        killed[id] = bought(vendor_folder, await attempts_of(id)) + 1 if lost else 1
        others.leave(id)
    await others.done()
    assert deaths >= 0.9 * len(ticks), "a run may tick otherwise than the first, on a busy machine, but not often"
    for id, most in killed.items():
        await settled_once(id)
        attempts = await attempts_of(id)
        assert engine == "studio" or bought(vendor_folder, attempts) == most
        assert len(attempts) == 1 or attempts[0].state == "unknown", "bought again only where nobody knows"
    spent = (len(killed) + 1) * PRICES[engine]
    assert await seller.credits() == (1000 - spent - PRICES["instant"], PRICES["instant"])
    assert (await look(bystander)).state == "PENDING"


async def test_a_picture_that_kills_every_worker_is_bought_twice_at_most(
    crew: Workers, seller: Seller, vendor_folder: Path
) -> None:
    """Nobody can ask this vendor what became of it: after the second purchase in vain the picture is given up."""
    await shot(seller, "instant")
    id = await shot(seller, "instant")
    deaths = 0
    async with asyncio.timeout(60):
        while (await look(id)).state in OPEN:
            end = await crew.run(id, "instant", "after submit")
            deaths += end.status == -signal.SIGKILL
            await asyncio.sleep(0.1)
    await settled_once(id, State.FAILED)
    assert (deaths, bought(vendor_folder, await attempts_of(id))) == (2, 2)
    assert await seller.credits() == (996, 4)
