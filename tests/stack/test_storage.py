"""Files on disk, and the links that lead to them."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient
from itsdangerous import URLSafeSerializer

from packshot.storage import disk as disk_module
from packshot.storage import storage
from packshot.storage.base import FileMissingError, StorageFullError
from packshot.storage.disk import Disk

KEY = "photos/0192/master.png"


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path, "a secret of at least 32 characters", "http://packshot.test")


async def test_what_was_put_is_there_until_deleted(disk: Disk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"from a file")
    await disk.put(KEY, b"bytes")
    await disk.put("photos/other.png", elsewhere)
    assert await disk.get(KEY) == b"bytes"
    assert await disk.get("photos/other.png") == b"from a file"
    assert await disk.size(KEY) == 5
    with await disk.open(KEY) as file:
        assert file.read(2) == b"by"
    await disk.delete(KEY, "photos/never-there.png")
    with pytest.raises(FileMissingError):
        await disk.get(KEY)
    assert list((tmp_path / ".incoming").iterdir()) == []


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../secret_key", "photos/../../x", "photos//x", "photos/.hidden", "Photo.png", "a b", "x\0"],
)
async def test_keys_that_could_lead_elsewhere_are_refused(disk: Disk, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await disk.put(key, b"")
    with pytest.raises(ValueError, match="not a storage key"):
        disk.url(key, 60)


async def test_a_write_that_fails_leaves_what_was_there(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    await disk.put(KEY, b"old")

    def full(_file: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(disk_module, "_flush", full)
    with pytest.raises(StorageFullError):
        await disk.put(KEY, b"new")
    assert await disk.get(KEY) == b"old"


def test_links_of_the_same_minute_are_equal(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    links: set[str] = set()
    for second in (1_000_000_021, 1_000_000_050, 1_000_000_081):
        monkeypatch.setattr(disk_module.time, "time", lambda second=second: second)
        links.add(disk.url(KEY, 60))
    assert len(links) == 2


async def test_a_link_gives_the_bytes_as_an_attachment(client: AsyncClient) -> None:
    await storage().put(KEY, b"0123456789")
    answer = await client.get(storage().url(KEY, 60, filename="mug.png"))
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mug.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_parts_can_be_fetched(client: AsyncClient) -> None:
    await storage().put(KEY, b"0123456789")
    link = storage().url(KEY, 60)
    part = await client.get(link, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (await client.get(link, headers={"Range": "bytes=20-"})).status_code == 416
    assert (await client.head(link)).headers["Content-Length"] == "10"


async def test_an_expired_link_is_refused(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await storage().put(KEY, b"bytes")
    link = storage().url(KEY, 60)
    now = disk_module.time.time()
    monkeypatch.setattr(disk_module.time, "time", lambda: now + 121)
    answer = await client.get(link)
    assert answer.status_code == 403
    assert "expired" in answer.json()["error"]["message"]


async def test_a_changed_link_is_refused(client: AsyncClient) -> None:
    await storage().put(KEY, b"bytes")
    path = urlsplit(storage().url(KEY, 60)).path
    forged = URLSafeSerializer("another secret", salt="packshot.files").dumps(
        {"key": KEY, "method": "GET", "expires": 9_999_999_999}
    )
    changed = [
        path[:-2] + ("A" if path[-2] != "A" else "B") + path[-1],
        path[:10] + "x" + path[11:],
        f"/files/{forged}",
        "/files/x",
    ]
    assert [(await client.get(link)).status_code for link in changed] == [403] * 4


async def test_a_link_serves_one_method(client: AsyncClient) -> None:
    await storage().put(KEY, b"bytes")
    wrong = await client.put(storage().url(KEY, 60), content=b"other")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET")
    wrong = await client.get(storage().url(KEY, 60, "PUT"))
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "PUT")
    assert await storage().get(KEY) == b"bytes"


async def test_a_file_that_is_gone_is_not_found(client: AsyncClient) -> None:
    answer = await client.get(storage().url("photos/gone.png", 60))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "file_missing")


async def test_an_upload_happens_once(client: AsyncClient) -> None:
    link = storage().url("uploads/once.png", 60, "PUT")
    assert (await client.put(link, content=b"first")).status_code == 201
    again = await client.put(link, content=b"swapped after it was checked")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    assert await storage().get("uploads/once.png") == b"first"


async def test_two_uploads_at_once_leave_one_whole_file(client: AsyncClient) -> None:
    link = storage().url("uploads/race.png", 60, "PUT")
    answers = await asyncio.gather(*(client.put(link, content=bytes([n]) * 1000) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    stored = await storage().get("uploads/race.png")
    assert len(stored) == 1000
    assert len(set(stored)) == 1


async def endless() -> AsyncIterator[bytes]:
    for _ in range(1000):
        yield b"x" * 1000


async def test_an_upload_that_is_too_large_is_cut_off(client: AsyncClient) -> None:
    link = storage().url("uploads/large.png", 60, "PUT", max_bytes=5000)
    announced = await client.put(link, content=b"x" * 5001)
    streamed = await client.put(link, content=endless())
    for answer in (announced, streamed):
        assert answer.status_code == 413
        assert answer.json()["error"]["max_bytes"] == 5000
    with pytest.raises(FileMissingError):
        await storage().get("uploads/large.png")
    assert list((storage()._root / ".incoming").iterdir()) == []  # pyright: ignore[reportPrivateUsage]
    assert (await client.put(link, content=b"x" * 5000)).status_code == 201


async def test_an_upload_has_the_type_that_was_agreed(client: AsyncClient) -> None:
    link = storage().url("uploads/typed.png", 60, "PUT", content_type="image/png")
    wrong = await client.put(link, content=b"x", headers={"Content-Type": "text/html"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (415, "wrong_type")
    assert (await client.put(link, content=b"x", headers={"Content-Type": "image/png"})).status_code == 201
