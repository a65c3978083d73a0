"""People who use the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient, Response

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody who is registered and logged in."""

    client: AsyncClient
    email: str
    access: str
    refresh: str
    user_id: UUID
    account_id: UUID

    async def get(self, path: str) -> Response:
        return await self.client.get(path, headers=bearer(self.access))

    async def post(self, path: str, json: object) -> Response:
        return await self.client.post(path, json=json, headers=bearer(self.access))

    async def delete(self, path: str) -> Response:
        return await self.client.delete(path, headers=bearer(self.access))


SignUp = Callable[..., Awaitable[Person]]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def error(response: Response) -> dict[str, Any]:
    """The error of an answer; there is a code, and words for people."""
    body = response.json()["error"]
    assert body["code"]
    assert body["message"].endswith(".")
    assert body["remedy"]
    return body


@pytest.fixture
def sign_up(client: AsyncClient) -> SignUp:
    """Registers somebody."""

    async def signed_up(email: str = "ada@example.com", password: str = PASSWORD) -> Person:
        answer = await client.post("/api/auth/register", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return Person(
            client,
            body["user"]["email"],
            body["access_token"],
            body["refresh_token"],
            UUID(body["user"]["id"]),
            UUID(body["account"]["id"]),
        )

    return signed_up
