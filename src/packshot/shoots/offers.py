"""Who can make the pictures of a product: the engines with what each model does and costs, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.engines import registry
from packshot.engines.base import Cost, Engine, GenerationRequest, Model, Reference
from packshot.plates.ask import outlined
from packshot.plates.way import WAYS, way_of
from packshot.shoots.makers import maker, takes_people
from packshot.shoots.videos import usual_seconds
from packshot.styles.price import EMBEDDED, second_price

USUAL_SIDE = 1600  # px of the square picture whose cost is told


@dataclass(frozen=True)
class Offer:
    """A model that makes pictures of a product. `usual` and `redraw` say what is done in either mode, "" if it cannot.

    `people`: whether it shows the product on a person, from photos of both; that is drawn anew. `cost` is the most that
    one usual picture costs the operator.
    """

    value: str
    title: str
    usual: str
    redraw: str
    people: bool
    cost: Cost


@dataclass(frozen=True)
class Maker:
    """An engine with its offers; `missing` are the settings that it lacks."""

    title: str
    offers: tuple[Offer, ...]
    missing: tuple[str, ...] = ()


def makers(*, people: bool = False) -> list[Maker]:
    """The engines that make pictures of products, the embedded studio first; with `people` those that need one too."""
    found: list[Maker] = []
    for id in sorted(registry().classes, key=lambda id: (id != EMBEDDED, id)):
        engine = maker(id)
        if offers := tuple(_offers(engine, people)):
            found.append(Maker(engine.title, offers, engine.missing))
    return found


@dataclass(frozen=True)
class Film:
    """A model that makes videos. `second` is the price of one in credits, `cost` what it costs the operator at most."""

    value: str
    title: str
    second: int
    cost: Cost
    model: Model


def films() -> tuple[list[Film], list[Maker]]:
    """The models that make videos of products and can be used, and the engines that lack a setting for it."""
    found, unset = list[Film](), list[Maker]()
    for id in sorted(registry().classes):
        engine = maker(id)
        able = [
            model
            for model in engine.known.values()
            if "video" in model.capabilities.kinds and model.capabilities.references and not engine.bars(model)
        ]
        if able and engine.missing:
            unset.append(Maker(engine.title, (), engine.missing))
            continue
        found += [
            Film(f"{id} {model.id}", model.title, second_price(id, model.id), _a_second(engine, model), model)
            for model in able
        ]
    return found, unset


def _a_second(engine: Engine, model: Model) -> Cost:
    if model.per == "second":
        return model.price
    seconds = usual_seconds(model)
    asked = GenerationRequest(model.id, kind="video", seconds=seconds)
    return Cost(engine.estimate(asked).micros // seconds)


def _offers(engine: Engine, people: bool) -> Iterator[Offer]:
    for model in engine.known.values():
        can = model.capabilities
        if "image" not in can.kinds or engine.bars(model):
            continue
        if can.needs_person and not people:
            continue
        usual, redraw = way_of(model, product=True), way_of(model, product=True, mode="redraw")
        yield Offer(
            EMBEDDED if engine.id == EMBEDDED else f"{engine.id} {model.id}",
            model.title,
            WAYS[usual],
            WAYS[redraw] if redraw != usual else "",
            takes_people(model, product=True),
            _cost(engine, model),
        )


def _cost(engine: Engine, model: Model) -> Cost:
    if engine.id == EMBEDDED:
        return Cost()
    wanted = GenerationRequest(model.id, USUAL_SIDE, USUAL_SIDE, style="marble", references=(Reference(b""),))
    return engine.estimate(outlined(wanted, model, engine.id, way_of(model, product=True)))
