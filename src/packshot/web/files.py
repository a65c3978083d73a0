"""Signed links: the bytes that they allow to fetch, and to upload once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from packshot.errors import BadInputError, TooLargeError
from packshot.storage import storage
from packshot.storage.base import Method, media_type
from packshot.storage.disk import Permission

router = APIRouter(include_in_schema=False)

# A file is never a page: nothing in it may run, whatever a browser takes it for.
NOTHING_RUNS = "default-src 'none'; sandbox"
CACHE_S = 300


class WrongTypeError(BadInputError):
    """Another content type than the link is for."""

    status = 415


@router.api_route("/files/{token}", methods=["GET", "HEAD"])
async def fetch(token: str) -> FileResponse:
    allowed = _permission(token, "GET")
    path = await asyncio.to_thread(storage().path, allowed.key)
    return FileResponse(
        path,
        media_type=media_type(allowed.key),
        filename=allowed.filename or path.name,
        headers={"Content-Security-Policy": NOTHING_RUNS, "Cache-Control": f"private, max-age={CACHE_S}, immutable"},
    )


@router.put("/files/{token}", status_code=201)
async def upload(token: str, request: Request) -> Response:
    allowed = _permission(token, "PUT")
    sent_type = request.headers.get("Content-Type", "")
    if allowed.content_type and sent_type != allowed.content_type:
        raise WrongTypeError(f"This link is for {allowed.content_type}, not for {sent_type or 'an unnamed type'}.")
    announced = request.headers.get("Content-Length", "")
    _within(allowed, int(announced) if announced.isdecimal() else 0)
    await storage().receive(allowed.key, _bounded(request.stream(), allowed))
    return Response(status_code=201)


def _permission(token: str, method: Method) -> Permission:
    allowed = storage().permission(token)
    if allowed.method != method:
        raise HTTPException(405, f"This link is for {allowed.method}", headers={"Allow": allowed.method})
    return allowed


async def _bounded(chunks: AsyncIterator[bytes], allowed: Permission) -> AsyncIterator[bytes]:
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        _within(allowed, received)
        yield chunk


def _within(allowed: Permission, size: int) -> None:
    if allowed.max_bytes is not None and size > allowed.max_bytes:
        raise TooLargeError(
            f"The file has more than the {allowed.max_bytes:,} bytes that are accepted.",
            remedy="Upload a smaller one.",
            max_bytes=allowed.max_bytes,
        )
