"""Sellers with models, a face model that is tiny, and the work of the workers done on the spot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from packshot.talents import tasks

from ..accounts.conftest import error, sign_up
from ..catalog.conftest import Open, Seller, open_shop
from ..locks import tiny
from ..locks.conftest import tiny_detector, tiny_embedder

__all__ = ["Open", "Seller", "error", "open_shop", "sign_up", "tiny_detector", "tiny_embedder"]

ADA, BOB = 1, 7  # seeds of two faces that the tiny model tells apart
RELEASE = {
    "person": "Ada Lovelace",
    "text_version": "2026-11",
    "purposes": ["catalogue"],
    "channels": ["shop", "marketplaces"],
    "markets": ["DE", "fr", "UK"],
    "valid_from": "2026-01-01",
    "valid_until": "2099-12-31",
}
PAPER = ("release.pdf", b"%PDF-1.7 signed")


@pytest.fixture
def face_model(tiny_detector: Path, tiny_embedder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """The settings name the tiny models."""
    from packshot.settings import settings

    named = {
        "MODEL": "auraface",
        "MODEL_PATH": str(tiny_embedder),
        "MODEL_SHA256": tiny.digest(tiny_embedder),
        "DETECTOR_PATH": str(tiny_detector),
        "DETECTOR_SHA256": tiny.digest(tiny_detector),
    }
    for name, value in named.items():
        monkeypatch.setenv(f"PACKSHOT_FACE_{name}", value)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@dataclass
class Model:
    """A model of a seller's."""

    seller: Seller
    id: str

    @property
    def uuid(self) -> UUID:
        return UUID(self.id)

    async def read(self) -> Any:
        return await self.seller.ask("GET", f"/api/models/{self.id}")

    async def upload(self, *files: tuple[str, bytes]) -> list[Any]:
        """Photos, opened and compared."""
        sent = [("files", file) for file in files]
        taken = await self.seller.ask("POST", f"/api/models/{self.id}/photos", files=sent)
        await tasks.check.run(self.uuid)
        ids = [one["id"] for one in taken]
        return [photo for photo in (await self.read())["photos"] if photo["id"] in ids]

    async def sign(self, **changes: Any) -> Any:
        made = await self.seller.ask("POST", f"/api/models/{self.id}/release", RELEASE | changes)
        return await self.seller.ask("POST", f"/api/models/releases/{made['id']}/evidence", files={"file": PAPER})


async def add(seller: Seller, *, synthetic: bool = True, name: str = "Ada") -> Model:
    made = await seller.ask("POST", "/api/models", {"name": name, "synthetic": synthetic})
    return Model(seller, made["id"])


def portrait(seed: int = ADA, column: int = 5) -> bytes:
    """A picture of one face."""
    return png(tiny.scene((tiny.person(seed), *tiny.at(column, 5))))


def png(pixels: tiny.Picture) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
