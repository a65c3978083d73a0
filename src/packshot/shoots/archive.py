"""Many pictures as one ZIP file that is written while it is sent, so that its size does not matter."""

from __future__ import annotations

import asyncio
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from typing import IO, cast

from packshot.shoots.gallery import Row
from packshot.storage import storage

PIECE = 1 << 18  # bytes in memory at a time
LONGEST_NAME = 60


class _Tray:
    """Where zipfile lays down what is to be sent next. It cannot go back, which zipfile notices and copes with."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def file_name(row: Row, extension: str = "") -> str:
    """product-style-number.ext, or product-style-label-number.ext, in letters that every file system takes."""
    generation, shoot, product = row
    plain = unicodedata.normalize("NFKD", product or "").encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].strip("-") or "picture"
    style = f"{generation.style}-{generation.label.lower()}" if generation.label else generation.style
    return f"{name}-{style}-{generation.number}.{extension or shoot.extension}"


def names(rows: Iterable[Row]) -> list[str]:
    """A name for each; of equal ones the later are numbered."""
    given: list[str] = []
    met: Counter[str] = Counter()
    for row in rows:
        name = file_name(row)
        met[name] += 1
        stem, _, extension = name.rpartition(".")
        given.append(name if met[name] == 1 else f"{stem}-{met[name]}.{extension}")
    return given


async def zipped(rows: list[Row]) -> AsyncGenerator[bytes]:
    """The ZIP of `rows`, piece by piece. Stored, not deflated: pictures are packed already."""
    tray = _Tray()
    with zipfile.ZipFile(cast(IO[bytes], tray), "w", zipfile.ZIP_STORED) as archive:
        for row, name in zip(rows, names(rows), strict=True):
            generation = row[0]
            assert generation.key
            made = (generation.finished_at or generation.created_at).timetuple()[:6]
            about = zipfile.ZipInfo(name, date_time=made)
            file = await storage().open(generation.key)
            try:
                with archive.open(about, "w", force_zip64=True) as member:
                    while piece := await asyncio.to_thread(file.read, PIECE):
                        member.write(piece)
                        yield tray.taken()
            finally:
                file.close()
    yield tray.taken()
