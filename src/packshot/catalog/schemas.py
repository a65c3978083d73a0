"""The catalog's JSON: what it is given and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.approved import View
from packshot.catalog.cutouts import Rectangle, shown_cutouts
from packshot.catalog.models import Cutout, CutoutSource, CutoutState, Photo, PhotoState
from packshot.storage import storage

LINK_S = 600.0
_PRINTABLE = r"^\P{Cc}*$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PRINTABLE)]
Sku = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_PRINTABLE)]
Pixels = Annotated[int, Field(ge=0, le=1_000_000)]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ProjectIn(BaseModel):
    name: Name


class ProductIn(BaseModel):
    """`sku` is the seller's own number for it."""

    name: Name
    sku: Sku = ""


class UploadIn(BaseModel):
    """`view` says how the photo was made; without it Packshot looks."""

    name: Name
    view: View | None = None


class ViewIn(BaseModel):
    """How the photo was made: the product standing, or from above; null to let Packshot look."""

    view: View | None


class Box(BaseModel):
    """Pixels of the photo; x and y are the upper left corner."""

    x: Pixels
    y: Pixels
    width: Annotated[int, Field(ge=8, le=1_000_000)]
    height: Annotated[int, Field(ge=8, le=1_000_000)]

    @property
    def rectangle(self) -> Rectangle:
        return self.x, self.y, self.width, self.height


class CutoutIn(BaseModel):
    """A box drawn tightly around the product; without one Packshot searches again."""

    box: Box | None = None


class RegionIn(BaseModel):
    """A part of the product that has to stay exactly as it is; pixels of the photo."""

    kind: Literal["logo", "text", "other"]
    x: Pixels
    y: Pixels
    width: Annotated[int, Field(ge=1, le=1_000_000)]
    height: Annotated[int, Field(ge=1, le=1_000_000)]

    @property
    def rectangle(self) -> Rectangle:
        return self.x, self.y, self.width, self.height


class ProjectOut(Out):
    id: UUID
    name: str
    created_at: datetime
    updated_at: datetime


class ProductOut(Out):
    id: UUID
    project_id: UUID
    name: str
    sku: str
    created_at: datetime
    updated_at: datetime


class ReasonOut(BaseModel):
    """Why a cutout is less than certain: `penalty` 0 to 1, words and what to do for people."""

    code: str
    penalty: float
    words: str
    remedy: str


class CutoutOut(BaseModel):
    """One try at finding the product. `preview_url` shows it on transparency, for ten minutes."""

    id: UUID
    photo_id: UUID
    source: CutoutSource
    box: Box | None
    state: CutoutState
    verdict: Literal["accept", "ask", "refuse"] | None
    confidence: float | None
    reasons: list[ReasonOut]
    view: Literal["standing", "above", "unknown"] | None
    elevation: float | None
    preview_url: str | None
    created_at: datetime
    approved_at: datetime | None
    rejected_at: datetime | None

    @classmethod
    def of(cls, cutout: Cutout) -> Self:
        x0, y0, x1, y1 = cutout.box or (0, 0, 0, 0)
        fields = {name: getattr(cutout, name) for name in cls.model_fields if name not in ("box", "preview_url")}
        box = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0} if cutout.box else None
        return cls.model_validate({**fields, "box": box, "preview_url": _link(cutout.preview_key)})


class PhotoOut(BaseModel):
    """A photo and its cutouts: the newest, and the approved one if there is one.

    `words` and `remedy` say why a refused photo cannot be used. `url` is its lossless master, for ten minutes.
    """

    id: UUID
    product_id: UUID
    name: str
    state: PhotoState
    width: int | None
    height: int | None
    depth: int | None
    view: View | None
    words: str
    remedy: str
    url: str | None
    created_at: datetime
    cutout: CutoutOut | None
    approved: CutoutOut | None

    @classmethod
    def of(cls, photo: Photo, cutouts: Sequence[Cutout]) -> Self:
        """`cutouts`: the approved one and the newest other, as far as there are any."""
        fields = {name: getattr(photo, name) for name in cls.model_fields if name not in ("url", "cutout", "approved")}
        newest = max(cutouts, key=lambda cutout: cutout.id, default=None)
        approved = next((cutout for cutout in cutouts if cutout.approved_at), None)
        links = {"url": _link(photo.master_key)}
        shown = {
            "cutout": CutoutOut.of(newest) if newest else None,
            "approved": CutoutOut.of(approved) if approved else None,
        }
        return cls.model_validate(fields | links | shown)


class UploadOut(BaseModel):
    """PUT the file to `upload_url` within the hour, then POST /api/photos/{id}/received."""

    photo: PhotoOut
    upload_url: str


class RegionOut(Out):
    id: UUID
    photo_id: UUID
    kind: Literal["logo", "text", "other"]
    x: int
    y: int
    width: int
    height: int
    created_at: datetime


async def photos_out(session: AsyncSession, photos: Sequence[Photo]) -> list[PhotoOut]:
    """`photos` with their cutouts, in their order."""
    shown = await shown_cutouts(session, [photo.id for photo in photos])
    return [PhotoOut.of(photo, shown.get(photo.id, ())) for photo in photos]


async def photo_out(session: AsyncSession, photo: Photo) -> PhotoOut:
    """`photo` with its cutouts."""
    return (await photos_out(session, [photo]))[0]


def _link(key: str | None) -> str | None:
    return storage().url(key, LINK_S) if key else None
