"""A style preset as data: what it is called, what makes it, what it needs, and what makers of pictures are told."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from packshot.errors import BadInputError
from packshot.studio.framing import FRAMINGS
from packshot.studio.scene.names import NAMES
from packshot.styles.template import LONGEST, check

Category = Literal["studio", "season", "fashion", "beauty", "food", "jewellery", "home", "social", "video", "headshots"]
CATEGORIES: dict[Category, str] = {
    "studio": "Studio",
    "season": "Seasons",
    "fashion": "Fashion",
    "beauty": "Beauty",
    "food": "Food and drink",
    "jewellery": "Jewellery",
    "home": "Home",
    "social": "Social media",
    "video": "Video ads",
    "headshots": "Portraits and headshots",
}
"""Every category, in words for people, in the order that they are shown in."""

Need = Literal["product", "person", "words"]
NEEDS: dict[Need, str] = {
    "product": "a photo of the product",
    "person": "a photo of a person",
    "words": "a description",
}
"""What a style may ask for, in words for people."""

_SIZE = re.compile(r"[1-9][0-9]{1,4}x[1-9][0-9]{1,4}", re.ASCII)
_MOST_CREDITS = 10_000

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=240, pattern=r"^[^\x00-\x1f]*$")
]
Phrase = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f,]*$")
]


class Preset(BaseModel):
    """One style as the data files have it and operators edit it.

    Either `scene` names a scene of the embedded studio, or `engine` names who paints it: BEST_QUALITY, BALANCED, FAST
    or an engine by its id, with `model` another than its default.
    `prompt` is a template (see `packshot.styles.template`) and `avoid` what has to stay out of the picture. `needs` is
    what a customer has to bring. `credits` is the price of one picture or video; without it the price list's. `size` in
    pixels and `seconds` are what it is usually made in; `mode` says whether the product is painted anew, None is the
    engine's usual way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    slug: Slug
    title: Line
    category: Category
    words: Sentence
    kind: Literal["image", "video"] = "image"
    scene: str = ""
    framing: str = "standard"
    engine: Annotated[str, StringConstraints(pattern=r"^(|[A-Z][A-Z_]{0,31}|[a-z][a-z0-9_]{0,31})$")] = ""
    model: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/@-]{0,100}$")] = ""
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)] = ""
    avoid: Annotated[list[Phrase], Field(max_length=20)] = []
    needs: Annotated[list[Need], Field(max_length=3)] = []
    size: str = ""
    seconds: Annotated[int, Field(ge=1, le=60)] | None = None
    mode: Literal["plate", "redraw"] | None = None
    credits: Annotated[int, Field(ge=0, le=_MOST_CREDITS)] | None = None
    featured: bool = False
    pro: bool = False

    @field_validator("prompt")
    @classmethod
    def _prompt_can_be_rendered(cls, prompt: str) -> str:
        try:
            check(prompt)
        except BadInputError as error:
            raise ValueError(str(error)) from None
        return prompt

    @field_validator("size")
    @classmethod
    def _is_a_size(cls, size: str) -> str:
        if size and not _SIZE.fullmatch(size):
            raise ValueError(f"{size!r} is not a size: write width x height in pixels, such as 1024x1024")
        return size

    @field_validator("needs", "avoid")
    @classmethod
    def _each_once(cls, given: list[str]) -> list[str]:
        return list(dict.fromkeys(given))

    @model_validator(mode="after")
    def _has_one_maker(self) -> Self:
        if bool(self.scene) == bool(self.engine):
            raise ValueError("name either a scene of the embedded studio or an engine, one of the two")
        if self.scene and self.scene not in NAMES:
            raise ValueError(f"the embedded studio has no scene {self.scene!r}; it has {', '.join(NAMES)}")
        if self.scene and (self.prompt or self.avoid or self.model or self.mode or self.kind == "video"):
            raise ValueError("the embedded studio reads no prompt, has one model and one way, and makes no videos")
        if self.scene and set(self.needs) != {"product"}:
            raise ValueError("the embedded studio needs a photo of the product and nothing else")
        if self.framing not in FRAMINGS or (self.engine and self.framing != "standard"):
            raise ValueError(f"only scenes have framings: {', '.join(FRAMINGS)}; {self.framing!r} cannot be used here")
        if self.engine and not self.prompt:
            raise ValueError("an engine has to be told something: write a prompt")
        if self.engine and not self.needs:
            raise ValueError(f"say what it needs: one or more of {', '.join(NEEDS)}")
        if (self.kind == "video") != (self.seconds is not None):
            raise ValueError("videos have seconds, and pictures have none")
        return self

    @property
    def hash(self) -> str:
        """Equal for equal presets: tells whether a data file has changed."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:32]
