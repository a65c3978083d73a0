"""The JSON shapes of shoots and their pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from packshot.shoots.finishing import small_key
from packshot.shoots.models import Generation, Shoot, State
from packshot.storage import storage

LINK_S = 600.0


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ErrorOut(BaseModel):
    """Why there is no picture."""

    code: str
    message: str
    remedy: str


class GenerationOut(Out):
    """One picture or video. `url` is good for ten minutes and there once the state is COMPLETED.

    So is `poster`, a still of a video.
    """

    id: UUID
    shoot_id: UUID
    number: int
    photo_id: UUID | None
    style: str
    pose: str
    label: str
    variation: dict[str, Any]
    seed: int
    credits: int
    state: State
    waits_for: str
    url: str | None
    poster: str | None = None
    bytes: int | None
    facts: dict[str, Any]
    warnings: list[str]
    error: ErrorOut | None
    retry_of: UUID | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, generation: Generation, shoot: Shoot) -> Self:
        row = {name: getattr(generation, name) for name in cls.model_fields if name not in ("url", "poster", "error")}
        why = ErrorOut(code=generation.error, message=generation.words, remedy=generation.remedy)
        url, poster = _url(generation, shoot), _poster(generation, shoot)
        return cls(**row, url=url, poster=poster, error=why if generation.error else None)


class AttemptOut(Out):
    """One call of an engine. `cost_micros` is what the vendor took, in millionths of a US dollar."""

    number: int
    engine: str
    model: str
    way: str
    state: str
    error: str
    words: str
    cost_micros: int
    created_at: datetime
    settled_at: datetime | None


class VerdictOut(Out):
    """What a lock found. `score` is coarse, in steps of 0.05, for all but operators, as is `accept`, its limit."""

    attempt: int
    lock: str
    decision: str
    reason: str
    words: str
    remedy: str
    profile: str
    version: str
    score: float | None
    accept: float | None
    limited: bool


class GenerationDetailOut(GenerationOut):
    """`review_until` is when a picture in review is delivered and paid for if nobody has said otherwise."""

    review_until: datetime | None = None
    kept: bool = False
    attempts: list[AttemptOut] = []
    verdicts: list[VerdictOut] = []


class RatingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rating: Annotated[int, Field(ge=1, le=5)]


class AgainIn(BaseModel):
    """Why another version is wanted: outline, shadow, colour or other, and words if you like."""

    model_config = ConfigDict(extra="forbid")

    reason: str
    words: str = ""


class RejectIn(BaseModel):
    """What is wrong: colour, shape, text, person or other; "" if you would rather not say."""

    model_config = ConfigDict(extra="forbid")

    reason: str = ""


class ShootOut(Out):
    """One request. `states` counts its pictures, or videos: `seconds` is how long they last, 0 for pictures."""

    id: UUID
    project_id: UUID | None
    product_id: UUID | None
    engine: str
    model: str
    styles: list[str]
    size: str
    framing: str
    format: str
    count: int
    variations: int
    seconds: int
    winner_id: UUID | None
    seed: int
    credits: int
    words: str
    avoid: str
    mode: str
    preset: str
    strict: bool
    talent_id: UUID | None
    poses: list[str]
    market: str
    purpose: str
    channels: list[str]
    created_at: datetime
    states: dict[State, int]

    @classmethod
    def of(cls, shoot: Shoot, states: dict[State, int]) -> Self:
        row = {name: getattr(shoot, name) for name in ShootOut.model_fields if name not in ("size", "states")}
        return cls(**row, size=f"{shoot.width}x{shoot.height}", states=states)


class ShootDetailOut(ShootOut):
    generations: list[GenerationOut] = []


class ShootsOut(BaseModel):
    """A page of shoots, newest first. `next` leads to the page after it."""

    shoots: list[ShootOut]
    next: str | None


class WinnerIn(BaseModel):
    """Which picture won against the others; null takes it back."""

    model_config = ConfigDict(extra="forbid")

    generation_id: UUID | None


def _url(generation: Generation, shoot: Shoot) -> str | None:
    if generation.key is None or generation.state != State.COMPLETED:
        return None
    filename = f"{generation.style}-{generation.number}.{shoot.extension}"
    return storage().url(generation.key, LINK_S, filename=filename)


def _poster(generation: Generation, shoot: Shoot) -> str | None:
    if generation.key is None or generation.state != State.COMPLETED or not shoot.is_video:
        return None
    return storage().url(small_key(generation.key), LINK_S)
