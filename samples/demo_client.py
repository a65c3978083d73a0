"""A seller's program: plain HTTP to a running Packshot, and a Packshot to talk to for as long as it takes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from packshot.embedded.process import die_with_parent

READY_S = 60.0
STOP_S = 40.0
SERVERS = (
    "DATABASE_URL",
    "PACKSHOT_DATABASE_URL",
    "REDIS_URL",
    "PACKSHOT_REDIS_URL",
    "REDIS_HOST",
    "PACKSHOT_BASE_URL",
)
"""Not for the demo, which has its own, whatever Packshot this machine runs besides."""

Json = dict[str, Any]


class SurpriseError(Exception):
    """Packshot did not do what it should have done."""


class Client:
    """The calls that a seller's program makes. Whatever is not answered with success is a SurpriseError."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=60)

    def close(self) -> None:
        """Ends its connections."""
        self._http.close()

    def register(self, email: str, password: str) -> None:
        """Registers, and works with an API key from then on: unlike a login it lasts."""
        token = self.post("/api/auth/register", {"email": email, "password": password})["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._http.headers["Authorization"] = f"Bearer {self.post('/api/keys', {'name': 'demo'})['key']}"

    def log_in(self, email: str, password: str) -> None:
        """Logs in, for a quarter of an hour."""
        token = self.post("/api/auth/login", {"email": email, "password": password})["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str | int) -> Any:
        return self._answer(self._http.get(path, params=query)).json()

    def post(self, path: str, body: Json | None = None, **headers: str) -> Any:
        return self._answer(self._http.post(path, json=body, headers=headers)).json()

    def upload(self, product_id: str, photo: Path) -> Json:
        """Sends a photo in a form, as a page does."""
        with photo.open("rb") as file:
            answer = self._http.post(f"/api/products/{product_id}/photos", files={"files": (photo.name, file)})
        return self._answer(answer).json()[0]

    def upload_through_link(self, product_id: str, photo: Path) -> Json:
        """Sends a photo through a signed link, as a program with many of them does."""
        announced = self.post(f"/api/products/{product_id}/uploads", {"name": photo.name})
        self._answer(httpx.put(announced["upload_url"], content=photo.read_bytes(), timeout=60))
        return self.post(f"/api/photos/{announced['photo']['id']}/received")

    def fetch(self, url: str) -> bytes:
        """What a signed link leads to; the link is all that it takes."""
        return self._answer(httpx.get(url, timeout=60)).content

    def events(self, path: str) -> Generator[tuple[str, Any]]:
        """Server-sent events, each a name and JSON, until the server ends them."""
        with self._http.stream("GET", path) as answer:
            if answer.is_error:
                answer.read()
            name = ""
            for line in self._answer(answer).iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)

    def entries(self) -> list[Json]:
        """Every move of the account's credits, newest first."""
        entries: list[Json] = []
        while page := self.get(
            "/api/credits/entries", limit=200, **({"before": entries[-1]["seq"]} if entries else {})
        ):
            entries += page
        return entries

    @staticmethod
    def _answer(answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        try:
            error = answer.json()["error"]
            words = f"{error['message']} {error['remedy']}"
        except (ValueError, KeyError):
            words = answer.text[:200]
        raise SurpriseError(
            f"{answer.request.method} {answer.request.url.path} was answered {answer.status_code}: {words}"
        )


@contextmanager
def packshot(log: Path, settings: Mapping[str, str]) -> Generator[tuple[str, dict[str, str]]]:
    """`packshot up` on a state of its own while the block runs; its address, and the environment that leads to it.

    What it says goes into `log`. Nothing of it is left afterwards, however the block ends.
    """
    with tempfile.TemporaryDirectory(prefix="packshot-demo-") as state, log.open("wb") as output:
        Path(state).chmod(0o755)  # where root runs it, its servers are another user's
        port = _free_port()
        ours = {name: value for name, value in os.environ.items() if name not in SERVERS}
        environment = {**ours, **settings, "PACKSHOT_STATE_DIR": state, "PACKSHOT_CACHE_DIR": f"{state}/cache"}
        process = subprocess.Popen(
            [sys.executable, "-m", "packshot", "up", "--port", str(port)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop it
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        try:
            base_url = f"http://127.0.0.1:{port}"
            _await_ready(process, base_url, log)
            yield base_url, environment
        finally:
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        if code:
            raise SurpriseError(f"Packshot stopped with {code}: {_last_words(log)}")


def _await_ready(process: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SurpriseError(f"Packshot did not start: {_last_words(log)}")
        try:
            if httpx.get(f"{base_url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SurpriseError(f"Packshot was not ready within {READY_S:.0f} s: {_last_words(log)}")


def _last_words(log: Path) -> str:
    return f"{(log.read_text(encoding='utf-8').splitlines() or ['it said nothing'])[-1]} (all of it is in {log})"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
