"""OpenAI's image API, as openai-python 3.57 and the official specification describe it; data stands in the answer."""

from __future__ import annotations

import base64
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.errors import BadInputError
from packshot.imaging.decode import OWN_LIMITS, decode
from packshot.imaging.master import grey_png
from packshot.imaging.sniff import kind_of
from packshot.simulators import faults
from packshot.simulators.pictures import changed, picture
from packshot.simulators.vendor import (
    RefusedError,
    Strict,
    accepted,
    application,
    bearer,
    books,
    first,
    in_thread,
    json_of,
)

VERSIONS = ("gpt-image-2-2026-04-21", "gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-flare-2026-09-08")
MODELS = ("gpt-image-2", "gpt-image-2.5-sunburst", "gpt-image-2.5-flare", *VERSIONS)
# So that one is warned of.
ENDS = {"gpt-image-2.5-flare-2026-09-08": (datetime.now(UTC) + timedelta(days=20)).date().isoformat()}
MOST_REFERENCES = 16
MOST_MASK_BYTES = 4_000_000
MOST_IMAGE_BYTES = 50_000_000
# Of a picture of 1024², as resellers' prices have it.
_TOKENS = {"low": 200, "medium": 1767, "high": 7033}
_TOKENS_25 = {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}

Count = Annotated[int, Field(ge=1, le=10)]


class Painting(Strict):
    prompt: Annotated[str, Field(min_length=1, max_length=32_000)]
    model: str
    n: Count | None = None
    size: str | None = None
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"] | None = None
    output_format: Literal["png", "webp", "jpeg"] | None = None
    output_compression: Annotated[int, Field(ge=0, le=100)] | None = None
    background: Literal["transparent", "opaque", "auto"] | None = None
    safety_identifier: Annotated[str, Field(max_length=64)] | None = None
    user: str | None = None


class Generation(Painting):
    moderation: Literal["low", "auto"] | None = None


class Edit(Painting):
    input_fidelity: Literal["high", "low"] | None = None


def error(status: int, said: str) -> Response:
    codes = {401: "invalid_api_key", 402: "insufficient_quota", 429: "rate_limit_exceeded"}
    kind = "invalid_request_error" if status < 500 else "server_error"
    shown = 429 if status == 402 else status  # an empty account looks like too many requests
    return JSONResponse(
        {"error": {"message": said, "type": kind, "param": None, "code": codes.get(status)}}, status_code=shown
    )


async def generations(request: Request) -> Response:
    asked = await json_of(request, Generation)
    return await _answer(request, asked, (), None)


async def edits(request: Request) -> Response:
    if not request.headers.get("content-type", "").startswith("multipart/form-data; boundary="):
        raise RefusedError(400, "Unsupported content type: use multipart/form-data.")
    async with request.form(max_part_size=MOST_IMAGE_BYTES) as form:
        fields: dict[str, Any] = {}
        images: list[bytes] = []
        mask: bytes | None = None
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data = await value.read()
                if name in ("image", "image[]"):
                    images.append(_checked(data, value))
                elif name == "mask" and mask is None:
                    mask = data
                else:
                    raise RefusedError(400, f"Unknown parameter: {name!r}.")
            elif name in fields:
                raise RefusedError(400, f"Duplicate parameter: {name!r}.")
            else:
                fields[name] = int(value) if name in ("n", "output_compression") and value.isdecimal() else value
    try:
        asked = Edit.model_validate(fields)
    except ValueError as problem:
        raise RefusedError(400, first(problem)) from problem
    if not 1 <= len(images) <= MOST_REFERENCES:
        raise RefusedError(400, f"{len(images)} images; 1 to {MOST_REFERENCES} are possible.")
    if asked.input_fidelity and asked.model.startswith("gpt-image-2"):
        raise RefusedError(400, "input_fidelity is not possible with this model.")
    if mask is not None:
        _check_mask(mask, images[0])
    return await _answer(request, asked, tuple(images), mask)


