"""The files of a form, bounded while they stream: whoever may not send is refused before, too much as it comes.

FastAPI's own parameters would take a whole body in before they ask who sent it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from packshot.errors import BadInputError, TooLargeError

OVERHEAD = 1_000_000  # bytes of a form around its files


class _Parser(MultiPartParser):
    """Starlette's parser, which has no limit for a file."""

    def __init__(self, request: Request, most: int, max_bytes: int) -> None:
        super().__init__(request.headers, _bounded(request, most * max_bytes + OVERHEAD), max_files=most, max_fields=0)
        self._max_bytes = max_bytes
        self._received = 0

    def on_part_begin(self) -> None:
        super().on_part_begin()
        self._received = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._received += end - start
        if self._received > self._max_bytes:
            file = self._current_part.file
            raise _too_large(file.filename if file else None, self._max_bytes)
        super().on_part_data(data, start, end)


@asynccontextmanager
async def files(request: Request, field: str, *, most: int, max_bytes: int) -> AsyncGenerator[list[UploadFile]]:
    """The files that the form of `request` has in `field`: 1 to `most`, of at most `max_bytes` each.

    They lie in memory or in temporary files until the block ends. Raises BadInputError where the body is no such form,
    TooLargeError as soon as there is too much of it.
    """
    if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        raise _no_form(field)
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > most * max_bytes + OVERHEAD:
        raise _too_large(None, max_bytes)
    try:
        form = await _Parser(request, most, max_bytes).parse()
    except MultiPartException as problem:
        raise BadInputError(f"The form cannot be read. {problem.message}", remedy=_no_form(field).remedy) from None
    try:
        found = [file for file in form.getlist(field) if isinstance(file, UploadFile)]
        if not found or len(found) != len(form.multi_items()):
            raise _no_form(field)
        yield found
    finally:
        await form.close()


def schema(field: str, *, most: int) -> dict[str, Any]:
    """What the documentation of a route with `files` says of its body."""
    file = {"type": "string", "format": "binary"}
    shape = file if most == 1 else {"type": "array", "items": file, "minItems": 1, "maxItems": most}
    body = {"type": "object", "required": [field], "properties": {field: shape}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}}}


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            raise _too_large(None, most)
        yield chunk


def _no_form(field: str) -> BadInputError:
    return BadInputError(
        f"This takes a form with files in the field {field} and nothing else.",
        remedy=f"Send multipart/form-data, such as curl -F {field}=@mug.jpg.",
    )


def _too_large(name: str | None, max_bytes: int) -> TooLargeError:
    return TooLargeError(
        f"{name or 'The form'} has more than the {max_bytes:,} bytes that are accepted.",
        remedy="Send smaller files, or fewer at once.",
        max_bytes=max_bytes,
    )
