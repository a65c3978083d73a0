"""What somebody asks for: which photos, in which styles, how large, how many."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from packshot.imaging.formats import Format, VideoFormat
from packshot.talents.models import Channel, Purpose

MOST_PICTURES = 1000  # of one shoot
MOST_WORDS = 10_000  # characters of a description
_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})", re.ASCII)

Mode = Literal["plate", "redraw"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$")]


class Brief(BaseModel):
    """One request. Every photo is made in every style and pose, `count` times with seeds that follow one another.

    `photo_ids` names photos; with `product_id` alone it is all photos of that product whose cutout is approved. `model`
    None is the engine's default, `seed` None a random one. `words` and `avoid` are the seller's own; without `styles`
    they say it all. `mode` says whether an engine paints around the product (plate) or the product too (redraw); None
    is the engine's usual way. `preset` names an engine and model by what they are good for, and takes their place.
    `allow` names fields that a model may do without, with a warning, where it has no such thing; else it is refused.
    `strict`: both locks have to accept every picture. `variations` asks for so many different pictures of each photo in
    place of `count` that are alike: spread over the styles with the embedded studio, over what the words leave open
    elsewhere. A shoot of a video style, or of a model that makes nothing else, is one of videos: they last `seconds`,
    or as long as the style says, are MP4 files, and have the style's size unless one is named. `market`, `purpose` and
    `channels` say where, what for and in what the pictures appear: the release of a person in them has to cover it all.
    """

    model_config = ConfigDict(extra="forbid")

    product_id: UUID | None = None
    photo_ids: Annotated[list[UUID], Field(max_length=200)] = []
    styles: Annotated[list[Slug], Field(max_length=100)] = []
    engine: Slug = "studio"
    model: Name | None = None
    size: str = Field(default="1024x1024", description="Width and height in pixels.", examples=["1600x1600"])
    framing: Slug = "standard"
    format: Format | VideoFormat = "webp"
    count: Annotated[int, Field(ge=1, le=MOST_PICTURES)] = 1
    seed: Annotated[int, Field(ge=0, lt=1 << 32)] | None = None
    words: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    avoid: Annotated[str, Field(max_length=MOST_WORDS)] = ""
    mode: Mode | None = None
    preset: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{0,31}$")] | None = None
    allow: Annotated[list[Literal["seed", "avoid"]], Field(max_length=2)] = []
    strict: bool = False
    talent_id: UUID | None = None
    poses: Annotated[list[Slug], Field(max_length=20)] = []
    market: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    purpose: Purpose = Purpose.CATALOGUE
    channels: Annotated[list[Channel], Field(min_length=1, max_length=len(Channel))] = [Channel.SHOP]
    variations: Annotated[int, Field(ge=2, le=MOST_PICTURES)] | None = None
    seconds: Annotated[int, Field(ge=1, le=60)] | None = None

    @field_validator("size")
    @classmethod
    def _is_a_size(cls, size: str) -> str:
        if not _SIZE.fullmatch(size):
            raise ValueError(f"{size!r} is not a size: write width x height in pixels, such as 1600x1600")
        return size

    @field_validator("styles", "photo_ids", "poses", "allow", "channels")
    @classmethod
    def _each_once(cls, given: list[object]) -> list[object]:
        return list(dict.fromkeys(given))

    @property
    def pictures(self) -> int:
        """How many pictures of each photo."""
        each = max(1, len(self.styles)) * self.count
        if self.variations:
            each = self.variations if self.engine == "studio" else self.variations * max(1, len(self.styles))
        return each * max(1, len(self.poses))

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.styles and not self.words.strip():
            raise ValueError("choose at least one style, or describe the picture in words")
        if self.preset and {"engine", "model"} & self.model_fields_set:
            raise ValueError("a preset chooses engine and model: leave these out, or the preset")
        if self.variations and self.count != 1:
            raise ValueError("ask for variations or for a count, not for both")
        pictures = max(1, len(self.photo_ids)) * self.pictures
        if pictures > MOST_PICTURES:
            raise ValueError(f"{pictures:,} pictures are more than the {MOST_PICTURES:,} of one shoot")
        return self

    @property
    def width(self) -> int:
        return int(self.size.split("x")[0])

    @property
    def height(self) -> int:
        return int(self.size.split("x")[1])

    @property
    def fingerprint(self) -> bytes:
        """Equal for equal requests, in whatever order their fields were written, and by whichever version of us."""
        return sha256(self.model_dump_json(exclude_defaults=True).encode()).digest()
