"""What is refused at the door, before anything is held or written: all that an engine cannot honour, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from packshot.catalog.approved import Approved
from packshot.db import Direct
from packshot.engines.base import Engine, GenerationRequest, Kind, Reference, Unsupported
from packshot.plates.ask import outlined
from packshot.plates.way import Way, against_frame, against_mode, way_of
from packshot.shoots.brief import Brief
from packshot.shoots.cast import against_cast
from packshot.shoots.chain import stand_in
from packshot.shoots.directed import WORDS
from packshot.shoots.errors import EngineNotConfiguredError, EngineTroubleError, UnsupportedError
from packshot.shoots.makers import maker
from packshot.shoots.models import Generation, Shoot
from packshot.styles.direction import look_of
from packshot.vendors.gate import trouble_s
from packshot.words.markets import market_named


def checked(
    engine: Engine, brief: Brief, model: str, photos: Sequence[Approved], refused: Sequence[Unsupported] = ()
) -> tuple[Way, list[str]]:
    """The way that the pictures will be made, and warnings of what the model lacks and the brief allows it to lack.

    `brief` is settled (videos.set_up): with seconds it is one of videos.
    Raises UnsupportedError with what is `refused` already and everything that the engine cannot honour,
    EngineNotConfiguredError without a key.
    """
    if engine.missing:
        raise EngineNotConfiguredError(engine.title, engine.missing)
    kind: Kind = "image" if brief.seconds is None else "video"
    wanted = GenerationRequest(
        model=model,
        width=brief.width,
        height=brief.height,
        kind=kind,
        seconds=brief.seconds,
        framing=brief.framing,
        words=brief.words,
        avoid=brief.avoid,
        seed=brief.seed,
        references=_references(brief, photos),
    )
    known = engine.known.get(model)
    if known is None:
        raise UnsupportedError(engine.check(wanted))
    casting = against_cast(brief, known, product=bool(photos))
    if any(one.field == "talent_id" for one in casting):  # said once, and better than by counting pictures
        wanted = replace(wanted, references=wanted.references[: len(photos[:1])])
    person = brief.talent_id is not None or bool(brief.poses)
    way = way_of(known, product=bool(photos), person=person, kind=kind, mode=brief.mode)
    refusals = [
        *refused,
        *against_mode(way, known, brief.mode),
        *against_frame(way, brief.width, brief.height),
        *casting,
    ]
    reads = known.capabilities.styles is None
    for style in brief.styles or [WORDS]:
        # What the look keeps out is said in words where need be.
        look = look_of("" if style == WORDS else style, brief.framing, brief.words, reads=reads)
        asked = replace(wanted, style=look.style, framing=look.framing)
        refusals += engine.check(outlined(asked, known, engine.id, way))
    if brief.strict and not photos and brief.talent_id is None:
        words = "A strict shoot is held against a photo of the product or of a model, and there is neither."
        refusals.append(Unsupported("strict", words, "Name photos or a model, or leave strict out."))
    if brief.market:
        market_named(brief.market)
    allowed = {one.field: f"{one.words} {_INSTEAD[one.field]}" for one in refusals if one.field in brief.allow}
    if any(one.field not in allowed for one in refusals):
        raise UnsupportedError([one for one in refusals if one.field not in allowed])
    return way, [*allowed.values()]


_INSTEAD = {"seed": "Every picture is another.", "avoid": "It is put into the description instead."}


def _references(brief: Brief, photos: Sequence[Approved]) -> tuple[Reference, ...]:
    """What would go with each request, without its content."""
    product = (Reference(b"", name=photos[0].name),) if photos else ()
    person = (Reference(b"", role="person", name="model"),) if brief.talent_id else ()
    return (*product, *person)


async def refuse_in_trouble(
    session: Direct, engine: Engine, model: str, wanted: Callable[[], tuple[Shoot, Sequence[Generation]]]
) -> list[str]:
    """EngineTroubleError while the vendor's model is left alone, so that who asks learns it at once.

    Where others of an admin's chain can make all that is `wanted` now, nothing is raised: a warning names them.
    """
    if engine.works != "elsewhere" or (wait := await trouble_s(engine.id, model)) is None:
        return []
    shoot, generations = wanted()
    others: dict[str, None] = {}
    for generation in _all_kinds(generations):
        other = await stand_in(session, shoot, generation, {(engine.id, model)})
        if other is None:
            raise EngineTroubleError(engine.title, wait)
        others[maker(other.engine).title] = None
    return [f"{engine.title} has trouble at the moment; {' and '.join(others)} may make these pictures instead."]


def _all_kinds(generations: Sequence[Generation]) -> Iterable[Generation]:
    """One of each kind as far as engines can tell them apart: there may be a thousand."""
    kinds = {(one.style, one.pose, one.photo_id is None, str(one.variation)): one for one in generations}
    return kinds.values()
