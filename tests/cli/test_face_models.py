"""Face models are fetched from where they are published: the right file whole or nothing, and looked at again later."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from packshot.cli.face_models import download, is_one, wanted
from packshot.errors import BadInputError, RefusedError, UnavailableError
from packshot.locks.identity.published import FOLDER, Published, published
from packshot.locks.identity.stack import configured
from packshot.locks.identity.weights import ModelMissingError
from packshot.settings import settings
from tests.cli.test_cli import packshot_here as packshot

DATA = b"weights" * 40_000


class Publisher(BaseHTTPRequestHandler):
    """Answers by path: the file, another one, more than there should be, nothing, or the way elsewhere."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name, _, target = self.path.strip("/").partition("/")
        if name == "to":
            self.send_response(302)
            self.send_header("Location", f"/{target}" if "scheme" not in target else "ftp://127.0.0.1/file")
            self.end_headers()
            return
        body = {"file": DATA, "other": DATA[::-1], "more": DATA * 50, "less": DATA[:-1]}.get(name)
        self.send_response(404 if body is None else 200)
        if name == "less":
            self.send_header("Content-Length", str(len(DATA)))  # and then the connection ends
        self.end_headers()
        try:
            self.wfile.write(body or b"gone")
        except ConnectionError:
            self.asked.append("hung up")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as serving:
        Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


@pytest.fixture
def model(server: str) -> Published:
    known = sha256(DATA).hexdigest()
    return Published(
        "m", "Model M", "does nothing", "m.onnx", f"{server}/file", known, len(DATA), "MIT", True, "here", date.min
    )


def test_the_right_file_comes_whole_over_redirects(server: str, model: Published, tmp_path: Path) -> None:
    path = model.path(tmp_path)
    assert not is_one(path, model)
    download(replace(model, url=f"{server}/to/to/file"), path, schemes=("http",))
    assert path == tmp_path / FOLDER / "m.onnx" and path.read_bytes() == DATA
    assert is_one(path, model)
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize(
    ("at", "problem", "says"),
    [
        ("other", RefusedError, "is not Model M"),
        ("more", RefusedError, "more than the 280,000 bytes"),
        ("less", UnavailableError, "cannot be fetched"),
        ("nowhere", UnavailableError, "answered 404"),
        ("to/scheme", RefusedError, "not asked over ftp"),
        ("/".join(["to"] * 8), UnavailableError, "leads on more than"),
    ],
)
def test_anything_else_leaves_nothing_and_takes_nothing_away(
    server: str, model: Published, tmp_path: Path, at: str, problem: type[Exception], says: str
) -> None:
    path = model.path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"what was here before")
    with pytest.raises(problem, match=says):
        download(replace(model, url=f"{server}/{at}"), path, schemes=("http",))
    assert [one.read_bytes() for one in path.parent.iterdir()] == [b"what was here before"]


def test_nothing_is_fetched_but_over_https(server: str, model: Published, tmp_path: Path) -> None:
    before = len(Publisher.asked)
    with pytest.raises(RefusedError, match="not asked over http"):
        download(model, model.path(tmp_path))
    assert len(Publisher.asked) == before


def test_weights_for_research_have_to_be_acknowledged(model: Published) -> None:
    free = replace(model, commercial=False, licence="research only")
    models = {"m": free, "n": replace(model, id="n", needs=("m",))}
    for name in models:
        with pytest.raises(RefusedError, match=r"may not be used commercially \(research only\)"):
            wanted(name, models, acknowledge=False)
    assert [one.id for one in wanted("n", models, acknowledge=True)] == ["m", "n"]
    with pytest.raises(BadInputError, match=r"no face model 'x'.*There are m, n"):
        wanted("x", models, acknowledge=True)


def test_what_is_written_down_is_pinned() -> None:
    assert set(published()) == {"yunet", "sface", "auraface"}
    for one in published().values():
        assert re.fullmatch(r"https://[^?]*/[0-9a-f]{40}/[^?]*", one.url) and one.url.endswith(f"/{one.file}")
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256) and one.bytes > 100_000
        assert one.commercial and one.licence in ("MIT", "Apache-2.0") and one.source
        assert set(one.needs) <= set(published())


def test_a_fetched_file_is_found_and_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKSHOT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("PACKSHOT_FACE_MODEL", "auraface")
    settings.cache_clear()
    try:
        with pytest.raises(ModelMissingError) as missing:
            configured()
        assert "packshot lock models fetch yunet" in missing.value.remedy
        for id in ("yunet", "auraface"):
            published()[id].path(tmp_path).parent.mkdir(exist_ok=True)
            published()[id].path(tmp_path).write_bytes(b"something else")
        with pytest.raises(ModelMissingError, match="has the SHA-256"):
            configured()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        settings()  # before another test changes the environment


def test_the_command_lists_and_refuses(tmp_path: Path) -> None:
    listed = packshot("lock", "models", "list", "--json", PACKSHOT_STATE_DIR=str(tmp_path))
    assert listed.returncode == 0, listed.stderr
    records = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(one["id"], one["path"]) for one in records] == [(id, None) for id in published()]
    refused = packshot("lock", "models", "fetch", "insightface", PACKSHOT_STATE_DIR=str(tmp_path))
    assert refused.returncode == 2 and "There are yunet, sface, auraface" in refused.stderr
