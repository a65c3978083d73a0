"""The next attempt as it was decided: the shoot and the picture as if they had been asked for that way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any, TypeVar

from packshot.engines.base import GenerationRequest, Reference
from packshot.shoots.judging.next_try import Change
from packshot.shoots.models import Generation, Shoot

Row = TypeVar("Row", Shoot, Generation)
_ANYWHERE = ("seed", "references", "mask")


def applied(generation: Generation, shoot: Shoot) -> tuple[Generation, Shoot]:
    """Both as the next attempt is to be made: themselves, or copies that no session knows.

    The rows stay what the customer asked for; every step of the attempt reads these instead.
    """
    if not generation.change:
        return generation, shoot
    change = Change.of(generation.change)
    asked, picture = _copy(shoot), _copy(generation)
    if change.paste:
        asked.mode = "plate"
    if change.words:
        asked.words = f"{shoot.words} {change.words}".strip()
    if change.seed is not None:
        picture.seed = change.seed
    return picture, asked


def turned(people: tuple[Reference, ...], places: int) -> tuple[Reference, ...]:
    """The photos of a person turned by so many `places`, so that another one comes first."""
    first = places % len(people) if people else 0
    return (*people[first:], *people[:first])


def fingerprint(asked: GenerationRequest) -> str:
    """The SHA-256 of all that was asked for but the seed: equal for equal requests, whatever the luck."""
    plain: dict[str, Any] = {
        field.name: getattr(asked, field.name) for field in fields(asked) if field.name not in _ANYWHERE
    }
    plain["references"] = [[one.role, hashlib.sha256(one.data).hexdigest()] for one in asked.references]
    plain["mask"] = hashlib.sha256(asked.mask).hexdigest() if asked.mask else ""
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=asdict).encode()).hexdigest()


def _copy(row: Row) -> Row:
    return type(row)(**{column.name: getattr(row, column.name) for column in row.__table__.columns})
