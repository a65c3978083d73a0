"""The identity lock as it comes out of the box: dlib's own models, real faces, and the command line around them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from packshot.errors import BadInputError
from packshot.locks.identity.judge import judge
from packshot.locks.identity.known import know
from packshot.locks.identity.stack import Choice, Stack, opened
from packshot.locks.identity.weights import CARRIER, DLIB_FILES, ModelMissingError

from ..cli.test_cli import packshot_here as packshot

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Portraits and weights that are no part of the project, where somebody has put them beside a checkout.
SHARED = next(
    (one / "shared/data" for one in Path(__file__).parents if (one / "shared/data/faces").is_dir()), Path("nowhere")
)


@pytest.fixture(scope="module")
def stack() -> Stack:
    try:
        return opened(Choice())
    except ModelMissingError as missing:
        pytest.skip(f"{missing} (make faces)")


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    """Eileen Collins (NASA, public domain), as scikit-image carries her."""
    import skimage

    return Image.open(Path(skimage.__file__).parent / "data" / "astronaut.png").convert("RGB")


@pytest.fixture(scope="module")
def hopper() -> Image.Image:
    path = SHARED / "faces" / "grace_hopper.jpg"
    if not path.exists():
        pytest.skip("A portrait of another person is not here.")
    return Image.open(path).convert("RGB")


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image)


def jpeg(image: Image.Image) -> Image.Image:
    file = BytesIO()
    image.save(file, "JPEG", quality=30)
    return Image.open(file).convert("RGB")


VERSIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "itself": lambda image: image,
    "jpeg 30": jpeg,
    "half": lambda image: image.resize((256, 256), Image.Resampling.LANCZOS),
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(15, Image.Resampling.BICUBIC),
    "darker": lambda image: image.point(lambda value: int(255 * (value / 255) ** 1.6)),
    "softer": lambda image: image.filter(ImageFilter.GaussianBlur(1.5)),
    "warmer": lambda image: Image.fromarray((np.asarray(image) * [1.0, 0.93, 0.8]).astype(np.uint8)),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_person_is_accepted(stack: Stack, astronaut: Image.Image, version: str) -> None:
    verdict = judge(know([("a", pixels(astronaut))], stack), pixels(VERSIONS[version](astronaut)), stack)
    assert verdict.decision == "accept", verdict
    assert verdict.raw is not None
    assert verdict.raw < 0.40


def test_another_person_is_rejected(stack: Stack, astronaut: Image.Image, hopper: Image.Image) -> None:
    verdict = judge(know([("a", pixels(astronaut))], stack), pixels(hopper), stack)
    assert verdict.decision == "reject", verdict
    assert verdict.raw is not None
    assert verdict.raw > 0.60
    both = Image.new("RGB", (1100, 620))
    both.paste(astronaut, (0, 50))
    both.paste(hopper, (560, 0))
    among = judge(know([("a", pixels(astronaut))], stack), pixels(both), stack)
    assert among.decision == "accept"
    assert among.measures["faces"] == 2
    with pytest.raises(BadInputError, match="2 faces"):
        know([("both.png", pixels(both))], stack)


def test_our_alignment_is_dlibs(stack: Stack, astronaut: Image.Image) -> None:
    """The embedding of our chip is that of dlib's own, but for how each of them filters."""
    import dlib

    from packshot.locks.identity.dlib_models import DlibEmbedder, HogDetector
    from packshot.locks.identity.face import Template
    from packshot.locks.identity.weights import dlib_file

    picture = pixels(astronaut)
    box = dlib.get_frontal_face_detector().run(picture, 0, 0.5)[0][0]
    shape = dlib.shape_predictor(str(dlib_file("shape_predictor_5_face_landmarks.dat")))(picture, box)
    theirs = dlib.get_face_chip(picture, shape, 150, 0.25)
    assert isinstance(stack.detector, HogDetector)
    seen = stack.look(picture)
    mirrored = np.ascontiguousarray(theirs[:, ::-1])
    expected = Template.mean([Template(one) for one in DlibEmbedder().embed([theirs, mirrored])])
    assert stack.template(seen, seen.faces[0]).distance(expected) < 0.12


def test_with_yunet_the_same_faces_are_as_alike(stack: Stack, astronaut: Image.Image, hopper: Image.Image) -> None:
    path = SHARED / "models" / "face_detection_yunet_2023mar.onnx"
    if not path.exists():
        pytest.skip("YuNet's weights are not here.")
    other = opened(Choice(detector_path=path))
    assert other.version == "yunet5-dlib-1-uncalibrated"
    known = know([("a", pixels(astronaut))], other)
    assert judge(known, pixels(VERSIONS["turned"](astronaut)), other).decision == "accept"
    assert judge(known, pixels(hopper), other).decision in ("reject", "review")


def test_weights_are_found_without_importing_their_package(stack: Stack) -> None:
    import sys

    assert stack.spec.id == "dlib"
    assert CARRIER not in sys.modules
    assert all("68" not in name for name in DLIB_FILES)


