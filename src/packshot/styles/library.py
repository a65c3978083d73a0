"""The styles there are, each with its price, who makes it and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packshot.engines import registry
from packshot.engines.base import Cost, Model
from packshot.engines.models import models_of
from packshot.errors import BadInputError
from packshot.studio.scene.names import NAMES
from packshot.styles.files import shipped
from packshot.styles.makers import maker_of
from packshot.styles.preset import Preset
from packshot.styles.price import EMBEDDED, price_of
from packshot.styles.shelf import Shelved, shelved


@dataclass(frozen=True)
class Style:
    """A look that pictures can have: a preset and what follows from it today. What is not `active` is not for sale."""

    preset: Preset
    active: bool = True

    @property
    def slug(self) -> str:
        return self.preset.slug

    @property
    def title(self) -> str:
        return self.preset.title

    @property
    def words(self) -> str:
        return self.preset.words

    @property
    def engine(self) -> str:
        """The id of the engine that makes it."""
        return EMBEDDED if self.preset.scene else maker_of(self.preset.engine).engine

    @property
    def embedded(self) -> bool:
        """Whether the embedded studio makes it, which needs no key and keeps the product's pixels."""
        return self.engine == EMBEDDED

    @property
    def model(self) -> Model | None:
        """The model that makes it; None where its engine has none by that name."""
        wanted = self.preset_model
        return next((model for model in _models(self.engine) if model.id == (wanted or model.id)), None)

    @property
    def preset_model(self) -> str:
        """The id of the model that it or its engine preset names; empty for the engine's first."""
        return self.preset.model or (maker_of(self.preset.engine).model or "" if self.preset.engine else "")

    @property
    def credits(self) -> int:
        """The price of one picture or video in it."""
        return price_of(self.preset, self.engine)

    @property
    def cost(self) -> Cost:
        """The most that one picture or video of it costs the operator."""
        model = self.model
        if model is None:
            return Cost()
        return Cost(model.price.micros * (self.preset.seconds or 1) if model.per == "second" else model.price.micros)

    @property
    def thumbnail(self) -> str:
        """The name of its picture among the assets; empty where no engine of ours made one."""
        return f"style-{self.slug}.webp" if self.preset.scene and self.slug in shipped() else ""


def library() -> list[Style]:
    """Every style that can be ordered, by category."""
    return [_style(one) for one in shelved().values() if one.active]


def everything() -> list[Style]:
    """Every style, those too that nobody can order any more."""
    return [_style(one) for one in shelved().values()]


def styles() -> list[Style]:
    """The styles of the embedded studio that can be ordered, the plainest first."""
    plainest = {slug: place for place, slug in enumerate(NAMES)}
    own = [style for style in library() if style.embedded]
    return sorted(own, key=lambda style: plainest.get(style.slug, len(plainest)))


def style(slug: str) -> Style | None:
    """The style, active or not; None for words of an engine's own, which the library knows nothing of."""
    found = shelved().get(slug)
    return _style(found) if found else None


def titles() -> dict[str, str]:
    """The names of all styles by slug."""
    return {slug: one.preset.title for slug, one in shelved().items()}


def of(slugs: Iterable[str]) -> list[Style]:
    """Those of `slugs` that are styles of the library."""
    return [found for slug in slugs if (found := style(slug))]


def engine_titles(makes: Iterable[Style]) -> dict[str, str]:
    """The titles of the engines that make these styles, by id, the embedded studio first."""
    known = registry().classes
    ids = sorted({one.engine for one in makes}, key=lambda id: (id != EMBEDDED, id))
    return {id: known[id].title if id in known else id for id in ids}


def _style(one: Shelved) -> Style:
    return Style(one.preset, one.active)


def _models(engine: str) -> Sequence[Model]:
    try:
        return models_of(engine)  # without the vendors' imports
    except KeyError:
        kind = registry().classes.get(engine)
        return kind.models() if kind else ()


def made_by(slugs: Sequence[str], usual: str = EMBEDDED) -> tuple[str, str]:
    """The engine that makes all these styles, and the model that they name, or "". `usual` makes what nobody knows.

    A BadInputError where several engines make them.
    """
    known = of(slugs)
    makers = {(one.engine, one.preset_model) for one in known}
    if not makers:
        return usual, ""
    if len(makers) > 1 or (len(known) < len(slugs) and usual not in {one.engine for one in known}):
        by = "; ".join(f"{one.title}: {one.engine} {one.preset_model}".strip() for one in known)
        raise BadInputError(
            f"These styles are made by different engines ({by}), and a shoot has one.",
            remedy="Send a shoot for each engine, or name the engine that is to make them all.",
        )
    return makers.pop()
