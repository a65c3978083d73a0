"""What operators type about vendors: limits and patience, engine presets, and the chain of those that take over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packshot import config
from packshot.engines import registry
from packshot.engines.base import Engine, Model
from packshot.engines.presets import Choice
from packshot.errors import BadInputError
from packshot.shoots.chain import FALLBACK
from packshot.shoots.makers import maker
from packshot.styles.library import everything
from packshot.styles.makers import PRESETS
from packshot.vendors.limits import DEFAULTS, LIMITS, NONE, PROBE_S, TROUBLE_AFTER, TROUBLE_S, Limit

PATIENCE: tuple[config.Key[Any], ...] = (TROUBLE_AFTER, TROUBLE_S, PROBE_S)
LABELS = {
    TROUBLE_AFTER.name: "Failures in a row",
    TROUBLE_S.name: "Seconds left alone",
    PROBE_S.name: "Seconds for the call that tries again",
}
MOST_IN_CHAIN = 8
MOST_PRESETS = 30
_MOST = 100_000  # of a limit
_NAME = re.compile(r"[A-Z][A-Z_]{0,31}")


@dataclass(frozen=True)
class Group:
    """An engine with its models, as a list to choose from has them: (value, title)."""

    title: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Typed:
    """What a form says, by key of the configuration; or what is wrong with it, in words by field."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    wrong: dict[str, str] = field(default_factory=dict[str, str])


def groups(*, pictures: bool = False, chosen: Iterable[Choice] = ()) -> list[Group]:
    """Every engine with the models that run and whose pictures may be sold, the `chosen` ones always among them.

    With `pictures` only models that make some. An engine that is not set up says so: it can be chosen before it is.
    """
    found = list[Group]()
    kept = {value_of(one) for one in chosen}
    for id in registry().classes:
        engine = maker(id)
        shown = [
            (f"{id} {model.id}", model.title)
            for model in engine.known.values()
            if f"{id} {model.id}" in kept or _offered(engine, model, pictures)
        ]
        kept -= {value for value, _ in shown}
        if shown:
            found.append(Group(f"{engine.title}{', not set up' if engine.missing else ''}", tuple(shown)))
    if kept:
        found.append(Group("No longer there", tuple((value, value) for value in sorted(kept))))
    return found


def _offered(engine: Engine, model: Model, pictures: bool) -> bool:
    return not engine.bars(model) and ("image" in model.capabilities.kinds or not pictures)


def value_of(choice: Choice) -> str:
    """A choice as lists send it: the engine and the model, which is the engine's first where none is named."""
    kind = registry().classes.get(choice.engine)
    return f"{choice.engine} {choice.model or (kind.models()[0].id if kind else '')}".strip()


def limits_typed(form: Mapping[str, str], now: Mapping[str, Limit]) -> Typed:
    """Limits by engine and the patience with all of them. What is as Packshot has it is not kept as somebody's word.

    `now` is what holds: engines that the form does not know keep theirs.
    """
    wrong: dict[str, str] = {}
    kept = dict(now)
    for id in vendors():
        usual = DEFAULTS.get(id, NONE)
        numbers: dict[str, int] = {}
        for name in ("at_once", "a_minute"):
            said = form.get(f"{id}-{name}", "").strip()
            if said and not (said.isascii() and said.isdigit() and len(said) <= 6 and int(said) <= _MOST):
                wrong[f"{id}-{name}"] = f"Write a whole number from 0 to {_MOST:,}, or leave it empty."
                continue
            numbers[name] = int(said) if said else int(getattr(usual, name))
        limit = Limit(**numbers)
        if limit == usual:
            kept.pop(id, None)
        else:
            kept[id] = limit
    values: dict[str, Any] = {LIMITS.name: {id: limit.model_dump() for id, limit in kept.items()}}
    for key in PATIENCE:
        said = form.get(key.name, "").strip() or key.default
        try:
            values[key.name] = key.parse(said)
        except BadInputError:
            low, high = _bounds(key)
            wrong[key.name] = f"Write a number {low} up to {high}, or leave it empty."
    return Typed(values, wrong)


