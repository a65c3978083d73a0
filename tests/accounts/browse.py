"""A browser without a screen: keeps cookies, follows nothing, and sends the token of the page that it is on."""

from __future__ import annotations

import re
from typing import Any

from httpx import AsyncClient, Response

from .conftest import PASSWORD

HTML = {"Accept": "text/html"}
HTMX = {"Accept": "*/*", "HX-Request": "true"}
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


class Browser:
    """`client` is its own: nobody else's cookies are in it."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self._token = ""

    @classmethod
    def beside(cls, client: AsyncClient) -> Browser:
        """Another browser on the application that `client` talks to."""
        transport = client._transport  # pyright: ignore[reportPrivateUsage]
        return cls(AsyncClient(transport=transport, base_url=client.base_url))

    async def log_in(self, email: str, password: str = PASSWORD) -> Browser:
        await self.get("/login")
        answer = await self.post("/login", {"email": email, "password": password})
        assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard"), answer.text
        await self.get("/styles")
        return self

    async def get(self, path: str, **params: Any) -> Response:
        answer = await self.client.get(path, params=params or None, headers=HTML)
        if found := _TOKEN.search(answer.text):
            self._token = found[1]
        return answer

    async def htmx(self, path: str, target: str = "", **params: Any) -> Response:
        """A part of a page."""
        return await self.client.get(
            path, params=params or None, headers=HTMX | ({"HX-Target": target} if target else {})
        )

    async def post(
        self, path: str, data: dict[str, Any] | None = None, *, token: bool = True, headers: dict[str, str] = HTML
    ) -> Response:
        """A form."""
        return await self.client.post(
            path, data=({"csrf": self._token} if token else {}) | (data or {}), headers=headers
        )

    async def click(self, path: str, data: dict[str, Any] | None = None) -> Response:
        """A form that htmx sends."""
        return await self.client.post(path, data=data or {}, headers=HTMX | {"X-CSRF-Token": self._token})

    async def upload(self, path: str, name: str, data: bytes, *, token: bool = True, htmx: bool = False) -> Response:
        """A file, as a script sends it."""
        headers = (HTMX if htmx else {"Accept": "application/json"}) | ({"X-CSRF-Token": self._token} if token else {})
        return await self.client.post(path, files={"file": (name, data)}, headers=headers)
