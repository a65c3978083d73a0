"""The style presets as operators see them: what each brings, costs and is used for, and what its form says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.engines import registry
from packshot.shoots.models import Generation, State
from packshot.styles.edit import Standing, standings
from packshot.styles.files import problems
from packshot.styles.library import Style, everything
from packshot.styles.makers import engine_presets
from packshot.styles.plans import CREDIT_MICROS
from packshot.styles.preset import Preset

_NUMBERS = ("credits", "seconds")


@dataclass(frozen=True)
class Row:
    """A style with `uses`, its pictures delivered so far, and `margin_micros`, what one brings less what it costs."""

    style: Style
    uses: int
    margin_micros: int
    standing: Standing


async def rows(session: AsyncSession) -> list[Row]:
    """Every style, in a transaction of the system."""
    delivered = select(Generation.style, func.count()).where(Generation.state == State.COMPLETED)
    uses: dict[str, int] = {row[0]: row[1] for row in await session.execute(delivered.group_by(Generation.style))}
    stand = await standings(session)
    return [
        Row(one, uses.get(one.slug, 0), await margin(one), stand.get(one.slug, Standing(one.slug)))
        for one in everything()
    ]


async def margin(of: Style) -> int:
    """What one picture or video brings at least, less what it costs at most, in millionths of a dollar."""
    return of.credits * await config.get(CREDIT_MICROS) - of.cost.micros


def typed(form: Mapping[str, Any], needs: Sequence[str], slug: str = "") -> Preset | dict[str, str]:
    """What a form says as a preset, or what is wrong with it: words by field. `slug` of a style that is there stays."""
    given: dict[str, Any] = {name: str(value).strip() for name, value in form.items()}
    maker = given.pop("maker", "")
    scene = maker.removeprefix("scene:") if maker.startswith("scene:") else ""
    asked: dict[str, Any] = {
        **given,
        "slug": slug or given.get("slug", ""),
        "scene": scene,
        "engine": "" if scene else maker,
        "avoid": [part.strip() for part in given.get("avoid", "").split(",") if part.strip()],
        "needs": list(needs),
        "size": given.get("size", "").lower().replace("×", "x").replace(" ", ""),
        "mode": given.get("mode") or None,
        "featured": given.get("featured") == "yes",
        "pro": given.get("pro") == "yes",
    }
    wrong: dict[str, str] = {}
    for name in _NUMBERS:
        value = given.get(name, "")
        if value and not (value.isascii() and value.isdigit() and len(value) < 6):
            wrong[name] = "Write a whole number, or leave it empty."
        asked[name] = int(value) if value and name not in wrong else None
    try:
        preset = Preset.model_validate(asked)
    except ValidationError as error:
        return {**{field or "maker": words for field, words in problems(error).items()}, **wrong}
    if not wrong and preset.engine:
        wrong |= _unknown(preset)
    return wrong or preset


def makers() -> dict[str, str]:
    """The engines that can be named, by what the form sends, presets first."""
    titles = {id: kind.title for id, kind in registry().classes.items() if id != "studio"}
    named = {name: f"{name} ({titles.get(one.engine, one.engine)})" for name, one in engine_presets().items()}
    return named | titles


def _unknown(preset: Preset) -> dict[str, str]:
    tried = Style(preset)
    if tried.engine not in registry().classes:
        return {"maker": f"There is no engine {preset.engine!r}."}
    model = tried.model
    if model is None:
        offered = ", ".join(one.id for one in registry().classes[tried.engine].models())
        return {"model": f"{tried.engine} has no model {tried.preset_model!r}; it has {offered}."}
    if preset.kind not in model.capabilities.kinds:
        return {"kind": f"{model.title} makes no {preset.kind}s."}
    if preset.seconds is not None and preset.seconds not in model.capabilities.seconds:
        return {"seconds": f"{model.title} lasts {', '.join(map(str, model.capabilities.seconds))} seconds."}
    return {}
