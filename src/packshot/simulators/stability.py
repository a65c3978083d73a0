"""Stability AI's v2beta: multipart even without files, aspect ratios instead of sizes, filtered content under a 200."""

from __future__ import annotations

import base64
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.imaging.sniff import kind_of
from packshot.simulators import faults
from packshot.simulators.pictures import changed, picture
from packshot.simulators.vendor import RefusedError, accepted, application, bearer, in_thread, job, start

RATIOS = {
    "1:1": (1024, 1024),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "5:4": (1088, 896),
    "4:5": (896, 1088),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
    "21:9": (1536, 640),
    "9:21": (640, 1536),
}
HIGHEST_SEED = 4_294_967_294
MOST_BYTES = 10 << 20
_COMMON = {"negative_prompt", "seed", "output_format"}
_FIELDS = {
    "core": _COMMON | {"prompt", "aspect_ratio", "style_preset"},
    "ultra": _COMMON | {"prompt", "aspect_ratio", "style_preset"},
    "sd3": _COMMON | {"prompt", "aspect_ratio", "style_preset", "model", "mode", "cfg_scale"},
    "inpaint": _COMMON | {"prompt", "style_preset", "grow_mask"},
    "replace-background-and-relight": _COMMON
    | {
        "background_prompt",
        "foreground_prompt",
        "preserve_original_subject",
        "original_background_depth",
        "keep_original_background",
        "light_source_direction",
        "light_source_strength",
    },
}
_FILES = {
    "inpaint": ("image", {"image", "mask"}),
    "replace-background-and-relight": ("subject_image", {"subject_image", "background_reference", "light_reference"}),
}
_SD3 = ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash")


def error(status: int, said: str) -> Response:
    names = {400: "bad_request", 401: "unauthorized", 402: "payment_required", 403: "content_moderation"}
    name = names.get(status, "rate_limit_exceeded" if status == 429 else "internal_error")
    return JSONResponse({"id": "0" * 32, "name": name, "errors": [said]}, status)


async def make(request: Request) -> Response:
    service = request.path_params["service"]
    if service not in _FIELDS:
        raise RefusedError(404, "There is no such service.")
    fields, files = await _form(request, service)
    words = fields.get("background_prompt" if service.startswith("replace") else "prompt", "")
    if not 0 < len(words) <= 10_000:
        raise RefusedError(400, "prompt: 1 to 10000 characters are required.")
    _check(service, fields)
    fault = faults.asked(request, words)
    if fault == "moderated" and service != "ultra":
        raise RefusedError(403, "Your request was flagged by our content moderation system.")
    if "application/json" not in request.headers.get("accept", ""):
        raise RefusedError(400, "accept: this simulator gives application/json only.")
    done = await accepted(request, words, error)
    if not isinstance(done, str):
        return done
    image = files.get(_FILES[service][0]) if service in _FILES else None
    if service.startswith("replace"):
        return JSONResponse({"id": start(request, done, words=words, image=image).id})
    width, height = size(service, fields.get("aspect_ratio", "1:1"))
    if done == "wrong-size":
        width, height = width // 2, height // 2
    if image is None:
        data = await in_thread(picture, words, width, height)
    else:
        data = await in_thread(changed, words, image, files.get("mask"))
    return _result(done, data, int(fields.get("seed") or 0) or 7)


async def result(request: Request) -> Response:
    found = job(request)
    if found.polls < 2:
        return JSONResponse({"id": found.id, "status": "in-progress"}, 202)
    if found.fault == "failed":
        return error(500, "As asked: it failed.")
    data = await in_thread(changed, found.about["words"], found.about["image"], None)
    return _result("moderated" if found.fault == "failed-moderated" else found.fault, data, 7)


def _result(fault: str, data: bytes, seed: int) -> Response:
    if fault == "html":
        data = faults.PAGE
    reason = "CONTENT_FILTERED" if fault == "moderated" or fault == "failed-moderated" else "SUCCESS"
    told = {"image": base64.b64encode(data).decode("ascii"), "finish_reason": reason, "seed": seed}
    return faults.sent(fault, bytes(JSONResponse(told).body), "application/json")


async def _form(request: Request, service: str) -> tuple[dict[str, str], dict[str, bytes]]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data; boundary="):
        raise RefusedError(400, "content-type: must be multipart/form-data with a boundary.")
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        raise RefusedError(413, "The request is larger than 10 MiB.")
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    needed, possible = _FILES.get(service, ("", set[str]()))
    async with request.form(max_part_size=MOST_BYTES) as form:
        for name, value in form.multi_items():
            known = possible if isinstance(value, UploadFile) else _FIELDS[service]
            if name not in known or name in fields or name in files:
                raise RefusedError(400, f"{name}: this field is not expected.")
            if isinstance(value, UploadFile):
                files[name] = await value.read()
                if kind_of(files[name]) not in ("png", "jpeg", "webp"):
                    raise RefusedError(400, f"{name}: must be a JPEG, PNG or WebP.")
            else:
                fields[name] = value
    if needed and needed not in files:
        raise RefusedError(400, f"{needed}: is required.")
    return fields, files


def _check(service: str, fields: dict[str, Any]) -> None:
    seed = fields.get("seed", "0")
    if not seed.isdecimal() or int(seed) > HIGHEST_SEED:
        raise RefusedError(400, f"seed: must be 0 to {HIGHEST_SEED}.")
    if fields.get("output_format", "png") not in ("png", "jpeg", "webp"):
        raise RefusedError(400, "output_format: must be png, jpeg or webp.")
    if fields.get("aspect_ratio", "1:1") not in RATIOS:
        raise RefusedError(400, "aspect_ratio: is not one of those there are.")
    if service == "sd3" and fields.get("model", _SD3[0]) not in _SD3:
        raise RefusedError(400, "model: is not one of those there are.")
    strength = fields.get("preserve_original_subject", "0.6")
    if not strength.replace(".", "", 1).isdecimal() or not 0 <= float(strength) <= 1:
        raise RefusedError(400, "preserve_original_subject: must be 0 to 1.")


def size(service: str, ratio: str) -> tuple[int, int]:
    """The size of a picture of `ratio`; "core" makes larger ones."""
    width, height = RATIOS[ratio]
    return (width * 3 // 2, height * 3 // 2) if service == "core" else (width, height)


def create() -> Starlette:
    routes = [
        Route("/v2beta/stable-image/generate/{service}", make, methods=["POST"]),
        Route("/v2beta/stable-image/edit/{service}", make, methods=["POST"]),
        Route("/v2beta/results/{id}", result),
    ]
    return application("stability", routes, error, bearer)
