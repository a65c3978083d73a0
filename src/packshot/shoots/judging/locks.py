"""The locks that can stand in a picture's way, what each is given to look at, and which of them stand in this one's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from packshot.engines.base import Reference
from packshot.locks.base import Lock, Thresholds, Verdict

if TYPE_CHECKING:
    from packshot.imaging.colour import Pixels


@dataclass(frozen=True)
class Region:
    """A part of the product photo that has to stay as it is, a logo or a text: a box in pixels of that photo."""

    x: int
    y: int
    width: int
    height: int
    kind: str = "logo"


@dataclass(frozen=True)
class Side:
    """A photo of the product with its outline, and what has to stay as it is in it."""

    photo: Reference
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What a lock looks at.

    `picture` is what the customer would get, opened again from its finished file: (H, W, 3) sRGB, uint8 or uint16.
    Of a video it is a frame, which comes `at` so many seconds. `product` are photos of the product, the one that was
    shot first and then its other sides; `person` those of the person, the oldest first. `placed` is where an engine
    that keeps the product's pixels put them ({"box", "source", "scale"}), None where it draws the product anew.
    `style` and `pose` name what was asked for.
    """

    picture: Pixels = field(repr=False)
    at: float | None = None
    product: tuple[Side, ...] = ()
    person: tuple[Reference, ...] = ()
    placed: Mapping[str, Any] | None = None
    worn: bool = False
    style: str = ""
    pose: str = ""


class Judge(Protocol):
    """One lock. It knows no database: it is handed what it looks at, and called on a thread that is for pixels."""

    lock: Lock

    def missing(self) -> str:
        """What it lacks to look at anything, such as "its model is missing"; "" where it can look. Quick."""
        ...

    def judge(self, evidence: Evidence, thresholds: Thresholds) -> Verdict:
        """What it finds. Raises nothing: what it cannot look at is a verdict too."""
        ...
