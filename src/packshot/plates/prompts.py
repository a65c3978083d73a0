"""What an engine is told: of an empty scene, of what is around a product, or of the whole picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot

from packshot.engines.base import GenerationRequest, Model
from packshot.plates.fit import Fit
from packshot.studio.plate import Stand
from packshot.studio.scene.library import SCENES
from packshot.studio.scene.scene import Light, Scene
from packshot.words.direction import Direction, market_of, values_of
from packshot.words.families import families, family_of
from packshot.words.local import local
from packshot.words.markets import markets
from packshot.words.parse import parse
from packshot.words.prompts import cut, plate, prompt, tidy
from packshot.words.sets import choose
from packshot.words.stage import LightFrom, Stage

_NEVER = "No text, no logo, no watermark, no border."
_PLAIN = Direction()


@dataclass(frozen=True)
class Told:
    """What is sent: the prompt and, for a model that takes one, a negative prompt."""

    words: str
    avoid: str


def scene_of(style: str, words: str) -> Scene:
    """The set whose light, surface and proportions a painted scene is to have: the style's, else the words' nearest."""
    return SCENES[style] if style in SCENES else SCENES[choose(parse(words)).style]


def of_empty_scene(
    wanted: GenerationRequest, model: Model, engine: str, stand: Stand, fit: Fit, direction: Direction = _PLAIN
) -> Told:
    """The empty scene for a product at `stand`, whose frame is the window of `fit`."""
    _, y0, _, y1 = fit.window
    x0, top, x1, bottom = stand.box
    part = (y1 - y0) / fit.height
    stage = Stage(
        ground=y0 / fit.height + part * stand.ground,
        elevation=stand.elevation,
        light=light_from(scene_of(wanted.style, wanted.words).light),
        room=(
            (x1 - x0) / stand.width * (fit.window[2] - fit.window[0]) / fit.width,
            (bottom - top) / stand.height * part,
        ),
    )
    told = plate(
        parse(wanted.words),
        family_of(engine, model.id),
        stage,
        replace(direction, style=_of_style(wanted.style), avoid=wanted.avoid),
        most=model.capabilities.characters,
    )
    return Told(told.text, (told.avoid or "") if model.capabilities.negative_words else "")


def of_surroundings(wanted: GenerationRequest, model: Model, engine: str, direction: Direction = _PLAIN) -> Told:
    """What is around a product that is in the picture already and stays as it is."""
    scene, said, avoid = scene_of(wanted.style, wanted.words), tidy(wanted.words), tidy(wanted.avoid)
    negative = model.capabilities.negative_words
    lead = "The product in this picture stays exactly as it is, where it is. Paint what is around and under it."
    rest = (
        f"Light: {light_in_words(scene.light)}. The product stands on the surface with a true contact shadow. "
        f"Nothing covers it and nothing touches it. {_NEVER}"
        + (f" Leave out: {avoid}." if avoid and not negative else "")
    )
    about = " ".join(
        filter(
            None,
            [
                f"The set: {_of_style(wanted.style)}" if wanted.style or not said else "",
                f"The seller's words: “{said}”." if said else "",
                f"For buyers in {direction.market.title()}." if direction.market else "",
                *_of_market(wanted, said, direction),
            ],
        )
    )
    most = min(model.capabilities.characters, families()[family_of(engine, model.id)].most)
    about = cut(about, max(most - len(lead) - len(rest) - 2, 0))
    return Told(" ".join(filter(None, [lead, about, rest])), avoid if negative else "")


def _of_market(wanted: GenerationRequest, said: str, direction: Direction) -> list[str]:
    """The palette, and of the market's own place, props and palette what the words and the style leave open."""
    reading = parse(said)
    name = market_of(reading, direction)
    if not name:
        return [f"Palette: {direction.palette}." if direction.palette else ""]
    market = markets()[name]
    style = _of_style(wanted.style) if wanted.style else ""
    open_, coloured = local(market, reading, values_of(reading, direction), style, wanted.avoid)
    place = open_ or {"place": "", "props": ""}
    palette = direction.palette or ("" if coloured else market.palette)
    return [
        f"Palette: {palette}." if palette else "",
        f"Surroundings: {place['place']}." if place["place"] else "",
        f"Props, well away from the product: {place['props']}." if place["props"] else "",
    ]


def of_whole_picture(wanted: GenerationRequest, model: Model, engine: str, direction: Direction = _PLAIN) -> Told:
    """The whole picture, in the words of the model's family. The style stays with the request, by its name."""
    direction = replace(
        direction, avoid=wanted.avoid, references=tuple(reference.role for reference in wanted.references)
    )
    told = prompt(parse(wanted.words), family_of(engine, model.id), direction, most=model.capabilities.characters)
    return Told(told.text, (told.avoid or "") if model.capabilities.negative_words else "")


def light_from(light: Light) -> LightFrom:
    """Where the light comes from, in one word: against the shadow's run."""
    right, away = light.direction
    if hypot(right, away) < 0.1:
        return "above"
    if abs(right) >= abs(away):
        return "left" if right > 0 else "right"
    return "front" if away > 0 else "behind"


def light_in_words(light: Light) -> str:
    """Where the light comes from and how hard it is."""
    right, away = light.direction
    sides = [
        *(["left" if right > 0 else "right"] if abs(right) > 0.2 else []),
        *(["front" if away > 0 else "back"] if abs(away) > 0.1 else []),
    ]
    slant = "low" if hypot(right, away) > 1 else "high"
    hardness = "hard" if light.softness < 0.6 else "soft"
    return f"{hardness}, from {slant} on the {' '.join(reversed(sides))}" if sides else f"{hardness}, from above"


def _of_style(style: str) -> str:
    return SCENES[style].words if style in SCENES else style
