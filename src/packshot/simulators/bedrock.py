"""Amazon Bedrock's InvokeModel with Stability AI's models: bodies held against each model, moderation under a 200."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.simulators import faults, stability
from packshot.simulators.pictures import changed, picture
from packshot.simulators.vendor import RefusedError, Strict, accepted, application, in_thread, json_of

Prompt = Annotated[str, Field(min_length=1, max_length=10_000)]
Seed = Annotated[int, Field(ge=0, le=stability.HIGHEST_SEED)]
GENERATES = ("stability.stable-image-core-v1:1", "stability.stable-image-ultra-v1:1", "stability.sd3-5-large-v1:0")
ENDS = {"stability.sd3-5-large-v1:0": (datetime.now(UTC) + timedelta(days=25)).strftime("%Y-%m-%dT%H:%M:%SZ")}
INPAINTS = ("us.stability.stable-image-inpaint-v1:0",)


class Generate(Strict):
    prompt: Prompt
    negative_prompt: str | None = None
    aspect_ratio: Literal["1:1", "3:2", "2:3", "5:4", "4:5", "16:9", "9:16", "21:9", "9:21"] = "1:1"
    seed: Seed = 0
    output_format: Literal["png", "jpeg"] = "png"
    mode: Literal["text-to-image"] = "text-to-image"


class Inpaint(Strict):
    prompt: Prompt
    image: str
    mask: str | None = None
    negative_prompt: str | None = None
    seed: Seed = 0
    output_format: Literal["png", "jpeg", "webp"] = "png"
    grow_mask: Annotated[int, Field(ge=0, le=20)] = 5


_NAMES = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    402: "ServiceQuotaExceededException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}


def error(status: int, said: str) -> Response:
    name = _NAMES.get(status, "InternalServerException")
    return JSONResponse({"message": said}, status, headers={"x-amzn-ErrorType": name})


def check_key(request: Request) -> None:
    """The shape of AWS's signature; a key that begins with "wrong" is."""
    given = request.headers.get("authorization", "")
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=(\w+)/\d{8}/[\w-]+/bedrock/aws4_request, SignedHeaders=[\w;-]+, Signature=\w{64}",
        given,
    )
    if not found or found[1].startswith("wrong"):
        raise RefusedError(403, "The security token included in the request is invalid.")


async def invoke(request: Request) -> Response:
    model = unquote(request.path_params["model"])
    if model in GENERATES:
        body: Generate | Inpaint = await json_of(request, Generate)
    elif model in INPAINTS:
        body = await json_of(request, Inpaint)
    else:
        raise RefusedError(400, "The provided model identifier is invalid.")
    fault = await accepted(request, body.prompt, error)
    if not isinstance(fault, str):
        return fault
    if fault in ("moderated", "failed-moderated", "failed"):
        reason = "Inference error" if fault == "failed" else "Filter reason: prompt"
        return JSONResponse({"seeds": [], "finish_reasons": [reason]})
    if isinstance(body, Inpaint):
        mask = base64.b64decode(body.mask) if body.mask else None
        data = await in_thread(changed, body.prompt, base64.b64decode(body.image), mask)
    else:
        width, height = stability.size("core" if "core" in model else "ultra", body.aspect_ratio)
        if fault == "wrong-size":
            width, height = width // 2, height // 2
        data = await in_thread(picture, body.prompt, width, height)
    if fault == "html":
        data = faults.PAGE
    told = {"seeds": [body.seed or 7], "finish_reasons": [None], "images": [base64.b64encode(data).decode("ascii")]}
    return faults.sent(fault, bytes(JSONResponse(told).body), "application/json")


async def foundation_models(_: Request) -> Response:
    listed = [
        {
            "modelArn": f"arn:aws:bedrock:us-west-2::foundation-model/{id}",
            "modelId": id,
            "modelName": id,
            "providerName": "Stability AI",
            "modelLifecycle": {"status": "LEGACY", "endOfLifeTime": ENDS[id]} if id in ENDS else {"status": "ACTIVE"},
        }
        for id in sorted({*GENERATES, *(one.removeprefix("us.") for one in INPAINTS)})
    ]
    return JSONResponse({"modelSummaries": listed})


def create() -> Starlette:
    routes = [
        Route("/model/{model:path}/invoke", invoke, methods=["POST"]),
        Route("/foundation-models", foundation_models),
    ]
    return application("bedrock", routes, error, check_key)
