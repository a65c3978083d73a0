"""The poses that a shoot can be made in, and which engines can make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter

from packshot.words.data import picture, read

NeedsOfPose = Literal["nothing", "sides", "people"]
_REASONS = {
    "people": "it shows products alone, and a person has to be in this pose",
    "sides": "it keeps the product as it is in the photo, which does not show that side",
    "reads": "it reads no descriptions, and the pose stays that of the photo",
}


class CanPose(Protocol):
    """Of what a model can do, the part that poses ask about: packshot.engines.base.Capabilities."""

    @property
    def words(self) -> bool: ...
    @property
    def keeps_product(self) -> bool: ...
    @property
    def size_of_reference(self) -> bool: ...
    @property
    def framings(self) -> frozenset[str]: ...


class Pose(BaseModel):
    """A pose in words: `product` for a product alone (empty: there is none), `person` where somebody wears it.

    `framing` is the embedded studio's for it, None where that cannot make it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    needs: NeedsOfPose
    framing: str | None = None
    product: str
    person: str


@dataclass(frozen=True)
class PoseRefused:
    """A pose that a model cannot make, and why; `engines` are the ids of those that could."""

    pose: str
    reason: str
    remedy: str
    engines: tuple[str, ...]


@cache
def poses() -> dict[str, Pose]:
    """The poses by slug, in the order in which a shoot makes them."""
    return TypeAdapter(dict[str, Pose]).validate_python(read("poses.yaml"))


def shows_person(pose: str, *, worn: bool) -> bool:
    """Whether a picture in `pose` has a person in it: somebody wears the product, or the pose is one of people."""
    return worn or poses()[pose].needs == "people"


@cache
def figure(pose: str) -> bytes:
    """A drawing of a person in `pose`: a grey PNG of 576 × 768 pixels, made by samples/mannequin.py."""
    return picture(f"figures/{pose}.png")


def in_order(chosen: list[str]) -> list[str]:
    """Each of the `chosen` poses once, in the order in which a shoot makes them; unknown ones last, as they came."""
    known = [pose for pose in poses() if pose in chosen]
    return [*known, *(pose for pose in dict.fromkeys(chosen) if pose not in poses())]


def why_not(pose: str, can: CanPose, *, kept: bool = False) -> str:
    """Why a model cannot make `pose`, in words that follow its name; empty where it can.

    `kept`: the product's pixels are kept in this request, whatever the model could do otherwise.
    """
    one = poses()[pose]
    keeps = kept or can.keeps_product or can.size_of_reference
    if keeps and one.needs != "nothing":
        return _REASONS[one.needs]
    if keeps or can.words:
        return ""
    return "" if one.framing in can.framings and one.needs == "nothing" else _REASONS["reads"]


def refused(
    chosen: list[str], title: str, can: CanPose, engines: Mapping[str, Sequence[CanPose]], *, kept: bool = False
) -> list[PoseRefused]:
    """Those of the `chosen` poses that a model called `title` cannot make, all at once, with the engines that could."""
    made: list[PoseRefused] = []
    for pose in chosen:
        if pose not in poses():
            known = ", ".join(poses())
            made.append(PoseRefused(pose, f"There is no pose {pose!r}.", f"There are: {known}.", ()))
            continue
        if not (why := why_not(pose, can, kept=kept)):
            continue
        able = tuple(sorted(id for id, models in engines.items() if any(not why_not(pose, one) for one in models)))
        those = f"Engines that could: {', '.join(able)}." if able else "No engine that could is installed."
        made.append(PoseRefused(pose, f"{title} cannot make the pose {poses()[pose].title!r}: {why}.", those, able))
    return made
