"""The API of styles: what there is to choose from, and what it costs."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from packshot.studio.scene.library import SCENES
from packshot.styles.price import EMBEDDED, price

router = APIRouter(prefix="/api", tags=["styles"])


class StyleOut(BaseModel):
    """A style of an engine; `credits` is the price of one picture in it."""

    slug: str
    title: str
    words: str
    engine: str
    credits: int


@router.get("/styles")
async def styles() -> list[StyleOut]:
    """The styles of the embedded studio. Anybody may ask."""
    return [
        StyleOut(slug=scene.slug, title=scene.title, words=scene.words, engine=EMBEDDED, credits=price(slug, EMBEDDED))
        for slug, scene in SCENES.items()
    ]
