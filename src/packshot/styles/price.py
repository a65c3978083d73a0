"""What a picture costs, in credits: data, per style; the embedded studio has a price of its own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from packshot.settings import settings
from packshot.styles.preset import Preset
from packshot.styles.shelf import shelved

EMBEDDED = "studio"


class Prices(BaseModel):
    """The file prices.yaml: credits for a photo, and for the styles that cost something else; for a second of video,

    and for the models ("engine model") whose seconds cost something else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    photo: NonNegativeInt
    styles: dict[str, NonNegativeInt]
    second: NonNegativeInt
    seconds: dict[str, NonNegativeInt]


@cache
def prices() -> Prices:
    """The price list."""
    return Prices.model_validate(
        yaml.safe_load(files("packshot.styles").joinpath("prices.yaml").read_text(encoding="utf-8"))
    )


def price(style: str, engine: str) -> int:
    """Credits for one picture in `style` by `engine`: the style's own price whoever makes it, or the engine's."""
    found = shelved().get(style)
    return price_of(found.preset, engine) if found else _listed(style, engine)


def price_of(preset: Preset, engine: str) -> int:
    """Credits for one picture or video of `preset` by `engine`."""
    if preset.credits is None and preset.seconds:
        return second_price(engine, preset.model) * preset.seconds
    return _listed(preset.slug, engine) if preset.credits is None else preset.credits


def second_price(engine: str, model: str) -> int:
    """Credits for a second of video by a model."""
    return prices().seconds.get(f"{engine} {model}", prices().second)


def _listed(style: str, engine: str) -> int:
    """The embedded studio costs its operator no vendor, so it has a setting."""
    if engine == EMBEDDED:
        return settings().studio_credits
    return prices().styles.get(style, prices().photo)
