"""Workers that are killed and frozen, and what they work on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

import pytest

from packshot.settings import Settings
from packshot.settings import settings as current
from tests.faults.harness import LEASE_S, Workers, workers
from tests.shoots.conftest import open_shop, seller, sign_up, the_ledger_holds, vendor_folder

__all__ = ["open_shop", "seller", "sign_up", "the_ledger_holds", "vendor_folder"]


@pytest.fixture(scope="module")
def hasty(settings: Settings) -> Generator[None]:
    """Leases that lapse soon, pictures that cost something and any number of orders, here and in what tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PACKSHOT_LEASE_S", str(LEASE_S))
        patch.setenv("PACKSHOT_HEARTBEAT_S", str(LEASE_S / 4))
        patch.setenv("PACKSHOT_STUDIO_CREDITS", "3")
        patch.setenv("PACKSHOT_FREE_CREDITS", "0")
        patch.setenv("PACKSHOT_RATE_LIMIT", "1000000")  # every point at which a worker dies takes an order
        current.cache_clear()
        yield
    current.cache_clear()


@pytest.fixture(scope="module")
async def crew(hasty: None, anyio_backend: str, vendor_folder: object) -> AsyncGenerator[Workers]:
    async with workers() as started:
        yield started
