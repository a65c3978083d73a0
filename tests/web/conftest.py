"""Browsers, and a mailbox that mails really arrive in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from email.message import Message
from typing import TYPE_CHECKING

import pytest

from tests.up import free_port
from tests.web.browser import Browser

if TYPE_CHECKING:
    from httpx import AsyncClient


@pytest.fixture
async def browser(client: AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
async def another(client: AsyncClient) -> AsyncGenerator[Browser]:
    """Somebody else's browser, with cookies of its own."""
    from httpx import AsyncClient

    async with AsyncClient(transport=client._transport, base_url=client.base_url) as other:  # pyright: ignore
        yield Browser(other)


@pytest.fixture
def mailbox(database: None, monkeypatch: pytest.MonkeyPatch) -> Generator[list[Message]]:
    """What came to a mail server of the test's own."""
    from email import message_from_bytes

    from aiosmtpd.controller import Controller

    from packshot.settings import settings

    came: list[Message] = []

    class Handler:
        async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
            came.append(message_from_bytes(envelope.content))  # pyright: ignore
            return "250 OK"

    port = free_port()
    server = Controller(Handler(), hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setenv("PACKSHOT_SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    yield came
    server.stop()
    settings.cache_clear()
