"""The style library as pages: found by what one looks for, favourites, and one style with the way to use it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from packshot.accounts.browser import LoggedIn, MaybeViewer, PageSession, Viewer
from packshot.catalog.models import Product
from packshot.db import transaction
from packshot.engines import engine, registry
from packshot.errors import NotFoundError
from packshot.plates.way import WAYS
from packshot.settings import settings
from packshot.shoots.told import told, way
from packshot.styles.direction import sample_of
from packshot.styles.edit import refreshed
from packshot.styles.favourites import drop, favourites, keep
from packshot.styles.filters import KINDS, LONGEST, PLANS, Filters, described, found
from packshot.styles.library import Style, engine_titles, library, style
from packshot.styles.plans import is_pro
from packshot.styles.preset import CATEGORIES, NEEDS
from packshot.web import csrf
from packshot.web.render import go, is_htmx, own_path, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])

PRODUCTS = 12
PRICES = {"": "Any price", "0": "Free of charge", "4": "At most 4 credits", "10": "At most 10 credits"}
Short = Annotated[str, Query(max_length=LONGEST)]


@router.get("/styles")
async def style_library(
    request: Request,
    viewer: MaybeViewer,
    fits: Annotated[str, Query(max_length=500)] = "",
    category: Short = "",
    engine: Short = "",
    plan: Short = "",
    kind: Short = "",
    needs: Short = "",
    most: Short = "",
    favourites: Short = "",
) -> Response:
    """The styles that fit; the whole page, or for htmx what was found."""
    await refreshed()
    filters = Filters(
        fits=fits.strip()[:LONGEST],
        category=category,
        engine=engine,
        plan=plan,
        kind=kind,
        needs=needs,
        most=int(most) if most.isascii() and most.isdigit() and len(most) < 6 else None,
        favourites=favourites == "yes" and viewer is not None,
    )
    mine = await _favourites(viewer)
    everything = library()
    names = engine_titles(everything)
    only_grid = request.headers.get("HX-Target") == "style-grid"
    return render(
        request,
        "styles/grid.html" if only_grid else "styles/library.html",
        filters=filters,
        sections=_sections(everything, filters, mine),
        mine=mine,
        engines=names,
        choices={"": "Every engine", "ai": "Any AI engine", **names},
        total=len(everything),
        categories=CATEGORIES,
        prices=PRICES,
        plans=PLANS,
        kinds=KINDS,
        described=described,
        back=filters.url(),
    )


def _sections(everything: list[Style], filters: Filters, mine: list[str]) -> list[tuple[str, list[Style]]]:
    """What is shown, with a title each: what fits, or the whole library with favourites and what is featured first."""
    if filters.any:
        fitting = found(everything, filters, mine)
        return [("", fitting)] if fitting else []
    at_hand = [one for one in found(everything, filters, mine) if one.slug in mine]
    featured = [one for one in everything if one.preset.featured and one.slug not in mine]
    shown = {one.slug for one in (*at_hand, *featured)}
    rest = [one for one in everything if one.slug not in shown]
    by_category = [(title, [one for one in rest if one.preset.category == name]) for name, title in CATEGORIES.items()]
    sections = [("Your favourites", at_hand), ("Featured", featured), *by_category]
    return [(title, some) for title, some in sections if some]


@router.get("/styles/{slug}")
async def style_page(request: Request, slug: str, viewer: MaybeViewer) -> Response:
    await refreshed()
    shown = _style(slug)
    facts: dict[str, Any] = {"pro_account": False, "products": []}
    if viewer:
        account_id = viewer.principal.account_id
        async with transaction(account_id) as session:
            newest = select(Product).where(Product.hidden_at.is_(None)).order_by(Product.id.desc()).limit(PRODUCTS)
            facts = {
                "pro_account": await is_pro(session, account_id),
                "products": list(await session.scalars(newest)) if "product" in shown.preset.needs else [],
            }
    return render(
        request,
        "styles/style.html",
        style=shown,
        mine=await _favourites(viewer),
        engines=engine_titles([shown]),
        missing=_missing(shown.engine),
        categories=CATEGORIES,
        needs=[NEEDS[need] for need in shown.preset.needs],
        sample=sample_of(shown.preset),
        told=told(shown) if viewer and viewer.is_admin else None,
        way=way(shown),
        ways=WAYS,
        back=f"/styles/{slug}",
        **facts,
    )


@router.post("/styles/{slug}/favourite")
async def favour(
    request: Request,
    slug: str,
    viewer: LoggedIn,
    session: PageSession,
    kept: Annotated[str, Form(max_length=3)] = "yes",
    back: Annotated[str, Form(max_length=500)] = "/styles",
) -> Response:
    """Keeps a style at hand, or no longer; htmx gets the new button, others the page they came from."""
    await refreshed()
    shown = _style(slug)
    await (keep if kept == "yes" else drop)(session, viewer.principal, slug)
    if not is_htmx(request):
        return go(request, own_path(back, "/styles"))
    return render(request, "styles/favourite.html", style=shown, kept=kept == "yes", back=back)


async def _favourites(viewer: Viewer | None) -> list[str]:
    if viewer is None:
        return []
    async with transaction(viewer.principal.account_id) as session:
        return await favourites(session, viewer.principal)


def _style(slug: str) -> Style:
    shown = style(slug)
    if shown is None or not shown.active:
        raise NotFoundError(f"There is no style {slug!r}.", remedy="Look at all styles.")
    return shown


def _missing(id: str) -> tuple[str, ...]:
    """The settings that this engine needs and the operator has not set."""
    return engine(id, settings()).missing if id in registry().classes else (id,)
