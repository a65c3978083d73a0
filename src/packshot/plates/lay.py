"""The picture that an engine's answer becomes: the product put into its scene, or back into its surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packshot.engines.base import GenerationRequest, Model
from packshot.imaging.colour import Pixels
from packshot.plates.fit import fit
from packshot.plates.product import Product
from packshot.plates.prompts import scene_of
from packshot.plates.way import Way
from packshot.studio.compose import Picture, compose
from packshot.studio.plate import SOFT_ENLARGEMENT, look_over, plate_scene
from packshot.studio.surround import paste_back


def lay(
    painted: Pixels, wanted: GenerationRequest, model: Model, way: Way, product: Product
) -> tuple[Picture, dict[str, Any]]:
    """The `wanted` picture of what `model` has `painted` (H, W, 3 sRGB) the `way` "plate" or "inpaint", and its facts.

    The same arguments give the same bytes, and wherever the product's alpha is 1 they are exactly its resampled own.
    Raises UnusablePlateError with the reason where what was painted cannot be used.
    """
    scene = scene_of(wanted.style, wanted.words)
    framing = product.framing(wanted.framing)
    made = fit(model.capabilities, wanted.width, wanted.height)
    window = made.window_in(painted.shape[1], painted.shape[0])
    stand = product.stand(scene, wanted.width, wanted.height, framing)
    if way == "inpaint":
        picture, measured = paste_back(
            painted,
            window,
            product.cutout,
            scene,
            width=wanted.width,
            height=wanted.height,
            framing=framing,
            view=product.view,
            depth=wanted.depth,
        )
    else:
        measured = look_over(painted, window, stand, steps=scene.steps is not None)
        picture = compose(
            product.cutout,
            plate_scene(scene, painted, window),
            width=wanted.width,
            height=wanted.height,
            seed=wanted.seed or 0,
            framing=framing,
            view=product.view,
            depth=wanted.depth,
        )
    facts = {"way": way, "placed": picture.product.facts, **measured}
    return Picture(picture.pixels, picture.product, (*picture.warnings, *_warnings(measured, model))), facts


def _warnings(measured: dict[str, float], model: Model) -> Sequence[str]:
    enlarged = measured.get("enlarged", 1.0)
    if enlarged <= SOFT_ENLARGEMENT:
        return ()
    return (f"The scene behind the product was enlarged {enlarged:.1f}×, for {model.title} paints no larger.",)
