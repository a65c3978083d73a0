"""A worker freezes past its lease, another takes over, and what the first does when it wakes changes nothing.

It is frozen while it holds locks in the database, too: PostgreSQL ends its transaction, or nobody could take over.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from tests.faults.harness import End, Others, Workers, attempts_of, bought, look, settled_once, worth_dying_at
from tests.faults.test_kill import PRICES, shot
from tests.shoots.conftest import Seller

AT_ONCE = 10  # frozen workers: each keeps a connection


@pytest.mark.parametrize("engine", list(PRICES))
async def test_a_worker_frozen_anywhere(crew: Workers, seller: Seller, vendor_folder: Path, engine: str) -> None:
    await shot(seller, "instant")
    unharmed = await crew.run(await shot(seller, engine), engine)
    locks_the_wallet = len(unharmed.names) - unharmed.names[::-1].index("after with")
    ticks = sorted({*worth_dying_at(unharmed.names), locks_the_wallet})
    pictures: list[UUID] = []
    for start in range(0, len(ticks), AT_ONCE):
        frozen = [await _freeze(crew, seller, engine, tick) for tick in ticks[start : start + AT_ONCE]]
        others = Others()
        others.leave(*(id for id, _ in frozen))
        try:
            await others.done()
        except TimeoutError:
            crew.kill_frozen()
            raise
        before = [await _written(id) for id, _ in frozen]
        for _, end in frozen:
            assert end.status == 0 or await crew.thaw(end) in (0, 70), "it goes on, or has lost its connection"
        assert [await _written(id) for id, _ in frozen] == before, "the late worker's write is refused"
        pictures += [id for id, _ in frozen]
    for id in pictures:
        await settled_once(id)
        assert bought(vendor_folder, await attempts_of(id)) <= 2
    spent = (len(pictures) + 1) * PRICES[engine]
    assert await seller.credits() == (1000 - spent - PRICES["instant"], PRICES["instant"])


async def _freeze(crew: Workers, seller: Seller, engine: str, tick: int) -> tuple[UUID, End]:
    id = await shot(seller, engine)
    return id, await crew.run(id, engine, tick, "STOP")


async def _written(id: UUID) -> tuple[object, ...]:
    row = await look(id)
    return row.state, row.key, row.lease_token, row.finished_at, row.crc32
