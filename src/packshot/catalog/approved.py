"""The one way from the catalog into a shoot: photos whose cutout somebody has approved, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import shown_cutouts, why_not
from packshot.catalog.models import Cutout, Photo, PhotoState, Product
from packshot.catalog.projects import product
from packshot.errors import BadInputError, NotFoundError, RefusedError

View = Literal["standing", "above"]
VIEWS: tuple[View, ...] = ("standing", "above")


@dataclass(frozen=True)
class Approved:
    """A photo that may be shot. `view` is a person's word on how it was photographed, else what its cutout shows;

    None where neither can tell. `alpha_key` holds the product's outline: a 16-bit grey PNG of the master's size.
    """

    photo_id: UUID
    cutout_id: UUID
    product_id: UUID
    project_id: UUID
    name: str
    master_key: str
    alpha_key: str
    view: View | None


class CutoutNotApprovedError(RefusedError):
    """Photos without an approved cutout; `photos` in its facts says of each why and what to do."""

    def __init__(self, problems: Sequence[dict[str, Any]]) -> None:
        whose = "This photo has" if len(problems) == 1 else f"{len(problems)} photos have"
        words = " ".join(f"{problem['name']}: {problem['words']}" for problem in problems)
        remedies = dict.fromkeys(str(problem["remedy"]) for problem in problems if problem["remedy"])
        super().__init__(f"{whose} no approved cutout. {words}", remedy=" ".join(remedies), photos=list(problems))


class NoPhotosError(RefusedError):
    """A product without a photo."""


async def approved(session: AsyncSession, photo_ids: Sequence[UUID] | None, product_id: UUID | None) -> list[Approved]:
    """The photos `photo_ids` in their order with their approved cutouts; without ids all approved photos of a product.

    A NotFoundError names the ids that do not exist (with `product_id`: in that product). A CutoutNotApprovedError says
    of every photo that has no approved cutout why and what to do; of a product it is raised only if it has none at all.
    """
    if photo_ids:
        wanted = list(dict.fromkeys(photo_ids))
        found = {photo.id: (photo, product) for photo, product in await _photos(session, Photo.id.in_(wanted))}
        missing = [id for id in wanted if id not in found or product_id not in (None, found[id][1].id)]
        if missing:
            raise NotFoundError(f"There is no photo {', '.join(map(str, missing))}.", remedy="GET …/photos lists them.")
        photos = [found[id] for id in wanted]
    elif product_id:
        await product(session, product_id)
        photos = await _photos(session, Photo.product_id == product_id)
        if not photos:
            raise NoPhotosError("This product has no photos.", remedy="Upload one and approve its cutout.")
    else:
        raise BadInputError("A shoot needs photos.", remedy="Name photos, or a product with approved ones.")
    shown = await shown_cutouts(session, [photo.id for photo, _ in photos])
    ready = [_approved(photo, product, shown[photo.id][0]) for photo, product in photos if _is_ready(shown, photo)]
    if len(ready) < len(photos) if photo_ids else not ready:
        raise CutoutNotApprovedError(
            [_problem(photo, shown.get(photo.id)) for photo, _ in photos if not _is_ready(shown, photo)]
        )
    return ready


def _is_ready(shown: dict[UUID, list[Cutout]], photo: Photo) -> bool:
    return photo.id in shown and shown[photo.id][0].approved_at is not None


async def _photos(session: AsyncSession, which: Any) -> list[tuple[Photo, Product]]:
    rows = select(Photo, Product).join(Product, Product.id == Photo.product_id).where(which, Photo.hidden_at.is_(None))
    return [(photo, product) for photo, product in await session.execute(rows.order_by(Photo.id))]


def _approved(photo: Photo, product: Product, cutout: Cutout) -> Approved:
    assert photo.master_key and cutout.alpha_key
    view = photo.view or cutout.view
    return Approved(
        photo_id=photo.id,
        cutout_id=cutout.id,
        product_id=product.id,
        project_id=product.project_id,
        name=photo.name,
        master_key=photo.master_key,
        alpha_key=cutout.alpha_key,
        view=view if view in VIEWS else None,
    )


def _problem(photo: Photo, cutouts: Sequence[Cutout] | None) -> dict[str, Any]:
    cutout = cutouts[0] if cutouts else None
    words, remedy = _why(photo, cutout)
    cutout_id = str(cutout.id) if cutout else None
    return {"photo_id": str(photo.id), "cutout_id": cutout_id, "name": photo.name, "words": words, "remedy": remedy}


def _why(photo: Photo, cutout: Cutout | None) -> tuple[str, str]:
    if photo.state == PhotoState.AWAITED:
        return "Its file has not been uploaded.", "Upload it, or delete the photo."
    if photo.state == PhotoState.REFUSED:
        return photo.words, photo.remedy
    if cutout is None:
        return "It has no cutout.", f"POST /api/photos/{photo.id}/cutouts."
    return why_not(cutout) or (
        "Nobody has approved its cutout.",
        f"Look at it, then POST /api/cutouts/{cutout.id}/approve.",
    )
