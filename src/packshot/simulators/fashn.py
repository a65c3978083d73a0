"""FASHN: one door for all models, results as data URLs on request, failures with names."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.simulators import faults
from packshot.simulators.pictures import picture
from packshot.simulators.vendor import (
    RefusedError,
    Strict,
    accepted,
    address,
    application,
    bearer,
    first,
    in_thread,
    job,
    json_of,
    start,
)
from packshot.simulators.webhooks import tell_later

Image = Annotated[str, Field(pattern=r"^(https?://|data:image/(png|jpeg|jpg|webp);base64,)")]
Seed = Annotated[int, Field(ge=0, lt=1 << 32)]
SIZES = {
    "1:1": (1024, 1024),
    "3:2": (1248, 832),
    "2:3": (832, 1248),
    "4:3": (1184, 864),
    "3:4": (864, 1184),
    "5:4": (1152, 896),
    "4:5": (896, 1152),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "21:9": (1536, 672),
}


class Output(Strict):
    output_format: Literal["png", "jpeg"] = "png"
    return_base64: bool = False
    seed: Seed | None = None


class ProductToModel(Output):
    product_image: Image
    model_image: Image | None = None
    prompt: str = ""
    aspect_ratio: Literal["21:9", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "4:5", "5:4", "1:1"] | None = None
    resolution: Literal["1k", "2k", "4k"] = "1k"
    generation_mode: Literal["fast", "balanced", "quality"] = "balanced"
    num_images: Annotated[int, Field(ge=1, le=4)] = 1


class TryOnMax(ProductToModel):
    model_image: Image  # type: ignore[reportGeneralTypeIssues]


class TryOn(Output):
    model_image: Image
    garment_image: Image
    category: Literal["auto", "tops", "bottoms", "one-pieces"] = "auto"
    garment_photo_type: Literal["auto", "flat-lay", "model"] = "auto"
    mode: Literal["performance", "balanced", "quality"] = "balanced"
    moderation_level: Literal["conservative", "permissive", "none"] = "permissive"
    num_samples: Annotated[int, Field(ge=1, le=4)] = 1


class Run(Strict):
    model_name: Literal["product-to-model", "tryon-max", "tryon-v1.6"]
    inputs: dict[str, Any]
    webhook_url: str | None = None


_INPUTS: dict[str, type[ProductToModel] | type[TryOn]] = {
    "product-to-model": ProductToModel,
    "tryon-max": TryOnMax,
    "tryon-v1.6": TryOn,
}
_FAILURES = {
    "failed": ("PipelineError", "The pipeline failed."),
    "failed-moderated": ("ContentModerationError", "Prohibited content was detected."),
    "moderated": ("ContentModerationError", "Prohibited content was detected."),
}


def error(status: int, said: str) -> Response:
    names = {400: "BadRequest", 401: "UnauthorizedAccess", 404: "NotFound", 429: "RateLimitExceeded"}
    if status == 402:
        return JSONResponse({"error": "OutOfCredits", "message": said}, 429)
    return JSONResponse({"error": names.get(status, "InternalServerError"), "message": said}, status)


async def run(request: Request) -> Response:
    body = await json_of(request, Run)
    try:
        inputs = _INPUTS[body.model_name].model_validate(body.inputs)
    except ValueError as problem:
        raise RefusedError(400, f"inputs.{first(problem)}") from problem
    words = inputs.prompt if isinstance(inputs, ProductToModel) else ""
    fault = await accepted(request, words, error)
    if not isinstance(fault, str):
        return fault
    made = start(request, fault, inputs=inputs, words=words)
    states = ("processing", "completed")
    told = [(made.id, {"id": made.id, "status": one, "error": None}) for one in states]
    tell_later(body.webhook_url, told, fault, sign=False)
    return JSONResponse({"id": made.id, "error": None})


async def status(request: Request) -> Response:
    found = job(request)
    if found.polls < 2:
        return JSONResponse({"id": found.id, "status": "processing", "error": None})
    if found.fault in _FAILURES:
        name, said = _FAILURES[found.fault]
        return JSONResponse({"id": found.id, "status": "failed", "error": {"name": name, "message": said}})
    if found.fault == "strange-status":
        return JSONResponse({"id": found.id, "status": "fermenting", "error": None})
    inputs = found.about["inputs"]
    width, height = _size(inputs)
    if found.fault == "wrong-size":
        width, height = width // 2, height // 2
    garment = inputs.garment_image if isinstance(inputs, TryOn) else inputs.product_image
    sent = [garment, *([inputs.model_image] if inputs.model_image else [])]
    images = tuple(base64.b64decode(one.split(",")[1]) for one in sent)
    data = await in_thread(picture, found.about["words"], width, height, images)
    if found.fault == "html":
        data = faults.PAGE
    if inputs.return_base64 and found.fault not in ("expired", "redirect", "metadata"):
        output = f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}"
    else:
        output = address(request, data, "image/png", found.fault)
    told = {"id": found.id, "status": "completed", "output": [output], "error": None}
    slow = found.fault if found.fault in ("drip", "endless", "gzip-bomb") else ""
    return faults.sent(slow, bytes(JSONResponse(told).body), "application/json")


def _size(inputs: ProductToModel | TryOn) -> tuple[int, int]:
    if isinstance(inputs, TryOn):
        return 864, 1296
    width, height = SIZES[inputs.aspect_ratio or "1:1"]
    times = {"1k": 1, "2k": 2, "4k": 4}[inputs.resolution]
    return width * times, height * times


def create() -> Starlette:
    routes = [Route("/v1/run", run, methods=["POST"]), Route("/v1/status/{id}", status)]
    return application("fashn", routes, error, bearer)
