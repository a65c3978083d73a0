"""The product of a photo as plates need it: its cutout, how it was photographed, and where it will stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packshot.engines.base import Reference
from packshot.errors import DecisionNeededError, RefusedError
from packshot.imaging.decode import LIMITS, OWN_LIMITS
from packshot.studio.cutout.file import cut_file
from packshot.studio.cutout.result import Cutout, View
from packshot.studio.framing import FRAMINGS, Framing
from packshot.studio.plate import Stand, stand_of
from packshot.studio.scene.scene import Scene


@dataclass(frozen=True, eq=False)
class Product:
    """A cutout, and the view that was decided for it."""

    cutout: Cutout
    view: View

    def framing(self, name: str) -> Framing:
        """`name` as a framing of the studio's."""
        return name if name in FRAMINGS else "standard"

    def stand(self, scene: Scene, width: int, height: int, framing: Framing) -> Stand:
        """Where it will stand in a frame of `width` × `height` pixels."""
        return stand_of(self.cutout, scene, width=width, height=height, framing=framing, view=self.view)


def product_of(reference: Reference, *, cache_dir: Path, cache_mb: int) -> Product:
    """The product of a photo, cut out now or before.

    Raises BadInputError for a photo that cannot be read, RefusedError for one it cannot be cut out of, and
    DecisionNeededError where a person has to look at the cutout first, or to say how it was photographed.
    """
    cutout = cut_file(
        reference.data,
        name=reference.name,
        alpha=reference.alpha,
        cache_dir=cache_dir,
        cache_mb=cache_mb,
        # Whose outline is known was opened before: it is a master of ours.
        limits=LIMITS if reference.alpha is None else OWN_LIMITS,
    )
    seen = reference.approved and (cutout.verdict == "ask" or reference.alpha is not None)
    if cutout.verdict != "accept" and not seen:
        words = " ".join(reason.words for reason in cutout.reasons)
        kind = RefusedError if cutout.verdict == "refuse" else DecisionNeededError
        raise kind(words, remedy=cutout.reasons[0].remedy)
    view = reference.view or cutout.view
    if view == "unknown":
        raise DecisionNeededError(
            "The photo does not show whether the product stands or lies, and a scene has to know.",
            remedy="Choose the view: standing, or above for a photo taken from straight above.",
        )
    return Product(cutout, view)
