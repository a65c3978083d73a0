"""The API of descriptions: what Packshot understands of one, and what each engine would be told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from packshot.accounts.auth import CurrentUser
from packshot.engines import registry
from packshot.errors import BadInputError
from packshot.shoots.brief import MOST_WORDS
from packshot.shoots.reader import read
from packshot.shoots.variations import variations
from packshot.styles.price import EMBEDDED
from packshot.words.brief import brief
from packshot.words.direction import Direction
from packshot.words.markets import market_named
from packshot.words.poses import poses
from packshot.words.sets import fitting

router = APIRouter()


class Described(BaseModel):
    """A description, and how it is to be photographed: a `pose`, a `market` by its name or code."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MOST_WORDS)]
    pose: Annotated[str, Field(max_length=64)] = ""
    market: Annotated[str, Field(max_length=64)] = ""
    engine: Annotated[str, Field(max_length=64)] = EMBEDDED
    variations: Annotated[int, Field(ge=0, le=1000, description="Show how so many variations would be spread.")] = 0


@router.post("/brief")
async def describe(described: Described, _: CurrentUser) -> dict[str, Any]:
    """What is understood of a description, from which words, and what each engine would be told. Nothing is made.

    The same object as `packshot brief --json`; with `variations` also `spread`, how they lie.
    """
    if described.pose and described.pose not in poses():
        raise BadInputError(f"There is no pose {described.pose!r}.", remedy=f"There are: {', '.join(poses())}.")
    direction = Direction(pose=described.pose, market=market_named(described.market) if described.market else "")
    found = await read(described.text)
    known = {id: [model.capabilities for model in kind.models()] for id, kind in registry().classes.items()}
    told = brief(described.text, known, direction=direction, reading=found.reading, notes=found.notes, read_by=found.by)
    if described.variations > 1:
        styles = tuple(fitting(found.reading, direction.market))
        spread = variations(described.engine, styles, described.text, described.variations)
        told["spread"] = {**spread.coverage, "points": [dict(point) for point in spread.points[: spread.count]]}
    return told
