"""The engines that make pictures: those of this folder, and those that installed packages announce."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING

from packshot.engines.base import Engine, Workplace
from packshot.errors import BadInputError

if TYPE_CHECKING:
    from packshot.settings import Settings

GROUP = "packshot.engines"
_NOT_ENGINES = {"base", "breaker", "check", "http", "models", "pictures", "presets", "stop", "vendor", "webhooks"}


@dataclass(frozen=True)
class Registry:
    """The engine classes by id, and what went wrong with those that could not be loaded, by name."""

    classes: Mapping[str, type[Engine]]
    broken: Mapping[str, str] = field(default_factory=dict[str, str])


@cache
def registry() -> Registry:
    """All engines there are. One that fails to load is reported, never fatal; an id can be taken once, ours first."""
    classes: dict[str, type[Engine]] = {}
    broken: dict[str, str] = {}
    for origin, load in _origins():
        try:
            loaded = load()
        except Exception as error:  # a stranger's package may raise anything at import
            broken[origin] = f"{type(error).__name__}: {error}"
            continue
        if not (isinstance(loaded, type) and issubclass(loaded, Engine)):
            broken[origin] = f"{loaded!r} is not a subclass of packshot.engines.base.Engine"
        elif loaded.id in classes:
            broken[origin] = f"the id {loaded.id!r} is taken by {classes[loaded.id].__module__}"
        else:
            classes[loaded.id] = loaded
    return Registry(classes, broken)


def _origins() -> Iterator[tuple[str, Callable[[], object]]]:
    for name in sorted(_files()):
        yield name, partial(_engine_of, name)
    for entry in entry_points(group=GROUP):
        yield f"{entry.name} ({entry.value})", entry.load


def _engine_of(module_name: str) -> type[Engine]:
    module = import_module(f"{__name__}.{module_name}")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Engine) and value.__module__ == module.__name__
    )


def engine(
    id: str,
    settings: Settings,
    environment: Mapping[str, str] = os.environ,
    *,
    callback: Callable[[str], str] | None = None,
    ends: Mapping[str, date] = MappingProxyType({}),
) -> Engine:
    """The engine `id`, with its own settings taken from `environment`; an unknown id is a BadInputError.

    `callback`: where its vendor may call back, and `ends`: what it says of its models, see Workplace.
    """
    kind = _class_of(id)
    if kind is None:
        known = ", ".join(sorted(registry().classes))
        raise BadInputError(f"There is no engine {id!r}.", remedy=f"There are: {known}.")
    prefix = f"PACKSHOT_{id.upper()}_"
    own = {name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)}
    return kind(Workplace(settings.cache_dir, settings.cache_mb, own, callback=callback, ends=ends))


def _class_of(id: str) -> type[Engine] | None:
    """The class of `id`, found by its file or its entry point: who uses one engine need not wait for the others."""
    if id in _files():
        return _engine_of(id)
    for entry in entry_points(group=GROUP, name=id):
        with suppress(Exception):  # the registry says what is wrong with it
            loaded = entry.load()
            if isinstance(loaded, type) and issubclass(loaded, Engine) and loaded.id == id:
                return loaded
    return registry().classes.get(id)


@cache
def _files() -> frozenset[str]:
    return frozenset(module.name for module in iter_modules(__path__)) - _NOT_ENGINES
