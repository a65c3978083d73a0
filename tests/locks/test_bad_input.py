"""What people give `packshot lock` by mistake: a verdict or a sentence, never a traceback, and the exit code for it."""

from __future__ import annotations

import resource
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from packshot.locks.identity.stack import opened
from packshot.settings import settings
from tests.cli.test_cli import packshot_here as packshot
from tests.locks import tiny
from tests.talents.conftest import face_model

__all__ = ["face_model"]


def crowd() -> np.ndarray:
    """Thirty faces of different people, in five columns, none of whose middles another one hides."""
    picture = np.full((640, 640, 3), 90, np.uint8)
    for number in range(30):
        x, y = 32 * (1 + 4 * (number % 5)) - 32, 32 * (1 + 3 * (number // 5)) - 16
        picture[y : y + 64, x : x + 96] = tiny.person(number)[64:128, 48:144]
    return picture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    speck = np.zeros((1024, 1024), np.uint8)
    speck[500:504, 500:504] = 255
    pictures = {
        "ada": tiny.scene((tiny.person(1), *tiny.at(5, 5))),
        "nobody": tiny.scene(),
        "thirty": crowd(),
        "flat": np.full((400, 400, 3), 128, np.uint8),
        "dot": np.zeros((8, 8, 3), np.uint8),
        "mask-empty": np.zeros((1024, 1024), np.uint8),
        "mask-small": np.full((64, 64), 255, np.uint8),
        "mask-speck": speck,
        "mask": np.full((1024, 1024), 255, np.uint8),
        "wide": np.full((40, 12_000, 3), 90, np.uint8),
        "wider": np.zeros((40, 12_001, 3), np.uint8),
    }
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "text.png").write_text("This is no picture.\n" * 100)
    (folder / "empty.png").write_bytes(b"")
    photo = root / "samples/photos/mug.jpg"
    (folder / "mug.jpg").symlink_to(photo)
    (folder / "cut.jpg").write_bytes(photo.read_bytes()[:20_000])
    tables = {
        "columns": "x,y\n1,2\n",
        "label": "a,b,same\nada.png,nobody.png,maybe\n",
        "short": "a,b,same\nada.png\n",
        "none": "a,b,same\n",
        "pictures": "a,b,same\nada.png,text.png,1\nwider.png,nobody.png,0\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "binary.csv").write_bytes(b"\xff\xfe\x00")
    return folder


@pytest.fixture(autouse=True)
def bounded() -> Generator[None]:
    """Nothing here takes long, and nothing takes much memory."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - started < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kB


def check(folder: Path, case: str) -> None:
    """`case`: arguments, among them names of files, then the exit code and what is said."""
    arguments, code, says = (part.strip() for part in case.split("|"))
    given = [folder / word if "." in word and not word.startswith("-") else word for word in arguments.split()]
    run = packshot("lock", *given)
    assert (run.returncode, says in run.stdout + run.stderr) == (int(code), True), (case, run)


def test_the_product_lock_says_what_is_wrong(folder: Path) -> None:
    for case in (
        "product mug.jpg flat.png --mask mask.png | 1 | cannot be found",
        "product mug.jpg wide.png --mask mask.png | 1 | cannot be found",
        "product mug.jpg wider.png | 2 | 12,001 px wide; at most 12,000",
        "product mug.jpg text.png | 2 | text.png is text",
        "product mug.jpg empty.png | 2 | empty.png is empty",
        "product mug.jpg cut.jpg | 2 | cut.jpg is damaged",
        "product mug.jpg dot.png | 2 | only 8 × 8 px",
        "product text.png cut.jpg --mask empty.png | 2 | TIFF. cut.jpg is damaged or cut short. empty.png is empty",
        "product flat.png mug.jpg | 2 | Give its outline with --mask",
        "product mug.jpg mug.jpg --mask mask-empty.png | 2 | The mask is empty",
        "product mug.jpg mug.jpg --mask mask-small.png | 2 | mask is 64 × 64 px and the photo 1024 × 1024",
        "product mug.jpg mug.jpg --mask mask-speck.png | 2 | product is 4 × 4 px",
        "product mug.jpg mug.jpg --mask text.png | 2 | text.png is text",
        "regions flat.png | 2 | Give its outline with --mask",
        "regions text.png | 2 | text.png is text",
        "regions wider.png | 2 | 12,001 px",
        "regions mug.jpg --mask mask-empty.png | 2 | The mask is empty",
        "regions mug.jpg --mask mask-small.png | 2 | 64 × 64",
    ):
        check(folder, case)


def test_the_identity_lock_says_what_is_wrong(folder: Path, face_model: None) -> None:
    for case in (
        "identity ada.png -- ada.png | 0 | the same person",
        "identity ada.png -- thirty.png | 0 | the most alike of 30 faces",
        "identity ada.png -- nobody.png | 3 | No face",
        "identity ada.png -- flat.png | 3 | No face",
        "identity ada.png -- wide.png | 3 | No face",
        "identity --pose back ada.png -- flat.png | 3 | from behind",
        "identity --pose bakc ada.png -- flat.png | 2 | no pose 'bakc'",
        "identity ada.png -- wider.png | 2 | 12,001 px",
        "identity ada.png -- dot.png | 2 | only 8 × 8 px",
        "identity thirty.png -- ada.png | 2 | thirty.png shows 30 faces",
        "identity nobody.png flat.png -- ada.png | 2 | that can be found. flat.png shows no face",
        "identity text.png empty.png -- cut.jpg | 2 | empty.png is empty",
        "identity ada.png -- nowhere.png | 2 | nowhere.png cannot be read",
        "calibrate columns.csv | 2 | has no columns",
        "calibrate label.csv | 2 | line 2: two pictures and 1 or 0",
        "calibrate short.csv | 2 | line 2: two pictures and 1 or 0",
        "calibrate none.csv | 2 | say too little",
        "calibrate pictures.csv | 2 | nobody.png shows no face",
        "calibrate binary.csv | 2 | is no CSV file",
        "calibrate nowhere.csv | 2 | cannot be read",
    ):
        check(folder, case)


@pytest.mark.parametrize(
    ("model", "says"),
    [("dlib", "pip install 'packshot[faces]'; in a checkout: make faces"), ("sface", "packshot lock models fetch")],
)
def test_without_weights_it_says_how_to_get_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, model: str, says: str
) -> None:
    """Nobody's fault but the installation's, and for whoever runs it to mend: bad usage, never a verdict."""
    monkeypatch.setenv("PACKSHOT_FACE_MODEL", model)
    monkeypatch.setenv("PACKSHOT_STATE_DIR", str(folder / "state"))
    monkeypatch.setattr("packshot.locks.identity.weights.find_spec", lambda _: None)
    settings.cache_clear()
    opened.cache_clear()
    try:
        for case in ("identity ada.png -- ada.png", "calibrate none.csv"):
            check(folder, f"{case} | 2 | {says}")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        settings()
