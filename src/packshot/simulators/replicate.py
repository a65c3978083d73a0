"""Replicate: predictions that start, run and end, files with addresses, and signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.simulators.pictures import changed, picture
from packshot.simulators.vendor import (
    Job,
    RefusedError,
    Strict,
    accepted,
    address,
    application,
    bearer,
    books,
    first,
    in_thread,
    job,
    json_of,
    start,
)
from packshot.simulators.webhooks import SECRET, tell_later

SDXL = re.compile(r"(stability-ai/sdxl:)?[0-9a-f]{64}")
DATA_URL_BYTES = 400_000
EVENTS = Literal["start", "output", "logs", "completed"]
ENDED = ("succeeded", "failed", "canceled", "aborted")


class Flux2(Strict):
    prompt: Annotated[str, Field(min_length=1)]
    input_images: Annotated[list[str], Field(max_length=8, default_factory=list)]
    aspect_ratio: Literal["match_input_image", "custom", "1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16"] = "1:1"
    resolution: Literal["match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"] = "1 MP"
    width: Annotated[int, Field(ge=256, le=2048)] = 1024
    height: Annotated[int, Field(ge=256, le=2048)] = 1024
    safety_tolerance: Annotated[int, Field(ge=1, le=5)] = 2
    seed: int | None = None
    output_format: Literal["webp", "jpg", "png"] = "webp"
    output_quality: Annotated[int, Field(ge=0, le=100)] = 80


class Sdxl(Strict):
    prompt: Annotated[str, Field(min_length=1)]
    negative_prompt: str = ""
    image: str | None = None
    mask: str | None = None
    width: Annotated[int, Field(multiple_of=8)] = 1024
    height: Annotated[int, Field(multiple_of=8)] = 1024
    num_outputs: Annotated[int, Field(ge=1, le=4)] = 1
    seed: int | None = None


class Prediction(Strict):
    input: dict[str, Any]
    version: str | None = None
    webhook: str | None = None
    webhook_events_filter: list[EVENTS] | None = None
    stream: bool | None = None


def error(status: int, said: str) -> Response:
    return JSONResponse({"detail": said, "status": status, "title": "Error"}, status)


async def predict(request: Request) -> Response:
    body = await json_of(request, Prediction, status=422)
    official = request.path_params.get("name")
    if (body.version is None) != bool(official):
        raise RefusedError(422, "version: is required, and only where no model is named.")
    if official and official != "flux-2-pro":
        raise RefusedError(404, "There is no such model.")
    if not official and not SDXL.fullmatch(body.version or ""):
        raise RefusedError(422, "version: does not exist or you have no permission.")
    after = request.headers.get("cancel-after", "1m")
    if not re.fullmatch(r"\d+[smh]?", after):
        raise RefusedError(422, "Cancel-After: is no duration.")
    try:
        inputs = (Flux2 if official else Sdxl).model_validate(body.input)
    except ValueError as problem:
        raise RefusedError(422, f"input.{first(problem)}") from problem
    fault = await accepted(request, inputs.prompt, error, pictures=len(_addresses(inputs)))
    if not isinstance(fault, str):
        return fault
    images = [await _opened(request, url) for url in _addresses(inputs)]
    made = start(request, fault, inputs=inputs, images=images, given=body.input)
    made.about["urls"] = _root(request)
    wanted = {"starting": "start", "succeeded": "completed"}
    events = body.webhook_events_filter or [*wanted.values()]
    told = [(f"msg_{made.id}_{one}", _told(made, one)) for one, event in wanted.items() if event in events]
    tell_later(body.webhook, told, made.fault)
    return JSONResponse(_told(made, "starting"), 201)


def _addresses(inputs: Flux2 | Sdxl) -> list[str]:
    if isinstance(inputs, Flux2):
        return inputs.input_images
    return [url for url in (inputs.image, inputs.mask) if url]


async def _opened(request: Request, url: str) -> bytes:
    """The bytes behind an input: a small data URL, or a file that was uploaded here."""
    if url.startswith("data:"):
        if len(url) > DATA_URL_BYTES:
            raise RefusedError(422, "input: a data URL of this size has to be uploaded as a file.")
        return base64.b64decode(url.partition(",")[2])
    found = books(request).files.get(url.rpartition("/")[2])
    if found is None:
        raise RefusedError(422, "input: the file cannot be fetched.")
    return found[0]


async def prediction(request: Request) -> Response:
    found = job(request)
    status = _status(found)
    output: Any = None
    if status == "succeeded":
        files = found.about.get("files")
        if files is None:
            files = found.about["files"] = await _paint(found)
        urls = [address(request, data, "image/png", found.fault) for data in files]
        output = urls if isinstance(found.about["inputs"], Sdxl) else urls[0]
    return JSONResponse(_told(found, status, output))


def _status(found: Job) -> str:
    if found.cancelled:
        return "canceled"
    if found.polls < 2:
        return "starting" if found.polls == 0 else "processing"
    return {"failed": "failed", "failed-moderated": "failed", "moderated": "failed", "aborted": "aborted"}.get(
        found.fault, "fermenting" if found.fault == "strange-status" else "succeeded"
    )


async def _paint(found: Job) -> list[bytes]:
    inputs, images = found.about["inputs"], found.about["images"]
    width, height = inputs.width, inputs.height
    if isinstance(inputs, Flux2) and inputs.aspect_ratio != "custom":
        width = height = 1024
    if found.fault == "wrong-size":
        width, height = width // 2, height // 2
    if isinstance(inputs, Sdxl) and inputs.mask:
        return [await in_thread(changed, inputs.prompt, *images)]
    count = inputs.num_outputs if isinstance(inputs, Sdxl) else 1
    return [await in_thread(picture, inputs.prompt, width, height, tuple(images[:1]), seed) for seed in range(count)]


def _told(found: Job, status: str, output: Any = None) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    failures = {
        "failed": "CUDA out of memory.",
        "failed-moderated": "NSFW content detected. Try running it again, or try a different prompt.",
        "moderated": "The input or output was flagged as sensitive. (E005)",
    }
    urls = {name: f"{found.about['urls']}/v1/predictions/{found.id}{path}" for name, path in _URLS.items()}
    return {
        "id": found.id,
        "model": "black-forest-labs/flux-2-pro" if isinstance(found.about["inputs"], Flux2) else "stability-ai/sdxl",
        "version": "hidden" if isinstance(found.about["inputs"], Flux2) else "0" * 64,
        "status": status,
        "input": found.about["given"],
        "output": output,
        "error": failures.get(found.fault, "It failed.") if status == "failed" else None,
        "logs": "",
        "metrics": {"predict_time": 4.2} if status in ENDED else {},
        "created_at": now,
        "started_at": now if status != "starting" else None,
        "completed_at": now if status in ENDED else None,
        "urls": urls,
    }


_URLS = {"get": "", "cancel": "/cancel"}


async def cancel(request: Request) -> Response:
    found = job(request)
    found.cancelled = True
    return JSONResponse(_told(found, "canceled"))


async def files(request: Request) -> Response:
    async with request.form(max_part_size=100 << 20) as form:
        content = form.get("content")
        if not isinstance(content, UploadFile):
            raise RefusedError(422, "content: is required.")
        data = await content.read()
    url = address(request, data, content.content_type or "application/octet-stream")
    return JSONResponse(
        {
            "id": url.rpartition("/")[2],
            "name": content.filename or "file",
            "etag": hashlib.md5(data, usedforsecurity=False).hexdigest(),
            "checksums": {},
            "content_type": content.content_type or "application/octet-stream",
            "created_at": datetime.now(UTC).isoformat(),
            "expires_at": datetime.now(UTC).isoformat(),
            "metadata": {},
            "size": len(data),
            "urls": {"get": url},
        },
        201,
    )


async def secret(request: Request) -> Response:
    return JSONResponse({"key": SECRET})


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def create() -> Starlette:
    routes = [
        Route("/v1/predictions", predict, methods=["POST"]),
        Route("/v1/models/black-forest-labs/{name}/predictions", predict, methods=["POST"]),
        Route("/v1/predictions/{id}", prediction),
        Route("/v1/predictions/{id}/cancel", cancel, methods=["POST"]),
        Route("/v1/files", files, methods=["POST"]),
        Route("/v1/webhooks/default/secret", secret),
    ]
    return application("replicate", routes, error, bearer)
