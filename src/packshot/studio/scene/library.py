"""All styles of the embedded studio, by slug, in the order people meet them."""

from __future__ import annotations

from packshot.studio.scene import sweeps, tabletops, worlds
from packshot.studio.scene.scene import Scene

_ORDER = (
    *("white", "white-shadow", "soft-grey", "beige", "marble", "wood"),
    *("concrete", "linen", "winter", "luxury", "dark", "podium"),
)
_PAINTED = {scene.slug: scene for scene in (*sweeps.SCENES, *tabletops.SCENES, *worlds.SCENES)}

SCENES: dict[str, Scene] = {slug: _PAINTED[slug] for slug in _ORDER}
