"""Pictures of a person that both locks judge, whole: what is written down of the face is a score, and nothing else."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any
from uuid import UUID

import pytest
import structlog

from packshot import log
from packshot.locks.identity import judge as identity_judge
from packshot.settings import Settings
from packshot.shoots.models import State
from packshot.talents import tasks
from tests.judging.conftest import Tint
from tests.judging.test_step import verdicts
from tests.locks import tiny
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import through
from tests.talents.conftest import ADA, face_model, png
from tests.talents.test_photos import empty_storage
from tests.talents.test_templates import canary, everything, found

__all__ = ["empty_storage", "face_model", "tiny_detector", "tiny_embedder"]
pytestmark = pytest.mark.usefixtures("face_model")


async def ada_of(seller: Seller) -> str:
    """A made-up person of the seller's, whose face in the photo is where no product hides it."""
    made = await seller.person.post("/api/models", {"name": "Ada", "synthetic": True})
    id = str(made.json()["id"])
    photo = png(tiny.scene((tiny.person(ADA), *tiny.at(3, 3))))
    files = {"files": ("ada.png", photo)}
    sent = await seller.client.post(f"/api/models/{id}/photos", files=files, headers=seller.headers)
    assert sent.is_success, sent.text
    await tasks.check.run(UUID(id))
    return id


async def shot_of(seller: Seller, talent: str, style: str) -> UUID:
    asked: dict[str, Any] = {"engine": "portraitist", "styles": [style], "size": "640x640", "mode": "redraw"}
    answer = await seller.shoot(talent_id=talent, strict=True, **asked)
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["generations"][0]["id"])


@contextmanager
def written_logs() -> Generator[io.StringIO]:
    """All that a worker writes, tracebacks too, as it is written where Packshot runs."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    try:
        with io.StringIO() as told, redirect_stdout(told), redirect_stderr(told):
            log.configure("worker")
            yield told
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)


async def test_a_strict_shoot_of_a_person_leaves_no_template_anywhere(
    seller: Seller, tint: Tint, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector, answers = canary(), list[object]()
    with written_logs() as told:
        ada = await ada_of(seller)
        browser = await Browser.beside(seller.client).login(seller.person.email)
        rows = [await through(await shot_of(seller, ada, style)) for style in ("faithful", "always-off", "close")]
        assert [row.state for row in rows] == [State.COMPLETED, State.REJECTED, State.REVIEW]
        for row in rows:
            about = [verdict for verdict in await verdicts(row.id) if verdict.lock == "identity"]
            assert {verdict.decision for verdict in about} == {"accept"}
            assert all(verdict.score and verdict.weights for verdict in about), "it was the real lock that looked"
            paths = (f"/generations/{row.id}", f"/shoots/{row.shoot_id}", f"/shoots/{row.shoot_id}/news?since=0")
            answers += [(await browser.get(path)).text for path in paths]
            answers.append(await seller.picture(str(row.id)))
        assert "not calibrated" in str(answers), "wherever a score is shown"
        packed = (await browser.get(f"/shoots/{rows[0].shoot_id}/zip")).content
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            taken = b"".join(archive.read(name) for name in archive.namelist())
        assert taken
        with monkeypatch.context() as patch:
            patch.setattr(identity_judge, "_decided", _breaks)
            waits = await through(await shot_of(seller, ada, "faithful"))
        assert waits.waits_for.startswith("the identity lock"), "a fault of ours is neither a pass nor a rejection"
        kept = await everything(settings)
        said = f"{answers} {told.getvalue()}"
    assert "broken with a face in its hands" in said
    assert found(vector, kept + taken) == []
    assert found(vector, said.encode()) == []


def _breaks(*given: object) -> None:
    raise RuntimeError(f"broken with a face in its hands, {given}")
