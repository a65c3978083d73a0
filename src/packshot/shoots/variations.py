"""Distinct variations of one shoot: which there are, what each is called, and what its engine is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from packshot.errors import BadInputError
from packshot.styles.price import EMBEDDED
from packshot.words.parse import parse

if TYPE_CHECKING:  # pixel libraries, which a worker that waits for vendors can do without
    from packshot.studio.staging import Staging
    from packshot.words.spread import Point, Spread

# Words that the grammar reads as the value they stand for: whoever makes the prompt finds them in the description.
_SAID = {
    "backdrop": "{} in the background.",
    "light": "{} light.",
    "season": "{}.",
    "palette": "Palette: {}.",
}
_ANGLES = {
    "front": "Shot from the front.",
    "three-quarter": "Three-quarter view.",
    "above": "Shot from above.",
    "eye-level": "At eye level.",
    "below": "Shot from below.",
}
_LIGHTS = {
    "window": "Window light.",
    "golden-hour": "Golden hour.",
    "low-key": "Low key lighting.",
    "backlit": "Backlit.",
    "candle": "Candlelight.",
}


@lru_cache(maxsize=64)
def variations(engine: str, styles: tuple[str, ...], words: str, count: int) -> Spread:
    """The spread of `count` variations: the studio varies styles, distance, light and horizon, others what is unsaid.

    Raises BadInputError where there are not as many.
    """
    from packshot.words.spread import axes_of, spread

    if engine == EMBEDDED:
        return _of_studio(styles, count)
    axes = axes_of(parse(words))
    if not axes:
        raise BadInputError(
            "The description leaves nothing open to vary.",
            remedy="Leave backdrop, light, angle or season out of it.",
        )
    return spread(axes, count)


def _of_studio(styles: Sequence[str], count: int) -> Spread:
    from packshot.studio.scene.library import SCENES
    from packshot.studio.staging import DISTANCES, LIGHTS, makes_sense
    from packshot.words.spread import Axis, spread

    known = tuple(style for style in styles if style in SCENES)
    axes = (
        Axis("style", known, 4),
        Axis("distance", tuple(DISTANCES), 3),
        Axis("light", tuple(LIGHTS), 2),
        Axis("horizon", ("designed", "high"), 1),
    )
    return spread(axes, count, possible=lambda point: makes_sense(SCENES[point["style"]], staging_of(point)))


def staging_of(point: Point) -> Staging:
    """How the embedded studio sets up a variation."""
    from packshot.studio.staging import Staging

    given = {name: point[name] for name in ("distance", "light", "horizon") if name in point}
    return Staging(**given)  # type: ignore[arg-type] -- values of the axes above


def in_words(point: Point) -> str:
    """A variation in sentences that go behind the description; "" for one of the studio's."""
    said: list[str] = []
    for name, value in point.items():
        if name == "angle":
            said.append(_ANGLES[value])
        elif name == "light" and value in _LIGHTS:
            said.append(_LIGHTS[value])
        elif name in _SAID:
            said.append(_SAID[name].format(value.replace("-", " ").capitalize() if name != "palette" else value))
    return " ".join(said)


def label(number: int) -> str:
    """What variation `number` (0, 1, ...) is called: A to Z, then AA, AB and so on."""
    letters = ""
    left = number + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def shown(variation: Mapping[str, str]) -> str:
    """A variation for people: "marble, near, light: opposite"."""
    plain = [value.replace("-", " ") for name, value in variation.items() if name in ("style", "backdrop", "distance")]
    others = [
        f"{name}: {value.replace('-', ' ')}"
        for name, value in variation.items()
        if name in ("light", "angle", "palette", "season", "horizon") and value != "designed"
    ]
    return ", ".join([*plain, *others])
