"""Which locks stand in a picture's way."""

from __future__ import annotations

from packshot.locks.base import Lock
from packshot.shoots.models import Generation, Shoot


def standing(shoot: Shoot, generation: Generation, *, always: bool) -> list[Lock]:
    """The locks that have to look at this picture, in their order: the cheap one first.

    The identity lock stands in strict shoots of a person only, for it looks at faces. The product lock stands wherever
    there is a photo to compare with and the shoot is strict, or the operator wants such pictures checked `always`.
    """
    locks: list[Lock] = []
    if shoot.strict and shoot.talent_id is not None:
        locks.append("identity")
    if generation.photo_id is not None and (shoot.strict or always):
        locks.append("product")
    return locks


def needed(shoot: Shoot, generation: Generation) -> list[Lock]:
    """The locks without which a strict shoot's picture is not even begun."""
    if not shoot.strict:
        return []
    locks: list[Lock] = ["identity"] if shoot.talent_id is not None else []
    return [*locks, "product"] if generation.photo_id is not None else locks
