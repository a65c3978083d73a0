"""Files on this machine's disk, reached from outside by signed links that expire."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import time
from collections.abc import AsyncIterable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from itsdangerous import BadData, URLSafeSerializer

from packshot.errors import ConflictError, ForbiddenError
from packshot.storage.base import FileMissingError, Method, StorageFullError, checked

WHOLE_MINUTE_S = 60  # links made within the same minute are equal, so that pages with them can be cached


@dataclass(frozen=True)
class Permission:
    """What a signed link allows, until `expires` (seconds since 1970)."""

    key: str
    method: Method
    expires: int
    content_type: str | None = None
    max_bytes: int | None = None
    filename: str | None = None


class Disk:
    """Storage in the folder `root`; links start with `base_url`."""

    def __init__(self, root: Path, secret: str, base_url: str) -> None:
        self._root = root
        self._incoming = root / ".incoming"  # on the same file system, so that a rename is all or nothing
        self._base_url = base_url.rstrip("/")
        self._signer = URLSafeSerializer(secret, salt="packshot.files", signer_kwargs={"digest_method": sha256})

    def path(self, key: str) -> Path:
        """Where `key` lies; raises FileMissingError."""
        path = self._place(key)
        if not path.is_file():
            raise FileMissingError("This file does not exist, or not any more.")
        return path

    async def put(self, key: str, data: bytes | Path) -> None:
        place = self._place(key)
        await asyncio.to_thread(self._put, place, data)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(lambda: self.path(key).read_bytes())

    async def open(self, key: str) -> BinaryIO:
        return await asyncio.to_thread(lambda: self.path(key).open("rb"))

    async def size(self, key: str) -> int:
        return await asyncio.to_thread(lambda: self.path(key).stat().st_size)

    async def delete(self, *keys: str) -> None:
        places = [self._place(key) for key in keys]
        await asyncio.to_thread(lambda: [place.unlink(missing_ok=True) for place in places])

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
        expires = ceil((time.time() + expires_s) / WHOLE_MINUTE_S) * WHOLE_MINUTE_S
        allowed = Permission(checked(key), method, expires, content_type, max_bytes, filename)
        return f"{self._base_url}/files/{self._signer.dumps(asdict(allowed))}"

    def permission(self, token: str) -> Permission:
        """What the link with `token` allows; raises ForbiddenError where it was changed or has expired."""
        try:
            allowed = Permission(**self._signer.loads(token))
        except (BadData, TypeError) as error:
            raise ForbiddenError("This link is not one of ours, or was changed.") from error
        if time.time() >= allowed.expires:
            raise ForbiddenError("This link has expired.", remedy="Reload the page for a new one.")
        return allowed

    async def receive(self, key: str, chunks: AsyncIterable[bytes]) -> None:
        """Stores an upload as it arrives; `key` appears when all of it did. Raises ConflictError where it exists:

        an upload that was checked must not change behind the back of who checked it.
        """
        place = self._place(key)
        with _room(), self._draft() as (draft, file):
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_settle_once, file, draft, place)

    def _place(self, key: str) -> Path:
        return self._root / checked(key)

    def _put(self, place: Path, data: bytes | Path) -> None:
        with _room(), self._draft() as (draft, file):
            if isinstance(data, Path):
                with data.open("rb") as source:
                    shutil.copyfileobj(source, file)
            else:
                file.write(data)
            _flush(file)
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(place)
            _flush_folder(place.parent)

    @contextmanager
    def _draft(self) -> Generator[tuple[Path, BinaryIO]]:
        self._incoming.mkdir(parents=True, exist_ok=True)
        draft = self._incoming / uuid4().hex
        try:
            with draft.open("xb") as file:
                yield draft, file
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _room() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFullError("There is no room left for files.", remedy="The operator has to add some.") from error


def _settle_once(file: BinaryIO, draft: Path, place: Path) -> None:
    _flush(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(draft, place)  # fails where a rename would replace
    except FileExistsError:
        raise ConflictError(
            "This file was uploaded already.", remedy="Ask for a new link to upload another one."
        ) from None
    _flush_folder(place.parent)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
