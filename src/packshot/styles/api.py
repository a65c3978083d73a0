"""The API of styles: what there is to choose from, what each needs, and what it costs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from packshot.errors import NotFoundError
from packshot.styles.edit import refreshed
from packshot.styles.filters import LONGEST, Filters, found
from packshot.styles.library import Style, library, style, styles
from packshot.styles.preset import Category, Need

router = APIRouter(prefix="/api", tags=["styles"])


class StyleOut(BaseModel):
    """A style; `credits` is the price of one picture or video in it. `engine` makes it unless another is asked for."""

    slug: str
    title: str
    category: Category
    words: str
    kind: Literal["image", "video"]
    engine: str
    model: str | None
    preset: str = Field(description="BEST_QUALITY, BALANCED, FAST, or empty where one engine is meant.")
    needs: list[Need] = Field(description="What an order has to bring.")
    size: str = Field(description="What it is usually made in, as 1024x1024; empty for any.")
    seconds: int | None
    credits: int
    featured: bool
    pro: bool = Field(description="Not for accounts of the tier free.")

    @classmethod
    def of(cls, style: Style) -> Self:
        preset = style.preset
        return cls(
            **preset.model_dump(include={"slug", "title", "category", "words", "kind", "needs", "size", "seconds"}),
            engine=style.engine,
            model=style.model.id if style.model else None,
            preset=preset.engine if preset.engine.isupper() else "",
            credits=style.credits,
            featured=preset.featured,
            pro=preset.pro,
        )


@router.get("/styles")
async def list_styles(
    q: Annotated[str, Query(max_length=LONGEST, description="Words that it has to say of itself.")] = "",
    category: Category | None = None,
    engine: Annotated[str, Query(max_length=64, description="An engine's id, or ai for all but the studio.")] = "",
    plan: Literal["free", "pro"] | None = None,
    kind: Literal["image", "video"] | None = None,
    needs: Need | None = None,
    most: Annotated[int | None, Query(ge=0, description="The highest price in credits.")] = None,
) -> list[StyleOut]:
    """The styles there are, those of the embedded studio first. Anybody may ask."""
    await refreshed()
    filters = Filters(q, category or "", engine, plan or "", kind or "", needs or "", most)
    fitting = found(library(), filters)
    places = {one.slug: place for place, one in enumerate(styles())}
    return [StyleOut.of(one) for one in sorted(fitting, key=lambda one: places.get(one.slug, len(places)))]


@router.get("/styles/{slug}")
async def one_style(slug: str) -> StyleOut:
    """One style. Anybody may ask."""
    await refreshed()
    known = style(slug)
    if known is None or not known.active:
        raise NotFoundError(f"There is no style {slug!r}.", remedy="List them with GET /api/styles.")
    return StyleOut.of(known)
