"""A vendor of videos that nobody knows, for the engine that is told by a contract how to talk to one."""

from __future__ import annotations

from typing import Annotated

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
    books,
    job,
    json_of,
    start,
)
from packshot.simulators.webhooks import tell_later

CONTRACT = {
    "headers": {"X-Token": "${key}"},
    "submit": {
        "path": "/jobs",
        "body": {
            "task": {"text": "${words}", "picture": "${image}", "seed": "${seed}"},
            "format": "${width}x${height}",
            "duration": "${seconds}",
            "notify": "${callback}",
        },
        "id": "/job/id",
        "idempotency_header": "Idempotency-Key",
    },
    "poll": {
        "path": "/jobs/${id}",
        "status": "/job/state",
        "statuses": {
            "queued": "pending",
            "rendering": "pending",
            "ready": "done",
            "broken": "failed",
            "no": "moderated",
            "stopped": "failed",
        },
        "output": "/job/files/0",
        "error": "/job/why",
    },
    "callback": "/job/id",
    "cancel": "/jobs/${id}/stop",
    "price": 0.25,
}
"""What makes the engine talk to this simulator."""


class Task(Strict):
    text: Annotated[str, Field(min_length=1)]
    picture: Annotated[str, Field(pattern=r"^data:image/")] | None = None
    seed: int | None = None


class Order(Strict):
    task: Task
    format: Annotated[str, Field(pattern=r"^\d{2,4}x\d{2,4}$")]
    duration: Annotated[int, Field(ge=1, le=60)]
    notify: str | None = None


def error(status: int, said: str) -> Response:
    return JSONResponse({"message": said}, status)


def check_key(request: Request) -> None:
    key = request.headers.get("x-token", "")
    if not key or key.startswith("wrong"):
        raise RefusedError(401, f"Wrong token {key}.")


async def order(request: Request) -> Response:
    body = await json_of(request, Order)
    key = request.headers.get("idempotency-key", "")
    for known in books(request).jobs.values():
        if key and known.about["key"] == key:
            return JSONResponse({"job": {"id": known.id, "state": "queued"}}, 202)
    fault = await accepted(request, body.task.text, error)
    if not isinstance(fault, str):
        return fault
    about = {"size": body.format, "seconds": body.duration, "picture": body.task.picture, "words": body.task.text}
    made = start(request, fault, key=key, **about)
    told = [(f"evt-{made.id}-{one}", {"job": {"id": made.id, "state": one}}) for one in ("rendering", "ready")]
    tell_later(body.notify, told, fault)
    return JSONResponse({"job": {"id": made.id, "state": "queued"}}, 202)


async def look(request: Request) -> Response:
    found = job(request)
    if found.cancelled:
        return JSONResponse({"job": {"id": found.id, "state": "stopped", "why": "As asked."}})
    if found.polls < 2:
        return JSONResponse({"job": {"id": found.id, "state": "rendering"}})
    ends = {"failed": "broken", "failed-moderated": "no", "moderated": "no", "strange-status": "fermenting"}
    if found.fault in ends:
        return JSONResponse({"job": {"id": found.id, "state": ends[found.fault], "why": "As asked."}})
    url = await film_of(request, found)
    return JSONResponse({"job": {"id": found.id, "state": "ready", "files": [url]}})


async def stop(request: Request) -> Response:
    job(request).cancelled = True
    return JSONResponse({"job": {"state": "stopped"}})


async def contract(_: Request) -> Response:
    return JSONResponse(CONTRACT)


def create() -> Starlette:
    routes = [
        Route("/jobs", order, methods=["POST"]),
        Route("/jobs/{id}", look),
        Route("/jobs/{id}/stop", stop, methods=["POST"]),
    ]
    app = application("http_video", routes, error, check_key)
    app.routes.append(Route("/_simulator/contract", contract))
    return app
