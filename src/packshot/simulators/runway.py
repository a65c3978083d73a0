"""Runway's image to video, with the header that names the API's version and the costs that tasks report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.simulators.film import film_of
from packshot.simulators.vendor import (
    RefusedError,
    Strict,
    accepted,
    application,
    bearer,
    job,
    json_of,
    start,
)

VERSION = "2024-11-06"
CREDITS_A_SECOND = {"gen4_turbo": 5, "gen4.5": 12}
MOST_DATA_URL = 5_000_000


class Moderation(Strict):
    publicFigureThreshold: Literal["auto", "low"] = "auto"  # noqa: N815 - the vendor's


class ImageToVideo(Strict):
    model: Literal["gen4_turbo", "gen4.5"]
    promptImage: Annotated[str, Field(pattern=r"^(https://|runway://|data:image/(png|jpeg|webp);base64,)")]  # noqa: N815
    promptText: Annotated[str, Field(min_length=1, max_length=1000)] | None = None  # noqa: N815
    ratio: Literal["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"]
    duration: Annotated[int, Field(ge=2, le=10)]
    seed: Annotated[int, Field(ge=0, lt=1 << 32)] | None = None
    contentModeration: Moderation | None = None  # noqa: N815


def error(status: int, said: str) -> Response:
    if status == 402:
        return JSONResponse({"error": "You do not have enough credits to run this task."}, 400)
    return JSONResponse({"error": said}, status)


def check_key(request: Request) -> None:
    bearer(request)
    if request.headers.get("x-runway-version") != VERSION:
        raise RefusedError(400, "A valid API version must be specified in the X-Runway-Version header.")


async def image_to_video(request: Request) -> Response:
    body = await json_of(request, ImageToVideo)
    if len(body.promptImage) > MOST_DATA_URL:
        raise RefusedError(413, "promptImage: data URIs may have 5 MB.")
    if body.model == "gen4.5" and not body.promptText:
        raise RefusedError(400, "promptText: is required with this model.")
    fault = await accepted(request, body.promptText or "", error)
    if not isinstance(fault, str):
        return fault
    credits = CREDITS_A_SECOND[body.model] * body.duration
    about = {"size": body.ratio.replace(":", "x"), "seconds": body.duration, "picture": body.promptImage}
    made = start(request, fault, words=body.promptText or "", credits=credits, **about)
    return JSONResponse({"id": made.id, "estimatedCost": {"credits": credits}})


async def task(request: Request) -> Response:
    found = job(request)
    told: dict[str, Any] = {"id": found.id, "createdAt": datetime.now(UTC).isoformat()}
    credits = found.about["credits"]
    if found.cancelled:
        return JSONResponse(told | {"status": "CANCELLED", "cost": {"credits": 0}})
    if found.polls == 1:
        return JSONResponse(told | {"status": "PENDING", "estimatedCost": {"credits": credits}})
    if found.polls == 2:
        running = {"status": "RUNNING", "progress": 0.5, "estimatedCost": {"credits": credits}}
        return JSONResponse(told | running)
    if found.fault == "failed":
        failure = {"failure": "An unexpected error occurred.", "failureCode": "INTERNAL.BAD_OUTPUT.CODE01"}
        return JSONResponse(told | failure | {"status": "FAILED", "cost": {"credits": 0}})
    if found.fault in ("moderated", "failed-moderated"):
        failure = {"failure": "The prompt was moderated.", "failureCode": "SAFETY.INPUT.TEXT"}
        return JSONResponse(told | failure | {"status": "FAILED", "cost": {"credits": credits}})
    if found.fault == "strange-status":
        return JSONResponse(told | {"status": "FERMENTING"})
    output = await film_of(request, found)
    return JSONResponse(told | {"status": "SUCCEEDED", "output": [output], "cost": {"credits": credits}})


async def stop(request: Request) -> Response:
    job(request).cancelled = True
    return Response(status_code=204)


def create() -> Starlette:
    routes = [
        Route("/v1/image_to_video", image_to_video, methods=["POST"]),
        Route("/v1/tasks/{id}", task),
        Route("/v1/tasks/{id}", stop, methods=["DELETE"]),
    ]
    return application("runway", routes, error, check_key)
