"""The simulators in a process of their own, one for all tests of a test process."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass

import httpx
import pytest


@dataclass(frozen=True)
class Simulators:
    url: str
    environment: dict[str, str]

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
