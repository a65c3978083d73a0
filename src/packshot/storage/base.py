"""What a place for bytes has to offer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from packshot.errors import NotFoundError, PackshotError

Method = Literal["GET", "PUT"]

# The names of our own formats; whatever else lies there is bytes, so that no browser runs it.
MEDIA_TYPES = {
    ".avif": "image/avif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp4": "video/mp4",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
_KEY = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*(\.[a-z0-9]+)?")


class FileMissingError(NotFoundError):
    """Nothing is stored under this key."""


class StorageFullError(PackshotError):
    """There is no room left."""

    status = 507


class Storage(Protocol):
    """Bytes by key. A key is made of ids: lower case, `/` between folders, one ending; never a person's words."""

    async def put(self, key: str, data: bytes | Path) -> None:
        """Stores `data`, or the content of that file, whole or not at all; it is on disk when this returns."""
        ...

    async def get(self, key: str) -> bytes:
        """The bytes under `key`; raises FileMissingError."""
        ...

    async def open(self, key: str) -> BinaryIO:
        """The bytes under `key` to be read piece by piece; raises FileMissingError."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes lie under `key`; raises FileMissingError."""
        ...

    async def delete(self, *keys: str) -> None:
        """Removes what lies under `keys`; nothing there is fine."""
        ...

    def url(
        self,
        key: str,
        expires_s: float,
        method: Method = "GET",
        *,
        content_type: str | None = None,
        max_bytes: int | None = None,
        filename: str | None = None,
    ) -> str:
        """A link with which anyone may GET, or PUT once, `key` until it expires.

        `content_type` and `max_bytes` bind a PUT; `filename` is what a browser saves a GET as.
        """
        ...


def checked(key: str) -> str:
    """`key`, or a ValueError where it could lead anywhere else than to its own file."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not a storage key.")
    return key


def media_type(key: str) -> str:
    """What a browser is told that the bytes under `key` are."""
    return MEDIA_TYPES.get(Path(key).suffix, "application/octet-stream")
