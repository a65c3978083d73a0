"""The API of styles: what there is to choose from, and what it costs."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from packshot.styles.library import styles

router = APIRouter(prefix="/api", tags=["styles"])


class StyleOut(BaseModel):
    """A style of an engine; `credits` is the price of one picture in it."""

    model_config = ConfigDict(from_attributes=True)

    slug: str
    title: str
    words: str
    engine: str
    credits: int


@router.get("/styles")
async def list_styles() -> list[StyleOut]:
    """The styles of the embedded studio. Anybody may ask."""
    return [StyleOut.model_validate(style) for style in styles()]
