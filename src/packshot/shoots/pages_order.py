"""The page where a product is shot: photos, styles seen on this very product, and the price before the click."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from packshot import config
from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog import photos, projects
from packshot.catalog.approved import CutoutNotApprovedError, approved
from packshot.catalog.cutouts import shown_cutouts, why_not
from packshot.catalog.models import Cutout, Photo, PhotoState
from packshot.credits.errors import InsufficientCreditsError
from packshot.db import transaction
from packshot.errors import BadInputError, NotFoundError, PackshotError
from packshot.plates.way import WAYS
from packshot.shoots import chosen as choosing
from packshot.shoots.cast import cast, known_only
from packshot.shoots.chosen import FORMAT_NAMES, SIZES, Chosen
from packshot.shoots.darkroom import developed
from packshot.shoots.errors import IdempotencyKeyReusedError
from packshot.shoots.explained import ABOVE, explained
from packshot.shoots.files import file
from packshot.shoots.judging.limits import REVIEW_HOURS
from packshot.shoots.offers import Film, films, makers
from packshot.shoots.preview import preview_of
from packshot.shoots.submit import AcceptedOut, accept
from packshot.shoots.videos import USUAL_S, sizes_of
from packshot.storage.base import FileMissingError
from packshot.studio.framing import FRAMINGS
from packshot.styles.edit import refreshed
from packshot.styles.library import Style, engine_titles, library, of, styles
from packshot.styles.price import EMBEDDED, price
from packshot.vendors import ends
from packshot.web.render import go, render
from packshot.words.markets import markets
from packshot.words.poses import poses

router = APIRouter()

MOST_PHOTOS = 200
PREVIEW_S = 3600
Many = Annotated[list[str] | None, Form(max_length=MOST_PHOTOS)]
Short = Annotated[str, Form(max_length=100)]
Long = Annotated[str, Form(max_length=20_000)]


@router.get("/products/{product_id}/shoot")
async def order(
    request: Request,
    product_id: UUID,
    viewer: LoggedIn,
    session: PageSession,
    style: Annotated[list[str] | None, Query(max_length=100)] = None,
    photo: Annotated[list[str] | None, Query(max_length=MOST_PHOTOS)] = None,
    kind: Literal["", "image", "video"] = "",
) -> Response:
    """`style` and `photo` in the address choose these for a start, and the size that the style is usually made in.

    Where `kind` or the style says so, it is the order of a video.
    """
    await refreshed()
    await ends.refreshed()
    await projects.product(session, product_id)
    chosen = await choosing.kept(viewer.principal.account_id, product_id)
    if any(one.preset.kind == "video" for one in of(style or [])):
        kind = "video"
    if kind and kind != chosen.kind:
        photos = photo or chosen.photos
        chosen = Chosen(photos, style or [], size="", maker="", kind=kind) if kind == "video" else Chosen(photos)
    if chosen.kind == "video":
        chosen = replace(chosen, photos=photo or chosen.photos, styles=style or chosen.styles)
    elif style or photo:
        chosen = Chosen(photos=photo or chosen.photos, styles=style or chosen.styles)
        painted = [one for one in of(chosen.styles) if not one.embedded]
        if painted and (model := painted[0].model):
            maker, mode = f"{painted[0].engine} {model.id}", painted[0].preset.mode or ""
            chosen = replace(chosen, maker=maker, mode=mode)
        sizes = {one.preset.size for one in of(chosen.styles) if one.preset.size}
        if len(sizes) == 1:
            (size,) = sizes
            chosen = replace(chosen, **({"size": size} if size in SIZES else {"own_size": size}))
    return await _page(request, viewer, product_id, chosen, {})


@router.post("/products/{product_id}/shoot")
async def shoot(
    request: Request,
    product_id: UUID,
    viewer: LoggedIn,
    key: Annotated[str, Form(min_length=8, max_length=255)],
    photo_ids: Many = None,
    style: Many = None,
    size: Short = "",
    own_size: Short = "",
    framing: Short = "standard",
    format: Short = "webp",
    count: Short = "1",
    seed: Short = "",
    maker: Annotated[str, Form(max_length=200)] = EMBEDDED,
    mode: Short = "",
    words: Long = "",
    avoid: Long = "",
    talent: Short = "",
    pose: Annotated[list[str] | None, Form(max_length=20)] = None,
    strict: Short = "",
    market: Short = "",
    kind: Short = "image",
    seconds: Short = "",
) -> Response:
    account_id = viewer.principal.account_id
    chosen = Chosen(
        photos=photo_ids or [],
        styles=style or [],
        size=size,
        own_size=own_size,
        framing=framing,
        format=format,
        count=count,
        seed=seed,
        maker=maker,
        mode=mode,
        words=words,
        avoid=avoid,
        talent=talent,
        poses=pose or [],
        strict=bool(strict),
        market=market,
        kind=kind,
        seconds=seconds,
    )
    brief = chosen.brief(product_id)
    if isinstance(brief, dict):
        brief = {{"engine": "maker", "model": "maker"}.get(name, name): said for name, said in brief.items()}
        return await _page(request, viewer, product_id, chosen, brief)
    try:
        answer = await accept(account_id, viewer.principal.user_id, brief, key)
    except InsufficientCreditsError as short:
        await choosing.keep(account_id, product_id, chosen)
        back = {"missing": short.needed - short.available, "back": f"/products/{product_id}/shoot"}
        return go(request, f"/pricing?{urlencode(back)}")
    except NotFoundError:
        raise  # somebody else's photo, or one that was deleted: there is no such page
    except PackshotError as error:
        return await _page(request, viewer, product_id, chosen, _explained(error), error)
    await choosing.forget(account_id, product_id)
    return go(request, f"/shoots/{AcceptedOut.model_validate_json(answer).id}")


def _explained(error: PackshotError) -> dict[str, str]:
    """The words of a refusal by the field or the photo that they are about; the rest stands above the form."""
    facts: dict[str, Any] = error.facts
    if isinstance(error, CutoutNotApprovedError):
        return {photo["photo_id"]: f"{photo['words']} {photo['remedy']}" for photo in facts["photos"]}
    if isinstance(error, IdempotencyKeyReusedError):
        return {ABOVE: "This page has shot something already. Press the button again to shoot this too."}
    return explained(error, _FIELD_OF)


# What an engine says of the photos that go along is about the person: every shoot of a product has the product's.
_FIELD_OF = {
    "width": "size",
    "height": "size",
    "style": "styles",
    "model": "maker",
    "engine": "maker",
    "references": "talent",
    "talent_id": "talent",
}


async def _page(
    request: Request,
    viewer: LoggedIn,
    product_id: UUID,
    chosen: Chosen,
    wrong: dict[str, str],
    error: PackshotError | None = None,
) -> Response:
    async with transaction(viewer.principal.account_id) as session:
        product = await projects.product(session, product_id)
        project = await projects.project(session, product.project_id)
        rows = await photos.photos(session, product_id, limit=MOST_PHOTOS)
        cutouts = await shown_cutouts(session, [photo.id for photo in rows])
        people = await cast(session)
    available, lacking = films()
    ready = [photo for photo in rows if cutouts.get(photo.id) and cutouts[photo.id][0].approved_at]
    filmed = chosen.kind == "video"
    offered = _filmed(available, chosen.styles) if filmed else _offered(chosen.styles)
    offers = makers(people=bool(people) or any("person" in one.preset.needs for one in of(chosen.styles)))
    others = [(photo, _why(photo, cutouts.get(photo.id))) for photo in rows if photo not in ready]
    return render(
        request,
        "shoots/order_video.html" if filmed else "shoots/order.html",
        status=error.status if error else 422 if wrong else 200,
        product=product,
        project=project,
        photos=ready,
        others=others,
        chosen=chosen,
        chosen_photos=[str(photo.id) for photo in ready] if chosen.photos is None else chosen.photos,
        styles=offered,
        own=any(not one.embedded for one in offered),
        engines=engine_titles(offered),
        painted={"": price("", ""), **{style.slug: price(style.slug, "") for style in offered}},
        makers=[one for one in offers if not one.missing],
        unset=(lacking if filmed else [one for one in offers if one.missing]) if viewer.is_admin else [],
        films=available,
        usual=USUAL_S,
        redrawn=WAYS["redraw"],
        seconds=_lasting(available),
        cast=people,
        talent=known_only(chosen.talent, people),
        poses=poses(),
        markets={one.codes[0].upper(): name.replace("-", " ").title() for name, one in markets().items()},
        review_hours=await config.get(REVIEW_HOURS),
        costs=viewer.is_admin,
        sizes=_sizes(available) if filmed else SIZES,
        framings=FRAMINGS,
        worn=WAYS["redraw"],
        formats=FORMAT_NAMES,
        wrong=wrong,
        known=_FIELDS | {str(photo.id) for photo in ready},
        key=uuid4().hex,
    )


_FIELDS = {"maker", "mode", "words", "avoid", "photo_ids", "styles", "size", "framing", "format", "count", "seed"} | {
    *("talent", "poses", "strict", "market", "seconds")
}


def _offered(chosen: list[str]) -> list[Style]:
    """What can be chosen from: the embedded studio's styles, or where another engine's was, those that it makes."""
    painted = [one for one in of(chosen) if not one.embedded and one.active and one.preset.kind == "image"]
    if not painted:
        return styles()
    first = painted[0]
    same = [one for one in library() if (one.engine, one.preset_model) == (first.engine, first.preset_model)]
    fitting = [one for one in same if "product" in one.preset.needs and one.preset.kind == first.preset.kind]
    return sorted(fitting, key=lambda one: one.slug not in chosen)


def _filmed(films: list[Film], chosen: list[str]) -> list[Style]:
    """The video styles that can be made here from a photo of a product, those chosen first."""
    engines = {film.value.partition(" ")[0] for film in films}
    fitting = [one for one in library() if one.preset.kind == "video" and _of_product(one)]
    return sorted((one for one in fitting if one.engine in engines), key=lambda one: one.slug not in chosen)


def _of_product(style: Style) -> bool:
    return "product" in style.preset.needs and "person" not in style.preset.needs


def _lasting(films: list[Film]) -> dict[str, str]:
    """How long videos can last, by what a form sends."""
    lasting = sorted({seconds for film in films for seconds in film.model.capabilities.seconds})
    return {
        "": "As long as the style says",
        **{str(one): "1 second" if one == 1 else f"{one} seconds" for one in lasting},
    }


def _sizes(films: list[Film]) -> dict[str, str]:
    """The sizes of videos, by what a form sends."""
    sizes = dict.fromkeys(size for film in films for size in sizes_of(film.model))
    return {"": "As the style says", **{size: f"{size.replace('x', ' × ')}{_SHAPES.get(size, '')}" for size in sizes}}


_SHAPES = {"1280x720": ", wide", "720x1280": ", stories and shorts", "960x960": ", square", "1584x672": ", cinema"}


def _why(photo: Photo, cutouts: list[Cutout] | None) -> str:
    """Why a photo cannot be shot yet."""
    if photo.state == PhotoState.REFUSED:
        return photo.words
    if not cutouts:
        return "It is being opened."
    reason = why_not(cutouts[0])
    return reason[0] if reason else "Nobody has approved its cutout."


@router.get("/products/{product_id}/previews/{style}")
async def preview(
    request: Request,
    product_id: UUID,
    style: str,
    viewer: LoggedIn,
    photo: UUID | None = None,
    framing: str = "standard",
) -> Response:
    """A small picture of this product in `style`: a WebP, free, made when it is first looked at."""
    account_id = viewer.principal.account_id
    await refreshed()
    await ends.refreshed()
    if style not in {one.slug for one in styles()} or framing not in FRAMINGS:
        raise BadInputError(f"There is no style {style!r} with the framing {framing!r}.", remedy="Choose others.")
    async with transaction(account_id) as session:
        found = await approved(session, [photo] if photo else None, product_id)
    wanted = preview_of(account_id, found[0], style, framing)
    return file(request, await developed(wanted), tag=str(wanted.id), max_age_s=PREVIEW_S)


@router.get("/products/{product_id}/shoot/photos/{photo_id}")
async def cutout(request: Request, product_id: UUID, photo_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    """The product of an approved photo, on transparency."""
    (found,) = await approved(session, [photo_id], product_id)
    row = await session.get_one(Cutout, found.cutout_id)
    if row.preview_key is None:
        raise FileMissingError("This cutout has no preview.", remedy="Search the outline again.")
    return file(request, row.preview_key, tag=str(row.id), max_age_s=PREVIEW_S)