def _bounds(key: config.Key[Any]) -> tuple[str, str]:
    return ("from 1", "100") if key is TROUBLE_AFTER else ("above 0 and", "3,600")


def presets_typed(form: Mapping[str, str], now: Mapping[str, Choice]) -> Typed:
    """Presets by name; a row without a name goes, unless styles are made by it."""
    wrong: dict[str, str] = {}
    said: dict[str, Choice] = {}
    offered = _values(groups(chosen=now.values()))
    for row in range(MOST_PRESETS):
        name, value = form.get(f"name-{row}", "").strip(), form.get(f"preset-{row}", "")
        if not name:
            continue
        if not _NAME.fullmatch(name):
            wrong[f"name-{row}"] = "Write capitals and underscores, at most 32, such as BEST_QUALITY."
        elif name in said:
            wrong[f"name-{row}"] = f"{name} stands in the list twice."
        if value not in offered:
            wrong[f"preset-{row}"] = "Choose an engine and model."
        elif f"name-{row}" not in wrong:
            said[name] = _choice(value)
    if not wrong and (missed := _missed(set(now) - set(said))):
        wrong["presets"] = missed
    return Typed({PRESETS.name: {name: one.model_dump() for name, one in said.items()}}, wrong)


def _missed(gone: set[str]) -> str:
    """Which styles would have nobody to make them, in words; "" where none would."""
    made = {name: [one.title for one in everything() if one.preset.engine == name] for name in sorted(gone)}
    told = [f"{name} makes the style {titles[0]}{_more(len(titles) - 1)}." for name, titles in made.items() if titles]
    return " ".join([*told, "Keep the name, or have these styles made by something else first."]) if told else ""


def _more(count: int) -> str:
    return f" and {count} more" if count else ""


def chain_typed(form: Mapping[str, str], now: Sequence[Choice]) -> Typed:
    """Who takes over, in the order of the rows; rows that name nobody are left out."""
    wrong: dict[str, str] = {}
    said: list[str] = []
    offered = _values(groups(pictures=True, chosen=now))
    for row in range(MOST_IN_CHAIN):
        value = form.get(f"chain-{row}", "")
        if not value:
            continue
        if value not in offered:
            wrong[f"chain-{row}"] = "Choose an engine and model, or nobody."
        elif value in said:
            wrong[f"chain-{row}"] = "It stands in the list already."
        else:
            said.append(value)
    return Typed({FALLBACK.name: [_choice(value).model_dump() for value in said]}, wrong)


def vendors() -> list[str]:
    """The ids of the engines that somebody else runs."""
    return [id for id, kind in registry().classes.items() if kind.works == "elsewhere"]


def _values(shown: Iterable[Group]) -> set[str]:
    return {value for group in shown for value, _ in group.options}


def _choice(value: str) -> Choice:
    engine, _, model = value.partition(" ")
    return Choice(engine=engine, model=model or None)


def in_words(key: str, old: Any, new: Any) -> tuple[str, str]:
    """What a change of `key` was from and to, for people: of what has many parts, those that differ."""
    if key == FALLBACK.name:
        return _chained(old), _chained(new)
    if key not in (LIMITS.name, PRESETS.name):
        return str(old), str(new)
    before, after = dict[str, Any](old), dict[str, Any](new)
    differ = [name for name in before | after if before.get(name) != after.get(name)]
    says = _limited if key == LIMITS.name else _preset
    return _parts(before, differ, says), _parts(after, differ, says)


def _parts(value: Mapping[str, Any], names: Sequence[str], says: Callable[[Any], str]) -> str:
    return "; ".join(f"{name}: {says(value.get(name))}" for name in names)


def _limited(limit: Any) -> str:
    if limit is None:
        return "as it came"
    return f"{limit['at_once'] or 'any'} at once, {limit['a_minute'] or 'any'} a minute"


def _preset(choice: Any) -> str:
    return "not there" if choice is None else value_of(Choice(**choice))


def _chained(chain: Any) -> str:
    return ", then ".join(value_of(Choice(**one)) for one in chain) or "nobody"
