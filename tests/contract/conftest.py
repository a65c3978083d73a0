"""The engines that talk to the simulators."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from packshot.engines import engine
from packshot.engines.base import Engine
from packshot.engines.http import hang_up
from packshot.settings import Settings
from tests.simulated import Simulators

Make = Callable[..., Engine]


@pytest.fixture
async def make(simulators: Simulators, tmp_path: Path, anyio_backend: str) -> AsyncGenerator[Make]:
    """Makes engines that talk to the simulators; its keywords are settings of theirs."""

    def of(id: str, callback: Callable[[str], str] | None = None, **own: str) -> Engine:
        settings = {f"PACKSHOT_{id.upper()}_{name}": value for name, value in own.items()}
        return engine(id, Settings(cache_dir=tmp_path), simulators.environment | settings, callback=callback)

    yield of
    await hang_up()
