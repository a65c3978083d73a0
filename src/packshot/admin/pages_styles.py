"""Pages where operators add, edit and withdraw styles, and see what each brings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from packshot.accounts.browser import Admin
from packshot.accounts.models import User
from packshot.admin.styles import Row, makers, margin, rows, typed
from packshot.db import transaction
from packshot.errors import NotFoundError
from packshot.plates.way import WAYS
from packshot.shoots.told import told
from packshot.studio.framing import FRAMINGS
from packshot.studio.scene.names import NAMES
from packshot.styles.direction import sample_of
from packshot.styles.edit import changes, read, restore, save, set_active
from packshot.styles.files import shipped
from packshot.styles.library import Style, style
from packshot.styles.preset import CATEGORIES, NEEDS, Preset
from packshot.web.render import go, render

router = APIRouter(prefix="/styles")

Text = Annotated[str, Field(max_length=4000)]


class StyleForm(BaseModel):
    """A style as it is typed, every field as text."""

    new_slug: Text = ""
    title: Text = ""
    category: Text = ""
    words: Text = ""
    kind: Text = "image"
    mode: Text = ""
    maker: Text = ""
    model: Text = ""
    framing: Text = "standard"
    prompt: Text = ""
    avoid: Text = ""
    needs: Annotated[list[str], Field(max_length=3)] = []
    size: Text = ""
    seconds: Text = ""
    credits: Text = ""
    featured: Text = ""
    pro: Text = ""

    @property
    def form(self) -> dict[str, Any]:
        """The fields of text by the names that a preset has for them."""
        return self.model_dump(exclude={"new_slug", "needs"}) | {"slug": self.new_slug}


_EMPTY = StyleForm(category="studio", maker="BALANCED").form | {"needs": ["product"]}


@router.get("")
async def styles_page(request: Request, _: Admin, fits: Annotated[str, Query(max_length=100)] = "") -> Response:
    async with transaction(system=True) as session:
        await read(session)
        found = await rows(session)
    wanted = fits.lower().split()
    shown = [row for row in found if all(word in _said(row) for word in wanted)]
    return render(request, "admin/styles.html", rows=shown, total=len(found), fits=fits, categories=CATEGORIES)


def _said(row: Row) -> str:
    return f"{row.style.title} {row.style.slug} {row.style.preset.category} {row.style.engine}".lower()


@router.get("/new")
async def new_page(request: Request, _: Admin, like: Annotated[str, Query(max_length=64)] = "") -> Response:
    """An empty form, or one filled in like another style."""
    start = style(like)
    given = _given(start.preset) | {"slug": "", "title": ""} if start else _EMPTY
    return await _form(request, given, {}, None)


@router.post("/preview")
async def preview(request: Request, _: Admin, given: Annotated[StyleForm, Form()]) -> Response:
    """What the engine would be told and what it costs, or what is wrong: beside the form as it is typed."""
    return render(request, "admin/style_preview.html", **await _preview(_named(given.form, given.needs)))


def _named(form: dict[str, Any], needs: list[str]) -> Preset | dict[str, str]:
    """What is typed so far, as if it had a name and words for customers already, which no engine is told."""
    names = {"slug": "new", "title": "New", "words": "New."}
    return typed(form | {field: form[field] or name for field, name in names.items()}, needs)


@router.get("/{slug}")
async def edit_page(request: Request, slug: str, _: Admin) -> Response:
    shown = await _known(slug)
    return await _form(request, _given(shown.preset), {}, shown)


@router.post("")
@router.post("/{slug}")
async def save_style(request: Request, who: Admin, given: Annotated[StyleForm, Form()], slug: str = "") -> Response:
    """Writes a style down; what is wrong stands at its field, and nothing is written."""
    shown = await _known(slug) if slug else None
    preset = typed(given.form, given.needs, slug)
    if isinstance(preset, Preset) and shown is None and style(preset.slug):
        preset = {"slug": f"There is a style {preset.slug!r} already."}
    if isinstance(preset, dict):
        return await _form(request, given.form | {"needs": given.needs}, preset, shown)
    async with transaction(system=True) as session:
        await save(session, preset, by=who.principal.user_id)
    return go(request, f"/admin/styles/{preset.slug}?saved=yes")


@router.post("/{slug}/active")
async def activate(request: Request, slug: str, who: Admin, active: Annotated[str, Form()] = "") -> Response:
    """Has a style offered, or no longer."""
    await _known(slug)
    async with transaction(system=True) as session:
        await set_active(session, slug, active == "yes", by=who.principal.user_id)
    return go(request, f"/admin/styles/{slug}")


@router.post("/{slug}/restore")
async def take_back(request: Request, slug: str, who: Admin) -> Response:
    """Takes a style back to what came with Packshot."""
    await _known(slug)
    async with transaction(system=True) as session:
        await restore(session, slug, by=who.principal.user_id)
    return go(request, f"/admin/styles/{slug}")


def _given(preset: Preset) -> dict[str, Any]:
    """A preset as a form has it."""
    return {
        **preset.model_dump(include={"slug", "title", "category", "words", "kind", "model", "framing", "prompt"}),
        "maker": f"scene:{preset.scene}" if preset.scene else preset.engine,
        "avoid": ", ".join(preset.avoid),
        "needs": list(preset.needs),
        "size": preset.size,
        "mode": preset.mode or "",
        "seconds": "" if preset.seconds is None else str(preset.seconds),
        "credits": "" if preset.credits is None else str(preset.credits),
        "featured": "yes" if preset.featured else "",
        "pro": "yes" if preset.pro else "",
    }


async def _form(request: Request, given: dict[str, Any], wrong: dict[str, str], shown: Style | None) -> Response:
    log: list[tuple[Any, str]] = []
    if shown:
        async with transaction(system=True) as session:
            for one in await changes(session, shown.slug):
                user = await session.get(User, one.user_id) if one.user_id else None
                log.append((one, user.email if user else "a command"))
    return render(
        request,
        "admin/style.html",
        status=422 if wrong else 200,
        given=given,
        wrong=wrong,
        style=shown,
        log=log,
        is_shipped=shown is not None and shown.slug in shipped(),
        is_edited=shown is not None and shown.preset != shipped().get(shown.slug),
        categories=CATEGORIES,
        needs=NEEDS,
        scenes=NAMES,
        makers=makers(),
        framings=[(name, name.capitalize()) for name in FRAMINGS],
        saved=request.query_params.get("saved") == "yes",
        **await _preview(wrong or _named(given, given["needs"])),
    )


async def _preview(preset: Preset | dict[str, str]) -> dict[str, Any]:
    """What the part of the page beside the form shows."""
    if isinstance(preset, dict):
        return {"problems": preset, "tried": None, "told": None, "ways": WAYS, "margin": 0, "sample": ""}
    tried = Style(preset)
    facts = {"tried": tried, "told": told(tried), "margin": await margin(tried), "sample": sample_of(preset)}
    return {"problems": {}, "ways": WAYS, **facts}


async def _known(slug: str) -> Style:
    async with transaction(system=True) as session:
        await read(session)
    found = style(slug)
    if found is None:
        raise NotFoundError(f"There is no style {slug!r}.", remedy="Look at the list of styles.")
    return found
