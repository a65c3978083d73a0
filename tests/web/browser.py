"""A browser without a screen: it keeps cookies, sends what browsers send, and fills in forms."""

from __future__ import annotations

import re
from html import unescape

from httpx import AsyncClient, Response

PASSWORD = "correct horse battery"
PAGE = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true"}
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


class Browser:
    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.token = ""

    async def get(self, path: str, **headers: str) -> Response:
        answer = await self.client.get(path, headers=PAGE | headers)
        if found := _TOKEN.search(answer.text):
            self.token = unescape(found[1])
        return answer

    async def post(self, path: str, data: dict[str, str | list[str]] | None = None, **headers: str) -> Response:
        """Sends a form from a page of ours: one is opened first if none was."""
        if not self.token:
            await self.get("/login")
        return await self.client.post(path, data={"csrf": self.token, **(data or {})}, headers=PAGE | headers)

    async def register(self, email: str = "ada@example.com", next: str = "") -> Response:
        return await self.post("/register", {"email": email, "password": PASSWORD, "next": next})


def words(answer: Response) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(_TAG.sub(" ", answer.text)).split())
