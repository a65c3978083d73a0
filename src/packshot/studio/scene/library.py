"""All styles of the embedded studio, by slug, in the order people meet them."""

from __future__ import annotations

from packshot.studio.scene import sweeps, tabletops, worlds
from packshot.studio.scene.names import NAMES
from packshot.studio.scene.scene import Scene

_PAINTED = {scene.slug: scene for scene in (*sweeps.SCENES, *tabletops.SCENES, *worlds.SCENES)}

SCENES: dict[str, Scene] = {slug: _PAINTED[slug] for slug in NAMES}
