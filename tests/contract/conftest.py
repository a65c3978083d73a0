"""The simulators in a process of their own, and the engines that talk to them."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from packshot.engines import engine
from packshot.engines.base import Engine
from packshot.engines.http import hang_up
from packshot.settings import Settings

Make = Callable[..., Engine]


@dataclass(frozen=True)
class Simulators:
    url: str
    environment: Mapping[str, str]

    def billed(self, vendor: str) -> int:
        told = httpx.get(f"{self.url}/{vendor}/_simulator/billed", timeout=60).json()
        assert told["vendor"] == vendor
        return int(told["billed"])


@pytest.fixture(scope="session")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Generator[Simulators]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "packshot", "simulators", "--port", str(port)]
    told = tmp_path_factory.mktemp("simulators") / "environment"  # what it prints is what people give to their shells
    own = os.environ | {"PACKSHOT_CACHE_DIR": str(told.parent)}
    with told.open("w") as written:
        process = subprocess.Popen(command, env=own, stdout=written, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(url)
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < until, "the simulators do not start"
                time.sleep(0.1)
        lines = (line.removeprefix("export ") for line in shlex.split(told.read_text(), posix=True) if line != "export")
        yield Simulators(url, {name: value for name, _, value in (line.partition("=") for line in lines)})
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
