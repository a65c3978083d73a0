"""The simulators in a process of their own, and the engines that talk to them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from packshot.engines import engine
from packshot.engines.base import Engine
from packshot.engines.http import hang_up
from packshot.settings import Settings
from packshot.simulators.app import settings as settings_for

Make = Callable[..., Engine]


@dataclass(frozen=True)
class Simulators:
    url: str
    contract: Path

    def billed(self, vendor: str) -> int:
        told = httpx.get(f"{self.url}/{vendor}/_simulator/billed", timeout=60).json()
        assert told["vendor"] == vendor
        return int(told["billed"])

    @property
    def environment(self) -> dict[str, str]:
        return settings_for(self.url) | {"PACKSHOT_HTTP_VIDEO_CONTRACT": str(self.contract)}


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Generator[Simulators]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "packshot", "simulators", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                contract = httpx.get(f"{url}/http_video/_simulator/contract").json()
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < until, "the simulators do not start"
                time.sleep(0.1)
        path = tmp_path_factory.mktemp("contract") / "http_video.json"
        path.write_text(json.dumps(contract))
        yield Simulators(url, path)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def make(simulators: Simulators, tmp_path: Path, anyio_backend: str) -> AsyncGenerator[Make]:
    """Makes engines that talk to the simulators; its keywords are settings of theirs."""

    def of(id: str, callback: Callable[[str], str] | None = None, **own: str) -> Engine:
        settings = {f"PACKSHOT_{id.upper()}_{name}": value for name, value in own.items()}
        return engine(id, Settings(cache_dir=tmp_path), simulators.environment | settings, callback=callback)

    yield of
    await hang_up()
