"""What pages load besides themselves: styles, scripts, the font; under a name that changes with them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent / "static"
router = APIRouter(include_in_schema=False)
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_FOREVER, _ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


@cache
def version() -> str:
    """Names the assets that this process serves; empty where they have not been built."""
    stamp = FOLDER / "version"
    return stamp.read_text() if stamp.exists() else ""


def static(name: str) -> str:
    """Where a page finds the asset `name`."""
    return f"/static/{version()}/{name}"


@router.api_route("/static/{of}/{name}", methods=["GET", "HEAD"])
def asset(of: str, name: str, request: Request) -> FileResponse:
    """One asset, compressed where the browser takes that. Of another version it is not kept."""
    path = FOLDER / name
    if path.suffix not in _TYPES or not path.is_file():
        raise HTTPException(404, "There is no such asset")
    headers = {"Cache-Control": _FOREVER if of == version() else _ASK_AGAIN, "Vary": "Accept-Encoding"}
    packed = path.with_name(f"{name}.gz")
    if packed.exists() and "gzip" in request.headers.get("Accept-Encoding", ""):
        path = packed
        headers["Content-Encoding"] = "gzip"
    return FileResponse(path, media_type=_TYPES[Path(name).suffix], headers=headers)
