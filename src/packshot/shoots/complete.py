"""Opens what an engine made, finishes it, and has it judged and delivered."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from packshot.engines.base import Failed
from packshot.errors import BadInputError
from packshot.shoots.alike import against_twins
from packshot.shoots.finishing import Finishing, Made, fetched, finished, small_key
from packshot.shoots.judging.step import Case, deliver_judged
from packshot.shoots.models import Attempt
from packshot.shoots.paint import plate_of
from packshot.shoots.references import GoneError
from packshot.shoots.settle import Delivery
from packshot.shoots.work import Work, picture_key, set_back
from packshot.storage import storage
from packshot.studio.errors import UnusablePlateError


async def finish_stored(work: Work, attempt: Attempt) -> None:
    """Opens the file that an engine gave for `attempt`, and delivers it."""
    assert attempt.result_key
    try:
        plate = await plate_of(work, attempt)
    except GoneError as gone:
        await set_back(work, attempt, Failed("refused", str(gone), "Upload the photo again and shoot it anew."))
        return
    await complete(work, attempt, await fetched(work.shoot, attempt, plate))


async def complete(work: Work, attempt: Attempt, finishing: Finishing) -> None:
    """Finishes what an engine gave, stores the file, and leaves it to the locks whether it is delivered."""
    try:
        made = await asyncio.get_running_loop().run_in_executor(_pixels(), finished, finishing)
    except UnusablePlateError as error:
        await set_back(work, attempt, Failed("unusable", error.message, error.remedy, charged=True))
        return
    except BadInputError as error:
        thing = "video" if work.shoot.is_video else "picture"
        words = f"The engine's {thing} cannot be used: {error.message}"
        await set_back(work, attempt, Failed("unusable", words, charged=True))
        return
    if work.shoot.variations and (alike := await against_twins(work, made.look)):
        await set_back(work, attempt, alike)
        return
    key = picture_key(work, attempt)
    await storage().put(key, made.data)
    await storage().put(small_key(key), made.small)
    delivery = Delivery(key, len(made.data), made.crc32, finishing.seed, _recorded(work, attempt, made), made.warnings)
    await deliver_judged(Case(work, attempt, delivery, made.data, _pixels(), made.stills))


def _recorded(work: Work, attempt: Attempt, made: Made) -> dict[str, Any]:
    """The picture's facts: with the way it was made, the cutout that was placed, and who took over if somebody did."""
    facts: dict[str, Any] = made.facts | ({"way": attempt.way} if attempt.way else {})
    if "placed" in facts:
        facts["placed"] = dict(facts["placed"]) | {"cutout_id": str(work.generation.cutout_id)}
    if attempt.engine and (attempt.engine, attempt.model) != (work.shoot.engine, work.shoot.model):
        facts |= {"engine": attempt.engine, "model": attempt.model}
    return facts


@cache
def _pixels() -> ThreadPoolExecutor:
    """The threads that finish pictures: as many as there are cores, for more would only take more memory."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "pixels")


os.register_at_fork(after_in_child=_pixels.cache_clear)
