"""Sellers with credits and a photo that may be shot."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response

from packshot.catalog.models import Cutout, CutoutState, Photo, PhotoState, Product, Project
from packshot.credits import ledger
from packshot.credits.audit import audit
from packshot.credits.models import Bucket, Wallet
from packshot.db import new_id, transaction
from packshot.storage import storage
from tests.accounts.conftest import Person, SignUp, sign_up

__all__ = ["sign_up"]

OUTSIDE = Path(__file__).parents[1] / "outside"


@dataclass
class Seller:
    """Somebody with a photo that may be shot."""

    person: Person
    client: AsyncClient
    product_id: UUID
    photo_id: UUID

    @property
    def account_id(self) -> UUID:
        return self.person.account_id

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.person.access}"}

    async def shoot(self, *, key: str | None = None, **changes: Any) -> Response:
        """Asks for pictures; unless changed, one small one of the photo with the engine `instant`."""
        body = {"photo_ids": [str(self.photo_id)], "styles": ["plain"], "engine": "instant", "size": "64x64"} | changes
        body = {name: value for name, value in body.items() if value is not None}
        headers = self.headers | {"Idempotency-Key": key or uuid4().hex}
        return await self.client.post("/api/generate", json=body, headers=headers)

    async def wallet(self) -> Wallet:
        async with transaction(self.account_id) as session:
            return await ledger.balance(session, self.account_id)

    async def credits(self) -> tuple[int, int]:
        """What can be spent, and what is held."""
        wallet = await self.wallet()
        return wallet.available, wallet.held

    async def picture(self, generation_id: str) -> dict[str, Any]:
        return (await self.person.get(f"/api/generations/{generation_id}")).json()


OpenShop = Callable[..., Awaitable[Seller]]


@pytest.fixture(scope="session", autouse=True)
def vendor_folder(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """The books of the engines of tests, which are on the path of this process and of those that it starts."""
    folder = tmp_path_factory.mktemp("vendor")
    folder.chmod(0o777)
    os.environ["PACKSHOT_VENDOR_FOLDER"] = str(folder)
    sys.path.insert(0, str(OUTSIDE))
    from packshot.engines import registry

    registry.cache_clear()
    yield folder
    sys.path.remove(str(OUTSIDE))
    registry.cache_clear()


@pytest.fixture
def open_shop(client: AsyncClient, sign_up: SignUp, root: Path) -> OpenShop:
    """Registers a seller with so many credits and a product with one approved photo."""

    async def opened(email: str = "ada@example.com", credits: int = 1000) -> Seller:
        person = await sign_up(email)
        project, product, photo, cutout = (new_id() for _ in range(4))
        master, alpha = f"photos/{photo}.jpg", f"cutouts/{cutout}.png"
        await storage().put(master, root / "samples/photos/mug.jpg")
        await storage().put(alpha, root / "samples/alpha/mug.png")
        own = {"account_id": person.account_id}
        async with transaction(person.account_id) as session:
            spare = (await ledger.balance(session, person.account_id)).available
            if credits > spare:
                grant = credits - spare
                await ledger.grant(
                    session, person.account_id, grant, Bucket.PURCHASED, f"start:{person.account_id}", ""
                )
            session.add(Project(id=project, name="Autumn", **own))
            await session.flush()
            session.add(Product(id=product, project_id=project, name="Mug", **own))
            await session.flush()
            session.add(
                Photo(
                    id=photo,
                    product_id=product,
                    name="mug.jpg",
                    state=PhotoState.READY,
                    master_key=master,
                    width=1024,
                    height=1024,
                    depth=8,
                    **own,
                )
            )
            await session.flush()
            session.add(
                Cutout(
                    id=cutout,
                    photo_id=photo,
                    state=CutoutState.READY,
                    verdict="accept",
                    confidence=0.97,
                    view="standing",
                    alpha_key=alpha,
                    approved_at=datetime.now(UTC),
                    **own,
                )
            )
        return Seller(person, client, product, photo)

    return opened


@pytest.fixture
async def seller(open_shop: OpenShop) -> Seller:
    """A seller with 1,000 credits."""
    return await open_shop()


@pytest.fixture(autouse=True)
async def the_ledger_holds(database: None) -> Any:
    """After every test, every credit is explained."""
    yield
    async with transaction(system=True) as session:
        assert await audit(session) == []
