"""What an engine is asked to paint for an attempt, and what is done with the product once it has painted."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from packshot.engines.base import GenerationRequest, Model, Reference
from packshot.plates.ask import prepared
from packshot.plates.lay import lay
from packshot.plates.product import Product, product_of
from packshot.plates.way import Way
from packshot.settings import settings
from packshot.shoots.makers import maker, request
from packshot.shoots.models import Attempt
from packshot.shoots.references import references_of

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
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
        return lay(painted.pixels, self.wanted, self.model, self.way, _product(self.wanted.references[0]))


async def ask(work: Work, attempt: Attempt, references: tuple[Reference, ...]) -> GenerationRequest:
    """The request to send for `attempt`. Raises as `product_of` does, before anything is sent."""
    wanted = request(work.shoot, work.generation, references, model=attempt.model)
    model = maker(attempt.engine or work.shoot.engine).known.get(wanted.model)
    if model is None:
        return wanted  # the engine says what is wrong with it
    way = cast("Way", attempt.way or "redraw")

    def prepare() -> GenerationRequest:
        product = _product(references[0]) if way in ("plate", "inpaint") else None
        return prepared(wanted, model, attempt.engine or work.shoot.engine, way, product)

    if way not in ("plate", "inpaint"):
        return prepare()
    return await asyncio.get_running_loop().run_in_executor(_threads(), prepare)


async def plate_of(work: Work, attempt: Attempt) -> Plate | None:
    """What `attempt`'s picture needs besides the engine's file; None where that is the picture. GoneError."""
    if attempt.way not in ("plate", "inpaint"):
        return None
    model = maker(attempt.engine).known[attempt.model]
    wanted = request(work.shoot, work.generation, await references_of(work), model=attempt.model)
    return Plate(wanted, model, attempt.way)


def _product(reference: Reference) -> Product:
    return product_of(reference, cache_dir=settings().cache_dir, cache_mb=settings().cache_mb)


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads that open photos for prompts and canvases, few: each may take some hundred megabytes."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "paint")


os.register_at_fork(after_in_child=_threads.cache_clear)
