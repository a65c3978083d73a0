"""What an engine is asked for, so that the picture that was wanted can be made of its answer."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines.base import GenerationRequest, Model, Reference
from packshot.imaging.finish import finish
from packshot.imaging.master import grey_png
from packshot.plates.fit import Fit, fit
from packshot.plates.product import Product
from packshot.plates.prompts import (
    Told,
    most_of,
    of_empty_scene,
    of_surroundings,
    of_whole_picture,
    scene_of,
)
from packshot.plates.way import Way
from packshot.studio.framing import Framing
from packshot.studio.place import Box
from packshot.studio.plate import Stand, stand_at
from packshot.studio.surround import lay_out

_USUAL = 14.0, 0.86, (0.22, 0.26, 0.78, 0.86)  # elevation, ground and box of a product that nobody has looked at yet


def outlined(wanted: GenerationRequest, model: Model, engine: str, way: Way) -> GenerationRequest:
    """`wanted` as `model` would be asked for it, but for what only the photo shows: to be checked and estimated.

    Pure and quick: no photo is opened.
    """
    if way == "kept":
        return wanted
    if way == "redraw":
        return _told(wanted, model, _whole(wanted, model, engine))
    made = fit(model.capabilities, wanted.width, wanted.height)
    told = _scene(wanted, model, engine, made, None) if way == "plate" else _around(wanted, model, engine)
    asked = replace(_told(wanted, model, told), width=made.width, height=made.height, framing="standard", depth=8)
    if way == "plate":
        return replace(asked, references=())
    return replace(asked, references=wanted.references[:1], mask=b"")


def prepared(
    wanted: GenerationRequest, model: Model, engine: str, way: Way, product: Product | None
) -> GenerationRequest:
    """The request to send, without a seed to a model that has none. Some tenths of a second of work for an inpainting.

    `product` is that of the wanted picture's photo; None for a redraw and for engines that keep it themselves.
    """
    asked = outlined(wanted, model, engine, way)
    if not model.capabilities.seed:
        asked = replace(asked, seed=None)
    if way in ("kept", "redraw") or product is None:
        return asked
    made = fit(model.capabilities, wanted.width, wanted.height)
    scene = scene_of(wanted.style, wanted.words)
    framing: Framing = product.framing(wanted.framing)
    if way == "plate":
        stand = product.stand(scene, wanted.width, wanted.height, framing)
        return _told(asked, model, _scene(wanted, model, engine, made, stand))
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


def _told(request: GenerationRequest, model: Model, told: Told) -> GenerationRequest:
    """`request` with what is said in place of a style's name, for a model that reads words."""
    if not model.capabilities.words:
        return request
    return replace(request, style="", words=told.words, avoid=told.avoid or request.avoid)


def _whole(wanted: GenerationRequest, model: Model, engine: str) -> Told:
    return of_whole_picture(
        engine,
        wanted.style,
        wanted.words,
        wanted.avoid,
        negative=model.capabilities.negative_words,
        most=most_of(engine, model.capabilities.characters),
    )


def _around(wanted: GenerationRequest, model: Model, engine: str) -> Told:
    return of_surroundings(
        wanted.style,
        wanted.words,
        wanted.avoid,
        negative=model.capabilities.negative_words,
        most=most_of(engine, model.capabilities.characters),
    )


def _scene(wanted: GenerationRequest, model: Model, engine: str, made: Fit, stand: Stand | None) -> Told:
    return of_empty_scene(
        wanted.style,
        wanted.words,
        wanted.avoid,
        stand or _usual(wanted),
        made,
        negative=model.capabilities.negative_words,
        most=most_of(engine, model.capabilities.characters),
    )


def _usual(wanted: GenerationRequest) -> Stand:
    elevation, ground, part = _USUAL
    box: Box = (
        round(part[0] * wanted.width),
        round(part[1] * wanted.height),
        round(part[2] * wanted.width),
        round(part[3] * wanted.height),
    )
    return stand_at(box, width=wanted.width, height=wanted.height, view="standing", elevation=elevation, ground=ground)
