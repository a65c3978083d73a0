"""What somebody chose for a shoot of a product, kept while they are away getting credits."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from redis.exceptions import RedisError

from packshot.shoots.brief import Brief
from packshot.shoots.cast import talent_of
from packshot.styles.price import EMBEDDED
from packshot.talents.models import Channel, Purpose
from packshot.valkey import valkey

KEPT_S = 86_400
SIZES = {
    "1024x1024": "1024 × 1024, quick",
    "1600x1600": "1600 × 1600, marketplaces",
    "2048x2048": "2048 × 2048, zoomable",
    "1600x2000": "1600 × 2000, 4:5 for feeds",
    "1500x2000": "1500 × 2000, 3:4 for fashion",
    "2000x1500": "2000 × 1500, 4:3 for shops",
    "1920x1080": "1920 × 1080, 16:9 for banners",
}
FORMAT_NAMES = {"webp": "WebP", "jpeg": "JPEG", "png": "PNG", "avif": "AVIF", "tiff": "TIFF"}
_WORDS = {
    "photo_ids": "Choose at least one photo.",
    "styles": "Choose at least one style.",
    "count": "Give a whole number from 1 to 1,000.",
    "seed": "A seed is a whole number from 0 to 4,294,967,295.",
    "size": "Write width x height in pixels, such as 1600x1600.",
    "format": "Choose one of the formats.",
    "framing": "Choose one of the framings.",
    "engine": "Choose who makes the pictures.",
    "model": "Choose who makes the pictures.",
    "mode": "Choose what happens to the product.",
    "words": "Write at most 10,000 characters.",
    "avoid": "Write at most 10,000 characters.",
    "poses": "Choose from the poses.",
    "market": "Choose one of the markets.",
    "purpose": "Choose what the pictures are for.",
    "channels": "Choose at least one place where they appear.",
    "seconds": "Choose how long it lasts.",
}


@dataclass(frozen=True)
class Chosen:
    """What a form said, as it was typed. `photos` None: all that are approved."""

    photos: list[str] | None = None
    styles: list[str] = field(default_factory=lambda: ["white-shadow"])
    size: str = "1600x1600"
    own_size: str = ""
    framing: str = "standard"
    format: str = "webp"
    count: str = "1"
    seed: str = ""
    maker: str = EMBEDDED  # or engine and model, with a space between; of videos "" or this for whom the style names
    mode: str = ""
    words: str = ""
    avoid: str = ""
    talent: str = ""
    poses: list[str] = field(default_factory=list[str])  # of the person: nobody, no poses
    strict: bool = False
    market: str = ""
    purpose: str = Purpose.CATALOGUE.value
    channels: list[str] = field(default_factory=lambda: [Channel.SHOP.value])
    kind: str = "image"
    seconds: str = ""  # of videos; "" as the style says

    def brief(self, product_id: UUID) -> Brief | dict[str, str]:
        """The request, or what is wrong with it: words by field."""
        return self._validated(*(self._video(product_id) if self.kind == "video" else self._pictures(product_id)))

    def _pictures(self, product_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
        engine, _, model = self.maker.partition(" ")
        painted = engine != EMBEDDED
        said = self.words.strip() if painted else ""
        given = {"photo_ids": bool(self.photos), "styles": bool(self.styles or said)}
        wrong = {name: _WORDS[name] for name, there in given.items() if not there}
        asked: dict[str, Any] = {
            "product_id": product_id,
            "photo_ids": self.photos or [],
            "styles": self.styles or ([] if said else ["none"]),
            "engine": engine,
            "model": model or None,
            "mode": (self.mode or None) if painted else None,
            "words": said,
            "avoid": self.avoid.strip() if painted else "",
            "talent_id": (who := talent_of(self.talent)),
            "poses": self.poses if who else [],
            "strict": self.strict,
            "market": self.market or None,
            **({"purpose": self.purpose, "channels": self.channels} if who else {}),
            "size": self.own_size.strip().lower().replace("×", "x").replace(" ", "") or self.size,
            "framing": self.framing,
            "format": self.format,
            "count": self.count.strip() or "1",
            "seed": self.seed.strip() or None,
        }
        return asked, wrong

    def _video(self, product_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
        """What is not chosen is not said, so that the style says it."""
        maker = "" if self.maker == EMBEDDED else self.maker  # a form that sends nothing gets what pictures have
        engine, _, model = maker.partition(" ")
        words = self.words.strip()
        wrong = {} if self.photos else {"photo_ids": _WORDS["photo_ids"]}
        if not self.styles and not words:
            wrong["styles"] = "Choose at least one style, or describe the video."
        elif not self.styles and not engine:
            wrong["engine"] = "Choose who makes it, or a style that names somebody."
        asked: dict[str, Any] = {
            "product_id": product_id,
            "photo_ids": self.photos or [],
            "styles": self.styles or ([] if words else ["none"]),
            "words": words,
            "strict": self.strict,
            "count": self.count.strip() or "1",
            "seed": self.seed.strip() or None,
            "seconds": self.seconds or None,
        }
        chosen = {"engine": engine, "model": model, "size": self.size}
        return asked | {name: value for name, value in chosen.items() if value}, wrong

    def _validated(self, asked: dict[str, Any], wrong: dict[str, str]) -> Brief | dict[str, str]:
        try:
            made = Brief.model_validate(asked)
        except ValidationError as error:
            for one in error.errors():
                name = str(one["loc"][0]) if one["loc"] else "count"
                wrong.setdefault(name, _WORDS[name] if one["loc"] else one["msg"].removeprefix("Value error, ") + ".")
            return wrong
        return wrong or made


async def keep(account_id: UUID, product_id: UUID, chosen: Chosen) -> None:
    """Remembers it for a day. Without Valkey it is typed again."""
    with suppress(RedisError, OSError, TimeoutError):
        await valkey().set(_name(account_id, product_id), json.dumps(asdict(chosen)), ex=KEPT_S)


async def kept(account_id: UUID, product_id: UUID) -> Chosen:
    """What was chosen last, or what is chosen for a start; also where another version of Packshot wrote it down."""
    with suppress(RedisError, OSError, TimeoutError, TypeError, ValueError):
        if text := await valkey().get(_name(account_id, product_id)):
            return Chosen(**json.loads(text))
    return Chosen()


async def forget(account_id: UUID, product_id: UUID) -> None:
    """The shoot is on its way."""
    with suppress(RedisError, OSError, TimeoutError):
        await valkey().delete(_name(account_id, product_id))


def _name(account_id: UUID, product_id: UUID) -> str:
    return f"packshot:chosen:{account_id}:{product_id}"
