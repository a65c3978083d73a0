"""Sellers with a product, small photos of it, and the work of the workers done on the spot."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from PIL import Image
from sqlalchemy import select

from packshot.catalog import tasks
from packshot.catalog.models import Cutout
from packshot.db import transaction

from ..accounts.conftest import SignUp, bearer, error, sign_up

__all__ = ["error", "sign_up"]


@dataclass
class Seller:
    """Somebody with a project and a product in it."""

    client: AsyncClient
    token: str
    account_id: UUID
    user_id: UUID
    project: str = ""
    product: str = ""

    async def send(self, method: str, path: str, json: object = None, **more: Any) -> Response:
        return await self.client.request(method, path, json=json, headers=bearer(self.token), **more)

    async def ask(self, method: str, path: str, json: object = None, **more: Any) -> Any:
        """The JSON of an answer that has to be a success."""
        answer = await self.send(method, path, json, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def upload(self, *files: tuple[str, bytes]) -> list[Any]:
        """Photos of the product, not opened yet."""
        sent = [("files", file) for file in files]
        return await self.ask("POST", f"/api/products/{self.product}/photos", files=sent)

    async def photo(self, data: bytes, name: str = "mug.jpg") -> Any:
        """A photo of the product, opened and cut out."""
        (uploaded,) = await self.upload((name, data))
        await cut_everything()
        return await self.ask("GET", f"/api/photos/{uploaded['id']}")

    async def approved(self, data: bytes) -> Any:
        photo = await self.photo(data)
        await self.ask("POST", f"/api/cutouts/{photo['cutout']['id']}/approve")
        return await self.ask("GET", f"/api/photos/{photo['id']}")


Open = Callable[..., Awaitable[Seller]]


@pytest.fixture
def open_shop(client: AsyncClient, sign_up: SignUp) -> Open:
    """Registers somebody with a project and a product."""

    async def opened(email: str = "ada@example.com") -> Seller:
        person = await sign_up(email)
        seller = Seller(client, person.access, person.account_id, person.user_id)
        name = email.partition("@")[0]
        seller.project = (await seller.ask("POST", "/api/projects", {"name": f"{name}'s shop"}))["id"]
        given = {"name": f"{name}'s mug"}
        seller.product = (await seller.ask("POST", f"/api/projects/{seller.project}/products", given))["id"]
        return seller

    return opened


@pytest.fixture
async def seller(open_shop: Open) -> Seller:
    return await open_shop()


@pytest.fixture(scope="session")
def small(root: Path) -> Callable[[str], bytes]:
    """A sample photo in a size that is quickly cut: 320 pixels on its longest side."""

    def shrunk(name: str) -> bytes:
        with Image.open(root / "samples" / "photos" / f"{name}.jpg") as image:
            image.thumbnail((320, 320))
            return encoded(image, "JPEG", quality=95)

    return shrunk


@pytest.fixture(scope="session")
def mug(small: Callable[[str], bytes]) -> bytes:
    return small("mug")


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


async def pending() -> list[UUID]:
    async with transaction(system=True) as session:
        return list(await session.scalars(select(Cutout.id).where(Cutout.state == "pending").order_by(Cutout.id)))


async def cut_everything() -> None:
    """What a worker does with all that is pending."""
    await tasks.cut(*await pending())


def path_of(url: str) -> str:
    """A link as this process's client takes it."""
    return urlsplit(url).path
