"""A stored picture as an answer: to its account only, kept by that browser, sent again only when it changed."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import FileResponse

from packshot.storage import storage
from packshot.storage.base import media_type
from packshot.web.files import NOTHING_RUNS


def file(request: Request, key: str, *, tag: str, max_age_s: int, filename: str = "") -> Response:
    """What lies under `key`, or a bare 304 where the browser has it under `tag` already. FileMissingError without it.

    With a `filename` it is saved, else shown.
    """
    etag = f'"{tag}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"private, max-age={max_age_s}",
        "Content-Security-Policy": NOTHING_RUNS,
    }
    if etag in (known.strip() for known in request.headers.get("If-None-Match", "").split(",")):
        return Response(status_code=304, headers=headers)
    path = storage().path(key)
    return FileResponse(path, media_type=media_type(key), filename=filename or None, headers=headers)
