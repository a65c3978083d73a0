"""What a picture costs, in credits: data, per style; the embedded studio has a price of its own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from packshot.settings import settings

EMBEDDED = "studio"


class Prices(BaseModel):
    """The file prices.yaml: credits for a photo, and for the styles that cost something else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    photo: NonNegativeInt
    styles: dict[str, NonNegativeInt]


@cache
def prices() -> Prices:
    """The price list."""
    return Prices.model_validate(
        yaml.safe_load(files("packshot.styles").joinpath("prices.yaml").read_text(encoding="utf-8"))
    )


def price(style: str, engine: str) -> int:
    """Credits for one picture in `style`. The embedded studio costs its operator no vendor, so it has a setting."""
    if engine == EMBEDDED:
        return settings().studio_credits
    return prices().styles.get(style, prices().photo)