def _checked(data: bytes, upload: UploadFile) -> bytes:
    kind = kind_of(data)
    if kind not in ("png", "jpeg", "webp") or upload.content_type != f"image/{kind}":
        raise RefusedError(400, f"Invalid file: {upload.content_type} is not supported, or the file is another.")
    if len(data) > MOST_IMAGE_BYTES:
        raise RefusedError(413, "The image is larger than 50 MB.")
    return data


def _check_mask(mask: bytes, image: bytes) -> None:
    if kind_of(mask) != "png" or len(mask) > MOST_MASK_BYTES:
        raise RefusedError(400, "Invalid mask: a PNG of less than 4 MB.")
    try:
        photo, of = (decode(data, name="mask", limits=OWN_LIMITS) for data in (mask, image))
    except BadInputError as problem:
        raise RefusedError(400, problem.message) from problem
    if (photo.width, photo.height) != (of.width, of.height):
        raise RefusedError(400, "Invalid mask: it has another size than the image.")
    if photo.alpha is None:
        raise RefusedError(400, "Invalid mask: it has no transparent area.")


async def _answer(request: Request, asked: Painting, images: tuple[bytes, ...], mask: bytes | None) -> Response:
    if asked.model not in MODELS:
        raise RefusedError(404, f"The model {asked.model!r} does not exist or was shut down.")
    if asked.quality in ("xhigh", "max") and "2.5" not in asked.model:
        raise RefusedError(400, f"Invalid quality {asked.quality!r} for this model.")
    width, height = _size(asked.size or "1024x1024")
    if faults.asked(request, asked.prompt) == "moderated":
        said = "Your request was rejected by the safety system."
        return JSONResponse(
            {"error": {"message": said, "type": "image_generation_user_error", "code": "moderation_blocked"}}, 400
        )
    books(request).also = {"model": asked.model, "whose": asked.safety_identifier or ""}
    fault = await accepted(request, asked.prompt, error, pictures=len(images))
    if not isinstance(fault, str):
        return fault
    if fault == "wrong-size":
        width, height = width // 2, height // 2
    made = [await in_thread(_paint, asked.prompt, width, height, images, mask, seed) for seed in range(asked.n or 1)]
    if fault == "html":
        made = [faults.PAGE]
    quality = asked.quality if asked.quality not in (None, "auto") else "high"
    tokens = (_TOKENS_25 if "2.5" in asked.model else _TOKENS)[quality] * len(made)
    text = len(asked.prompt) // 4 + 1
    usage = {
        "input_tokens": text + 1000 * len(images),
        "input_tokens_details": {"text_tokens": text, "image_tokens": 1000 * len(images)},
        "output_tokens": tokens,
        "total_tokens": text + 1000 * len(images) + tokens,
    }
    answer = JSONResponse(
        {
            "created": int(time.time()),
            "background": "opaque",
            "output_format": "png",
            "quality": quality,
            "size": f"{width}x{height}",
            "data": [{"b64_json": base64.b64encode(one).decode("ascii")} for one in made],
            "usage": usage,
        }
    )
    return faults.sent(fault, bytes(answer.body), "application/json")


def _paint(words: str, width: int, height: int, images: tuple[bytes, ...], mask: bytes | None, seed: int) -> bytes:
    if mask is None:
        return picture(words, width, height, images, seed)
    alpha = decode(mask, name="mask", limits=OWN_LIMITS).alpha
    assert alpha is not None
    return changed(words, images[0], grey_png(255 - alpha))


def _size(size: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if (
        not width
        or not height
        or width % 16
        or height % 16
        or max(width, height) > 3840
        or max(width, height) > 3 * min(width, height)
        or not 655_360 <= width * height <= 8_294_400
    ):
        raise RefusedError(400, f"Invalid size {size!r}.")
    return width, height


async def models(request: Request) -> Response:
    data = [
        {"id": id, "object": "model", "created": 0, "owned_by": "openai", "shutdown_date": ENDS.get(id)}
        for id in MODELS
    ]
    return JSONResponse({"object": "list", "data": data})


def create() -> Starlette:
    routes = [
        Route("/v1/images/generations", generations, methods=["POST"]),
        Route("/v1/images/edits", edits, methods=["POST"]),
        Route("/v1/models", models),
    ]
    return application("openai", routes, error, bearer)
