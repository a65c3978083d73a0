"""Videos of one command: how long and how large they are made, and the file that is written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from packshot.engines.base import Artefact, Model, Unsupported
from packshot.shoots.brief import Brief
from packshot.shoots.videos import set_up

if TYPE_CHECKING:
    from packshot.cli.batch import Job, Order, Record, Size


def settled(order: Order, model: Model) -> tuple[tuple[Size, ...], int | None, list[Unsupported]]:
    """The sizes and the seconds of an order of videos, and what it asks for in vain. A shoot settles them likewise."""
    asked: dict[str, Any] = {"styles": order.styles, "words": order.words, "seconds": order.seconds}
    if order.sizes:
        asked["size"] = "{}x{}".format(*order.sizes[0])
    if order.format:
        asked["format"] = order.format
    try:
        setting = set_up(Brief.model_validate(asked), model)
    except ValidationError as error:
        return (), None, [Unsupported(str(one["loc"][:1]), str(one["msg"])) for one in error.errors()]
    refused = list(setting.refused)
    if len(order.sizes) > 1:
        refused.append(Unsupported("size", "A video is made in one size.", "Give --size once."))
    return ((setting.brief.width, setting.brief.height),), setting.brief.seconds, refused


def written(job: Job, artefact: Artefact, told: Record, started: float) -> list[Record]:
    """Opens a vendor's video with care, writes it, and gives its record; a BadInputError where it is of no use."""
    from packshot.cli.batch import record, write
    from packshot.shoots.finishing import Finishing, finished

    request = job.request
    given = Finishing(
        artefact.content,
        request.width,
        request.height,
        "mp4",
        artefact.seed,
        dict(artefact.facts),
        tuple(told["warnings"]),
        seconds=request.seconds or 0,
    )
    made = finished(given)
    (path,) = job.paths
    write(path, made.data)
    took = {"size": f"{request.width}x{request.height}", "seconds": round(time.perf_counter() - started, 3)}
    return [
        record(job) | {"status": "done", "path": str(path)} | took | told | made.facts | {"warnings": made.warnings}
    ]
