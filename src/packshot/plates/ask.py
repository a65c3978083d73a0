"""What an engine is asked for, so that the picture that was wanted can be made of its answer."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines.base import GenerationRequest, Model, Reference
from packshot.imaging.finish import finish
from packshot.imaging.master import grey_png
from packshot.plates.fit import fit
from packshot.plates.product import Product
from packshot.plates.prompts import of_empty_scene, of_surroundings, scene_of
from packshot.plates.way import Way, speakable
from packshot.studio.framing import Framing
from packshot.studio.place import Box
from packshot.studio.plate import Stand, stand_at
from packshot.studio.surround import lay_out
from packshot.words.direction import Direction

_PLAIN = Direction()
_USUAL = 14.0, 0.86, (0.22, 0.26, 0.78, 0.86)  # elevation, ground and box of a product that nobody has looked at yet


def outlined(
    wanted: GenerationRequest, model: Model, engine: str, way: Way, direction: Direction = _PLAIN
) -> GenerationRequest:
    """`wanted` as `model` would be asked for it, but for what only the photo shows: to be checked and estimated.

    Pure and quick: no photo is opened. What is kept or redrawn is asked for as it is.
    """
    if way in ("kept", "redraw"):
        return wanted
    made = fit(model.capabilities, wanted.width, wanted.height)
    sized = replace(wanted, width=made.width, height=made.height, framing="standard", depth=8, style="")
    if way == "plate":
        told = of_empty_scene(wanted, model, engine, _usual(wanted), made, direction)
        return replace(sized, words=told.words, avoid=told.avoid or wanted.avoid, references=())
    told = of_surroundings(wanted, model, engine, direction)
    return replace(
        sized, words=told.words, avoid=told.avoid or wanted.avoid, references=wanted.references[:1], mask=b""
    )


def prepared(
    wanted: GenerationRequest,
    model: Model,
    engine: str,
    way: Way,
    product: Product | None,
    direction: Direction = _PLAIN,
) -> GenerationRequest:
    """The request to send, without what the model has none of: a seed, a negative prompt, which is said in its words.

    `product` is that of the wanted picture's photo; None for a redraw and for engines that keep it themselves. Laying
    it on a canvas takes some tenths of a second.
    """
    asked, can = speakable(outlined(wanted, model, engine, way, direction), model), model.capabilities
    if way in ("kept", "redraw") or product is None:
        return asked
    made = fit(can, wanted.width, wanted.height)
    scene = scene_of(wanted.style, wanted.words)
    framing: Framing = product.framing(wanted.framing)
    if way == "plate":
        stand = product.stand(scene, wanted.width, wanted.height, framing)
        told = of_empty_scene(wanted, model, engine, stand, made, direction)
        return replace(asked, words=told.words)
    laid = lay_out(
        product.cutout,
        scene,
        width=made.width,
        height=made.height,
        window=made.window,
        framing=framing,
        view=product.view,
    )
    canvas = finish(laid.pixels, [(made.width, made.height)], "png")[0].data
    name = wanted.references[0].name
    return replace(asked, references=(Reference(canvas, name=name, approved=True),), mask=grey_png(laid.mask))


def _usual(wanted: GenerationRequest) -> Stand:
    elevation, ground, part = _USUAL
    box: Box = (
        round(part[0] * wanted.width),
        round(part[1] * wanted.height),
        round(part[2] * wanted.width),
        round(part[3] * wanted.height),
    )
    return stand_at(box, width=wanted.width, height=wanted.height, view="standing", elevation=elevation, ground=ground)
