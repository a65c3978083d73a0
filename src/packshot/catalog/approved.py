"""The one way from the catalog into a shoot: photos whose cutout somebody has approved, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from asyncpg import Record
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import why_not
from packshot.catalog.models import Cutout, PhotoState
from packshot.db import Direct, within
from packshot.errors import BadInputError, NotFoundError, RefusedError

View = Literal["standing", "above"]
VIEWS: tuple[View, ...] = ("standing", "above")

# Photos, each with its product and the cutout that is shown of it: the approved one, else the newest.
_PHOTOS = """
select
  photo.id, photo.product_id, product.project_id, photo.name, photo.state, photo.words, photo.remedy,
  photo.master_key, photo.view, cutout.id as cutout_id, cutout.state as cutout_state, cutout.verdict,
  case when cutout.approved_at is null then cutout.reasons end as reasons, cutout.alpha_key,
  cutout.view as cutout_view, cutout.approved_at
from photo
join product on product.id = photo.product_id
left join lateral (
  select * from cutout where cutout.photo_id = photo.id order by cutout.approved_at is null, cutout.id desc limit 1
) as cutout on true
"""
_OF_IDS = f"{_PHOTOS} where photo.id = any($1) and photo.hidden_at is null"
_OF_PRODUCT = f"{_PHOTOS} where photo.product_id = $1 and photo.hidden_at is null order by photo.id"


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


async def approved(
    session: AsyncSession | Direct, photo_ids: Sequence[UUID] | None, product_id: UUID | None
) -> list[Approved]:
    """The photos `photo_ids` in their order with their approved cutouts; without ids all approved photos of a product.

    A NotFoundError names the ids that do not exist (with `product_id`: in that product). A CutoutNotApprovedError says
    of every photo that has no approved cutout why and what to do; of a product it is raised only if it has none at all.
    """
    direct = await within(session)
    if photo_ids:
        wanted = list(dict.fromkeys(photo_ids))
        found = {photo["id"]: photo for photo in await direct.fetch(_OF_IDS, wanted)}
        missing = [id for id in wanted if id not in found or product_id not in (None, found[id]["product_id"])]
        if missing:
            raise NotFoundError(f"There is no photo {', '.join(map(str, missing))}.", remedy="GET …/photos lists them.")
        photos = [found[id] for id in wanted]
    elif product_id:
        if not await direct.row("select 1 from product where id = $1 and hidden_at is null", product_id):
            raise NotFoundError(f"There is no product {product_id}.", remedy="GET /api/projects lists your projects.")
        photos = await direct.fetch(_OF_PRODUCT, product_id)
        if not photos:
            raise NoPhotosError("This product has no photos.", remedy="Upload one and approve its cutout.")
    else:
        raise BadInputError("A shoot needs photos.", remedy="Name photos, or a product with approved ones.")
    ready = [_approved(photo) for photo in photos if photo["approved_at"]]
    if len(ready) < len(photos) if photo_ids else not ready:
        raise CutoutNotApprovedError([_problem(photo) for photo in photos if not photo["approved_at"]])
    return ready


def _approved(photo: Record) -> Approved:
    view = photo["view"] or photo["cutout_view"]
    return Approved(
        photo_id=photo["id"],
        cutout_id=photo["cutout_id"],
        product_id=photo["product_id"],
        project_id=photo["project_id"],
        name=photo["name"],
        master_key=photo["master_key"],
        alpha_key=photo["alpha_key"],
        view=view if view in VIEWS else None,
    )


def _problem(photo: Record) -> dict[str, Any]:
    words, remedy = _why(photo)
    cutout_id = str(photo["cutout_id"]) if photo["cutout_id"] else None
    return {
        "photo_id": str(photo["id"]),
        "cutout_id": cutout_id,
        "name": photo["name"],
        "words": words,
        "remedy": remedy,
    }


def _why(photo: Record) -> tuple[str, str]:
    if photo["state"] == PhotoState.AWAITED:
        return "Its file has not been uploaded.", "Upload it, or delete the photo."
    if photo["state"] == PhotoState.REFUSED:
        return photo["words"], photo["remedy"]
    if photo["cutout_id"] is None:
        return "It has no cutout.", f"POST /api/photos/{photo['id']}/cutouts."
    cutout = Cutout(state=photo["cutout_state"], verdict=photo["verdict"], reasons=photo["reasons"])
    return why_not(cutout) or (
        "Nobody has approved its cutout.",
        f"Look at it, then POST /api/cutouts/{photo['cutout_id']}/approve.",
    )