@pytest.fixture
def files(tmp_path: Path, stack: Stack, astronaut: Image.Image) -> Path:
    astronaut.save(tmp_path / "ada.png")
    jpeg(astronaut).save(tmp_path / "again.png")
    Image.new("RGB", (400, 300), (128, 128, 128)).save(tmp_path / "grey.png")
    Image.new("RGB", (12000, 300)).save(tmp_path / "wide.png")
    Image.new("RGB", (12001, 300)).save(tmp_path / "wider.png")
    astronaut.resize((60, 60)).save(tmp_path / "small.png")
    (tmp_path / "text.png").write_text("Ada\n" * 500)
    return tmp_path


@pytest.mark.parametrize(
    ("references", "image", "code", "says"),
    [
        (["ada.png"], "again.png", 0, "the same person"),
        (["ada.png", "again.png"], "ada.png", 0, "the same person"),
        (["ada.png"], "grey.png", 3, "No face"),
        (["ada.png"], "wide.png", 3, "No face"),
        (["ada.png"], "small.png", 3, "face"),
        (["ada.png"], "wider.png", 2, "12,001 px wide"),
        (["grey.png"], "ada.png", 2, "grey.png shows no face"),
        (["text.png"], "ada.png", 2, "text.png is"),
        (["ada.png"], "nothing.png", 2, "nothing.png cannot be read"),
    ],
)
def test_the_command_says_it_by_its_exit_code(
    files: Path, references: list[str], image: str, code: int, says: str
) -> None:
    run = packshot("lock", "identity", *(files / name for name in references), "--", files / image)
    assert run.returncode == code, run
    assert says in run.stdout + run.stderr
    assert ("score" in run.stdout) == ("(not calibrated)" in run.stdout), "beside every score"


def test_the_command_rejects_and_speaks_json(files: Path, hopper: Image.Image) -> None:
    hopper.save(files / "hopper.png")
    run = packshot("lock", "identity", "--json", files / "ada.png", "--", files / "hopper.png")
    assert run.returncode == 1
    record = json.loads(run.stdout)
    assert record["decision"] == "reject"
    assert record["score"] < 0.65
    assert packshot("lock", "identity", "--pose", "back", files / "ada.png", "--", files / "grey.png").returncode == 3


def test_without_weights_the_command_says_what_to_install(files: Path) -> None:
    run = packshot(
        "lock", "identity", files / "ada.png", "--", files / "ada.png", PACKSHOT_FACE_MODEL="sface",
        PACKSHOT_FACE_MODEL_PATH=str(files / "text.png"),
    )  # fmt: skip
    assert run.returncode == 2
    assert "`packshot lock models fetch yunet`" in run.stderr


def test_pairs_calibrate(files: Path, hopper: Image.Image, astronaut: Image.Image) -> None:
    hopper.save(files / "hopper-0.png")
    for number in range(1, 9):
        for name, image in (("ada", astronaut), ("hopper", hopper)):
            turned = image.rotate(number - 4, Image.Resampling.BICUBIC)
            turned.resize((image.width // 2, image.height // 2)).save(files / f"{name}-{number}.png")
    names = [f"{name}-{number}.png" for name in ("ada", "hopper") for number in range(1, 9)]
    rows = [(one, other, int(one[:3] == other[:3])) for one, other in combinations(names, 2)]
    with (files / "pairs.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("a", "b", "same"), *rows])
    run = packshot("lock", "calibrate", files / "pairs.csv", "--json")
    assert run.returncode == 0, run
    record = json.loads(run.stdout)
    assert record["accept"]["true_accepts"][:2] == [56, 56]
    assert record["accept"]["false_accepts"][:2] == [0, 64]
    assert 0.05 < record["accept"]["false_accepts"][3] < 0.06
    assert 0.3 < record["accept"]["at"] < 0.62
    assert "64 pairs of different people are too few" in record["words"]
    limits = {f"PACKSHOT_FACE_{name.upper()}": f"{record[name]['at']:.3f}" for name in ("accept", "review")}
    told = packshot("lock", "calibrate", files / "pairs.csv").stdout
    assert all(f"{name}={value}" in told for name, value in limits.items())
    judged = packshot("lock", "identity", files / "ada-1.png", "--", files / "ada-8.png", **limits)
    assert judged.returncode == 0 and "not calibrated" not in judged.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\nada.png,ada.png\n", "no columns"),
        ("a,b,same\nada.png,again.png,perhaps\n", "line 2"),
        ("a,b,same\nada.png,again.png,1\n", "say too little"),
        ("a,b,same\nada.png,grey.png,1\n", "grey.png shows no face"),
        ("a,b,same\nada.png,gone.png,1\n", "gone.png cannot be read"),
    ],
)
def test_pairs_that_make_no_sense_are_told(files: Path, text: str, says: str) -> None:
    (files / "pairs.csv").write_text(text)
    run = packshot("lock", "calibrate", files / "pairs.csv")
    assert run.returncode == 2, run
    assert says in run.stderr
