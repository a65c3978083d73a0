"""A browser without a screen: cookies, the page's token, and what a page says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient, Response

from tests.accounts.conftest import PASSWORD

HTML = {"Accept": "text/html"}
HTMX = {"HX-Request": "true", "Accept": "*/*"}


@dataclass
class Browser:
    """Somebody's browser; `token` is what its pages send along."""

    client: AsyncClient
    token: str = ""

    @classmethod
    def beside(cls, client: AsyncClient) -> Browser:
        """A browser of its own that reaches the same application."""
        return cls(AsyncClient(transport=client._transport, base_url=client.base_url))

    async def login(self, email: str) -> Browser:
        page = await self.get("/login")
        answer = await self.post("/login", token=_token(page), email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        self.token = _token(await self.get("/styles"))
        return self

    async def get(self, path: str, **headers: str) -> Response:
        return await self.client.get(path, headers=HTML | headers)

    async def post(self, path: str, *, token: str | None = None, htmx: bool = False, **fields: Any) -> Response:
        """A form as a page sends it; with `htmx` as htmx does."""
        known = self.token if token is None else token
        if htmx:
            return await self.client.post(path, data=fields, headers=HTMX | {"X-CSRF-Token": known})
        return await self.client.post(path, data={"csrf": known, **fields}, headers=HTML)


def _token(page: Response) -> str:
    found = re.search(r'name="csrf-token" content="([^"]*)"', page.text)
    assert found, page.text[:500]
    return found[1]


def field(page: Response, name: str) -> str:
    """The value of the first field `name` of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found[1]
