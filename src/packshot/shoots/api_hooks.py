"""Where vendors tell that something under way has news."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from packshot.errors import TooLargeError
from packshot.shoots import callbacks
from packshot.shoots.makers import maker

BODY_BYTES = 4 << 20  # Replicate repeats the input, with the pictures that went with it

router = APIRouter(prefix="/hooks", include_in_schema=False)


@router.post("/{engine}/{attempt_id}/{seal}")
async def hook(engine: str, attempt_id: UUID, seal: str, request: Request) -> JSONResponse:
    """Answers at once: the vendor is asked later, by a worker."""
    key = str(attempt_id)
    callbacks.require_seal(engine, key, seal)
    new = await callbacks.take(maker(engine), key, request.headers, await _body(request))
    return JSONResponse({"new": new})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise TooLargeError(
                f"A callback has at most {BODY_BYTES:,} bytes.", remedy="Leave the result out: it is fetched anyway."
            )
    return bytes(body)
