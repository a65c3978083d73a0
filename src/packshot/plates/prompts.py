"""What an engine is told: of an empty scene, of what is around a product, or of the whole picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

from packshot.plates.fit import Fit
from packshot.studio.plate import Stand
from packshot.studio.scene.library import SCENES
from packshot.studio.scene.scene import Light, Scene
from packshot.words.parse import Reading, parse
from packshot.words.prompts import cut, families, prompt, tidy
from packshot.words.sets import choose

_FAMILY: Mapping[str, str] = {"bedrock": "stability"}  # engines that take another family's prompts
_OF_SCENE = {
    "surface": "Surface",
    "backdrop": "Behind it",
    "mood": "Mood",
    "season": "Season",
    "occasion": "For",
    "market": "For buyers in",
}
_NEVER = "No text, no logo, no watermark, no border."
_UNWANTED = ("product", "object in the middle", "person", "hand", "text", "logo", "watermark")


@dataclass(frozen=True)
class Told:
    """What is sent: the prompt and, for a model that takes one, a negative prompt."""

    words: str
    avoid: str


def most_of(engine: str, characters: int) -> int:
    """Characters of a prompt: what the model takes, and no more than its family reads."""
    family = families().get(_FAMILY.get(engine, engine))
    return min(characters, family.most) if family else characters


def scene_of(style: str, words: str) -> Scene:
    """The set whose light, surface and proportions a painted scene is to have: the style's, else the words' nearest."""
    return SCENES[style] if style in SCENES else SCENES[choose(parse(words)).style]


def of_empty_scene(style: str, words: str, avoid: str, stand: Stand, fit: Fit, *, negative: bool, most: int) -> Told:
    """The empty scene for a product at `stand`, whose frame is the window of `fit`. `most` characters."""
    scene, reading = scene_of(style, words), parse(words)
    down = _heights(fit, stand.height)
    lead = "Photograph of an empty set for a product picture, with nothing on it."
    where = (
        "Seen from straight above: the surface fills the whole picture and is lit evenly."
        if stand.view == "above"
        else _room(stand, down)
    )
    x0, y0, x1, y1 = stand.box
    free = (
        f"The middle stays free for a product {(x1 - x0) / stand.width:.0%} of the picture wide "
        f"and {(y1 - y0) / stand.height:.0%} tall, which is put in later."
    )
    unwanted = ", ".join(filter(None, [tidy(avoid), *_UNWANTED]))
    closing = _NEVER if negative else f"No product, no person, nothing where it will stand. {_NEVER}"
    rest = " ".join([where, _lit(scene, reading), free, closing])
    about = cut(_about(style, reading), max(most - len(lead) - len(rest) - 2, 0))
    return Told(" ".join(filter(None, [lead, about, rest])), unwanted if negative else "")


def of_surroundings(style: str, words: str, avoid: str, *, negative: bool, most: int) -> Told:
    """What is around a product that is in the picture already and stays as it is."""
    scene, reading = scene_of(style, words), parse(words)
    lead = "The product in this picture stays exactly as it is, where it is. Paint what is around and under it."
    said = tidy(reading.text)
    seller = f"The seller's words: “{said}”." if said else ""
    rest = (
        f"{_lit(scene, reading)} The product stands on the surface with a true contact shadow. "
        f"Nothing covers it and nothing touches it. {_NEVER}"
    )
    about = _of_style(style) or ("" if said else _about(style, reading))
    about = cut(" ".join(filter(None, [about, seller])), max(most - len(lead) - len(rest) - 2, 0))
    return Told(" ".join(filter(None, [lead, about, rest])), tidy(avoid) if negative else "")


def of_whole_picture(engine: str, style: str, words: str, avoid: str, *, negative: bool, most: int) -> Told:
    """The whole picture, in the template of the engine's family where it has one."""
    family = _FAMILY.get(engine, engine)
    reading = parse(words)
    if words and family in families():
        made = prompt(reading, family)
        text, unwanted = made.text, made.avoid or ""
    else:
        text, unwanted = tidy(words), ""
    told = " ".join(filter(None, [cut(text, most), _of_style(style)]))
    said = ", ".join(filter(None, [tidy(avoid), unwanted]))
    return Told(cut(told, most), said if negative else "")


def light_in_words(light: Light) -> str:
    """Where the light comes from and how hard it is: against the shadow's run."""
    right, away = light.direction
    sides = [
        *(["left" if right > 0 else "right"] if abs(right) > 0.2 else []),
        *(["front" if away > 0 else "back"] if abs(away) > 0.1 else []),
    ]
    slant = "low" if hypot(right, away) > 1 else "high"
    hardness = "hard" if light.softness < 0.6 else "soft"
    return f"{hardness}, from {slant} on the {' '.join(reversed(sides))}" if sides else f"{hardness}, from above"


def _lit(scene: Scene, reading: Reading) -> str:
    said = [value.replace("-", " ") for value in reading.values.get("light", ())]
    return f"Light: {', '.join([*said, light_in_words(scene.light)])}."


def _room(stand: Stand, down: Mapping[str, float]) -> str:
    ground, begins = (down["scale"] * at + down["offset"] for at in (stand.ground, stand.begins))
    tilt = f"The camera looks down by {stand.elevation:.0f} degrees through a 70 mm lens."
    line = f"The level surface begins {begins:.0%} of the way down and reaches the lower edge."
    return f"{line} It is clear at {ground:.0%} of the way down, where the product will stand. {tilt}"


def _heights(fit: Fit, height: int) -> Mapping[str, float]:
    """From heights in the picture to heights in what is painted, both 0 top to 1 bottom."""
    _, y0, _, y1 = fit.window
    return {"scale": (y1 - y0) / fit.height, "offset": y0 / fit.height}


def _of_style(style: str) -> str:
    if not style:
        return ""
    return f"The set: {SCENES[style].words}" if style in SCENES else f"Style: {style}."


def _about(style: str, reading: Reading) -> str:
    """The scene in words. The description's own only where nothing of it was understood: it speaks of the product."""
    parts = [_of_style(style)]
    said = {key: [value.replace("-", " ") for value in reading.values.get(key, ())] for key in _OF_SCENE}
    parts += [f"{_OF_SCENE[key]}: {', '.join(values)}." for key, values in said.items() if values]
    if not any(said.values()) and reading.text.strip():
        parts.append(f"It is for a picture of which the seller says: “{tidy(reading.text)}”; paint its place only.")
    return " ".join(filter(None, parts))
