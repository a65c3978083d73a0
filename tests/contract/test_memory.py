"""Whatever a vendor sends, memory stays bounded."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from packshot.engines.base import Failed, Pending
from tests.contract.conftest import Make
from tests.contract.plays import play, request_to

pytestmark = pytest.mark.anyio

MOST_MB = 100
CLEAR = Path("/proc/self/clear_refs")


def peak_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("fault", ["endless", "gzip-bomb"])
@pytest.mark.parametrize("id", ["openai", "bedrock", "replicate", "runway"])
async def test_memory_is_bounded(id: str, fault: str, make: Make) -> None:
    engine = make(id, DEADLINE_S="20")
    await play(engine, request_to(engine, "a mug"))  # imports, clients, first pictures
    CLEAR.write_text("5")  # forget the highest so far
    before = peak_mb()
    outcome, _ = await play(engine, request_to(engine, f"a mug fault:{fault}"))
    assert isinstance(outcome, Failed | Pending) and not isinstance(outcome, Pending), outcome
    assert peak_mb() - before < MOST_MB
