"""What an engine is asked to paint for an attempt, and what is done with the product once it has painted."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from packshot.engines.base import GenerationRequest, Model, Reference
from packshot.plates.way import Way, speakable
from packshot.settings import settings
from packshot.shoots.makers import Call, direction_of, maker, request
from packshot.shoots.models import Attempt
from packshot.shoots.references import references_of

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
    from packshot.plates.product import Product
    from packshot.shoots.work import Work
    from packshot.studio.compose import Picture


@dataclass(frozen=True)
class Plate:
    """What has to be known to put the product into what `model` painted."""

    wanted: GenerationRequest = field(repr=False)
    model: Model
    way: Way

    def laid(self, painted: Photo) -> tuple[Picture, dict[str, Any]]:
        """The finished picture, and its facts. Raises UnusablePlateError; works for up to a few seconds."""
        from packshot.plates.lay import lay

        return lay(painted.pixels, self.wanted, self.model, self.way, _product(self.wanted.references[0]))


async def ask(work: Work, attempt: Attempt, references: tuple[Reference, ...]) -> GenerationRequest:
    """The request to send for `attempt`. Raises as `product_of` does, before anything is sent."""
    call = _call(work, attempt)
    wanted = request(work.shoot, work.generation, references, call, work.product)
    model = maker(call.engine).known.get(call.model)
    if model is None:
        return wanted  # the engine says what is wrong with it

    if call.way not in ("plate", "inpaint"):
        return speakable(wanted, model)

    def prepare() -> GenerationRequest:
        from packshot.plates.ask import prepared

        direction = direction_of(work.shoot, work.generation)
        return prepared(wanted, model, call.engine, call.way, _product(references[0]), direction)

    return await asyncio.get_running_loop().run_in_executor(_threads(), prepare)


async def plate_of(work: Work, attempt: Attempt) -> Plate | None:
    """What `attempt`'s picture needs besides the engine's file; None where that is the picture. GoneError."""
    call = _call(work, attempt)
    if call.way not in ("plate", "inpaint"):
        return None
    wanted = request(work.shoot, work.generation, await references_of(work), call, work.product)
    return Plate(wanted, maker(call.engine).known[call.model], call.way)


def _call(work: Work, attempt: Attempt) -> Call:
    """The call that was written down for `attempt`; those of older versions wrote down none, and painted all of it."""
    way = cast("Way", attempt.way or "redraw")
    return Call(attempt.engine or work.shoot.engine, attempt.model or work.shoot.model, way)


def _product(reference: Reference) -> Product:
    from packshot.plates.product import product_of

    return product_of(reference, cache_dir=settings().cache_dir, cache_mb=settings().cache_mb)


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads that open photos for prompts and canvases, few: each may take some hundred megabytes."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "paint")


os.register_at_fork(after_in_child=_threads.cache_clear)
