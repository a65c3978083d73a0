"""A shoot that somebody describes in words: what they typed, what it leads to, and the request that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from packshot.engines import registry
from packshot.engines.base import Cost, Engine, GenerationRequest, Model, Reference
from packshot.errors import BadInputError, PackshotError
from packshot.shoots.brief import Brief
from packshot.shoots.cast import talent_of
from packshot.shoots.directed import SAME_PERSON, WORDS
from packshot.shoots.makers import maker, takes_people
from packshot.shoots.reader import Read
from packshot.shoots.references import posed
from packshot.shoots.variations import variations
from packshot.styles.direction import Look, look
from packshot.styles.library import Style, style
from packshot.styles.price import EMBEDDED, price
from packshot.talents.models import Channel, Purpose
from packshot.words.brief import brief
from packshot.words.direction import Direction, Shown
from packshot.words.families import family_of
from packshot.words.markets import market_named, markets
from packshot.words.sets import fitting
from packshot.words.spread import Spread

_WORDS = {
    "words": "Say what the picture shows, in at most 10,000 characters.",
    "product_id": "Choose one of your products, or none.",
    "engine": "Choose one of the engines.",
    "size": "Write width x height in pixels, such as 1600x1600.",
    "variations": "Give a whole number from 1 to 1,000.",
    "count": "Give a whole number from 1 to 1,000.",
    "market": "Choose one of the markets.",
    "purpose": "Choose what the pictures are for.",
    "channels": "Choose at least one place where they appear.",
    "poses": "Choose from the poses.",
    "format": "Choose one of the formats.",
}


@dataclass(frozen=True)
class Worded:
    """What the form said, as it was typed. `style` "": what the words ask for; `different`: no two alike."""

    words: str = ""
    product: str = ""
    style: str = ""
    engine: str = ""
    market: str = ""
    pictures: str = "1"
    different: bool = True
    size: str = "1024x1024"
    format: str = "webp"
    poses: list[str] = field(default_factory=list[str])
    talent: str = ""
    strict: bool = False
    purpose: str = Purpose.CATALOGUE.value
    channels: list[str] = field(default_factory=lambda: [Channel.SHOP.value])

    @property
    def maker(self) -> str:
        """The engine: the one chosen, or the style's; the studio for a product, the first that paints for words,

        and where somebody is in it the first that paints from photos of people.
        """
        if self.engine:
            return self.engine
        if self.look:
            return self.look.engine
        if talent_of(self.talent):
            can = (id for id, one in painters().items() if takes_people(one.models()[0], product=bool(self.product)))
            return next(can, EMBEDDED)
        return EMBEDDED if self.product else next(iter(painters()), EMBEDDED)

    @property
    def look(self) -> Style | None:
        """The style that was chosen, where the library has it."""
        return style(self.style) if self.style else None

    @property
    def portrait(self) -> bool:
        """Whether the style is made of photos of a person."""
        return bool(self.look and "person" in self.look.preset.needs)

    @property
    def number(self) -> int:
        """How many pictures; 0 where that is no number."""
        plain = self.pictures.strip() or "1"
        return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else 0


@dataclass(frozen=True)
class Leads:
    """What a description leads to: everything that the page shows before anything is bought."""

    worded: Worded
    read: Read
    photos: int
    """Approved photos of the product; 1 where there is no product."""

    @property
    def direction(self) -> Direction:
        person = talent_of(self.worded.talent) is not None
        along: dict[Shown, bool] = {"product": bool(self.worded.product), "person": person}
        shown = [Reference(b"", role=role) for role, there in along.items() if there]
        along["pose"] = bool(posed(self._pose, self.model, shown))
        chosen = self.worded.look
        said = look(chosen.preset, words=self.worded.words) if chosen and not chosen.embedded else Look("", "")
        return Direction(
            style=said.style,
            avoid=said.avoid,
            market=market_named(self.worded.market) if self.worded.market else "",
            pose=self._pose,
            talent=SAME_PERSON if person else "",
            references=tuple(role for role, there in along.items() if there),
            worn=person,
        )

    @property
    def _pose(self) -> str:
        return self.worded.poses[0] if self.worded.poses else ""

    @cached_property
    def told(self) -> dict[str, Any]:
        """The object that `packshot brief --json` prints."""
        known = {id: [model.capabilities for model in kind.models()] for id, kind in registry().classes.items()}
        return brief(
            self.worded.words,
            known,
            direction=self.direction,
            reading=self.read.reading,
            notes=self.read.notes,
            read_by=self.read.by,
        )

    @cached_property
    def styles(self) -> list[str]:
        """The styles to shoot in: the one chosen, else what the words lead to, all that fit where all shall differ."""
        if self.worded.style:
            return [self.worded.style]
        if self.worded.maker != EMBEDDED:
            return [WORDS]
        found = fitting(self.read.reading, self.direction.market)
        return found if self.varies else found[:1]

    @property
    def varies(self) -> bool:
        return self.worded.different and self.worded.number > 1

    @cached_property
    def spread(self) -> Spread | str | None:
        """The variations; or why there are not as many, in words; None where none are asked for."""
        if not self.varies:
            return None
        words = "" if self.worded.maker == EMBEDDED else self.worded.words
        try:
            return variations(self.worded.maker, tuple(self.styles), words, self.worded.number)
        except BadInputError as error:
            return f"{error.message} {error.remedy}"

    @property
    def engine(self) -> Engine:
        return maker(self.worded.maker)

    @property
    def model(self) -> Model:
        """The engine's first, or the style's where the style chose the engine."""
        look = self.worded.look
        own = look.model if look and look.engine == self.worded.maker else None
        return own or next(iter(self.engine.known.values()))

    @property
    def family(self) -> str:
        """Whose prompt is shown; "" for the studio, which reads none."""
        return "" if self.worded.maker == EMBEDDED else family_of(self.worded.maker, self.model.id)

    @property
    def pictures(self) -> int:
        return self.worded.number * self.photos * max(1, len(self.worded.poses))

    @property
    def credits(self) -> int:
        return self.pictures * price(self.styles[0], self.worded.maker)

    @property
    def cost(self) -> Cost:
        """What it costs the operator at most, for operators."""
        text = self.told["prompt"].get(self.family, {}).get("text", "")
        width, _, height = self.worded.size.partition("x")
        size = (int(width), int(height)) if width.isdigit() and height.isdigit() else (1024, 1024)
        asked = GenerationRequest(model=self.model.id, width=size[0], height=size[1], words=text)
        return Cost(self.engine.estimate(asked).micros * self.pictures)

    def brief(self) -> Brief | dict[str, str]:
        """The request, or what is wrong with it: words by field."""
        embedded = self.worded.maker == EMBEDDED
        wrong: dict[str, str] = {}
        if not self.worded.words.strip() and not self.worded.style:
            wrong["words"] = _WORDS["words"]
        if self.worded.portrait and not talent_of(self.worded.talent):
            wrong["talent"] = "This style is a portrait: choose who is in it, or add a model."
        if embedded and not self.worded.product:
            wrong["product_id"] = "The embedded studio photographs your product: choose one, or an engine that paints."
        asked: dict[str, Any] = {
            "product_id": self.worded.product or None,
            "styles": self.styles,
            "engine": self.worded.maker,
            "model": self.model.id,
            "size": self.worded.size,
            "format": self.worded.format,
            "framing": self.told["prompt"]["studio"]["framing"] if embedded and not self.varies else "standard",
            "words": "" if embedded else self.worded.words.strip(),
            "market": markets()[self.direction.market].codes[0].upper() if self.direction.market else None,
            "poses": self.worded.poses,
            "talent_id": (who := talent_of(self.worded.talent)),
            **({"purpose": self.worded.purpose, "channels": self.worded.channels} if who else {}),
            "strict": self.worded.strict,
            **({"variations": self.worded.number} if self.varies else {"count": self.worded.number}),
        }
        try:
            made = Brief.model_validate(asked)
        except ValidationError as error:
            for one in error.errors():
                name = str(one["loc"][0]) if one["loc"] else "variations"
                wrong.setdefault(name, _WORDS.get(name, one["msg"].removeprefix("Value error, ") + "."))
            return wrong
        return wrong or made


def painters() -> dict[str, Engine]:
    """The engines that are configured and paint pictures from words alone, by id."""
    found: dict[str, Engine] = {}
    for id in registry().classes:
        try:
            one = maker(id)
        except PackshotError:
            continue
        if not one.missing and any(_paints(model) for model in one.models()[:1]):
            found[id] = one
    return found


def unconfigured() -> Sequence[Engine]:
    """Engines that would paint from words and lack a key, for operators."""
    return [
        one
        for id in registry().classes
        for one in (maker(id),)
        if one.missing and any(_paints(model) for model in one.models()[:1])
    ]


def _paints(model: Model) -> bool:
    can = model.capabilities
    return can.words and "image" in can.kinds and not (can.needs_product or can.needs_person or can.keeps_product)


def product_of(worded: Worded) -> UUID | None:
    """The product that was chosen; None for none, and for what is no id."""
    try:
        return UUID(worded.product) if worded.product else None
    except ValueError:
        return None
