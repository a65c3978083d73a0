"""The identity lock around tiny models: faces found, set upright, compared; what is unsure never passes."""

from __future__ import annotations

import json
import pickle
import resource
import time
from dataclasses import replace
from math import radians
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.errors import BadInputError
from packshot.locks.base import Thresholds, calibrated
from packshot.locks.identity.align import LONGEST, chip, similarity, working_copy
from packshot.locks.identity.face import Face, Template
from packshot.locks.identity.judge import from_behind, identity, judge
from packshot.locks.identity.known import belongs, face_of, know
from packshot.locks.identity.onnx_embedder import OnnxEmbedder
from packshot.locks.identity.spec import EMBEDDERS
from packshot.locks.identity.stack import Choice, Stack, opened
from packshot.locks.identity.weights import ModelMissingError, verified
from packshot.locks.identity.yunet import YuNet
from packshot.settings import settings

from . import tiny
from .tiny import at, person, scene


def test_a_face_is_found_where_it_is(tiny_stack: Stack) -> None:
    (face,) = tiny_stack.look(scene((person(1), *at(8, 10)))).faces
    assert face.box == pytest.approx((8.5 * 32 - 64, 10.5 * 32 - 64, 128, 128), abs=1e-3)
    assert face.points == pytest.approx(tiny.LANDMARKS * 128 + [8.5 * 32, 10.5 * 32], abs=1e-3)
    assert face.score == pytest.approx(1, abs=1e-3)


def test_a_picture_larger_than_the_model_is_letterboxed(tiny_stack: Stack) -> None:
    small = scene((person(1), *at(4, 5)), size=(640, 320))
    large = np.kron(small, np.ones((2, 2, 1), np.uint8))
    (face,), seen = tiny_stack.look(large).faces, tiny_stack.look(large)
    assert face.box == pytest.approx((2 * (4.5 * 32 - 64), 2 * (5.5 * 32 - 64), 256, 256), abs=1e-3)
    assert seen.scale == 1


def test_one_face_is_found_once_and_several_each(tiny_stack: Stack) -> None:
    wide = person(1)
    wide[64:128, 64:128] = (255, 0, 0)  # red in four cells: four boxes, of which three are suppressed
    assert len(tiny_stack.look(scene((wide, 96, 96))).faces) == 1
    three = scene((person(1), *at(3, 3)), (person(2), *at(10, 3)), (person(3), *at(6, 14)))
    assert len(tiny_stack.look(three).faces) == 3
    assert not tiny_stack.look(scene()).faces


def test_the_same_person_is_accepted_and_another_rejected(tiny_stack: Stack) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    same = judge(known, scene((person(1), *at(12, 9))), tiny_stack)
    other = judge(known, scene((person(2), *at(12, 9))), tiny_stack)
    assert (same.decision, same.reason) == ("accept", "same_person")
    assert (other.decision, other.reason) == ("reject", "other_person")
    assert same.score and other.score and same.raw and other.raw is not None
    assert same.score > 0.65 > other.score
    assert same.version == "yunet5-auraface-1-uncalibrated"
    assert same.thresholds == Thresholds(0.65, tiny_stack.spec.score(0.9))
    assert same.measures["references"] == 1


def test_scores_are_the_same_in_any_depth_and_with_transparency(tiny_stack: Stack) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    eight = scene((person(1), *at(12, 9)))
    clear = np.dstack([eight, np.full(eight.shape[:2], 255, np.uint8)])
    scores = {judge(known, picture, tiny_stack).score for picture in (eight, eight.astype(np.uint16) * 257, clear)}
    assert len(scores) == 1


def test_of_several_faces_the_best_match_counts(tiny_stack: Stack) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    crowd = [(person(seed), *at(4 + 6 * (seed % 3), 4 + 6 * (seed // 3))) for seed in range(8)]
    verdict = judge(known, scene(*crowd), tiny_stack)
    assert verdict.decision == "accept"
    assert verdict.measures["faces"] == 8
    strangers = judge(known, scene(*(one for i, one in enumerate(crowd) if i != 1)), tiny_stack)
    assert strangers.decision == "reject"


def test_thirty_faces_are_bounded(tiny_stack: Stack) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    small = scene(
        *((person(seed), *at(3 + 7 * (seed % 6), 3 + 7 * (seed // 6))) for seed in range(30)), size=(1500, 1280)
    )
    started = time.process_time()
    verdict = judge(known, small, tiny_stack)
    assert time.process_time() - started < 5
    assert verdict.decision in ("review", "reject")


@pytest.mark.parametrize("grey", [0, 90, 255])
def test_one_colour_is_for_a_person_to_look_at(tiny_stack: Stack, grey: int) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    verdict = judge(known, np.full((300, 200, 3), grey, np.uint8), tiny_stack)
    assert (verdict.decision, verdict.reason, verdict.score) == ("review", "no_face", None)


def test_a_huge_picture_costs_no_more_than_a_large_one(tiny_stack: Stack) -> None:
    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    huge = np.zeros((4000, 12000, 3), np.uint8)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert judge(known, huge, tiny_stack).reason == "no_face"
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB, besides the picture itself
    copy, scale = working_copy(huge)
    assert max(copy.shape) == LONGEST
    assert scale == LONGEST / 12000


def test_a_face_under_the_limit_is_reviewed(tiny_stack: Stack) -> None:
    class Shrunk:
        """The tiny detector, on a picture that is as small as its faces are then."""

        landmarks = tiny_stack.detector.landmarks

        def find(self, picture: np.ndarray) -> list[Face]:
            found = tiny_stack.detector.find(np.kron(picture, np.ones((4, 4, 1), np.uint8)))
            return [
                replace(face, box=tuple(v / 4 for v in face.box), points=face.points / 4)  # type: ignore[arg-type]
                for face in found
            ]

    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    stack = Stack(Shrunk(), tiny_stack.embedder, tiny_stack.spec)  # type: ignore[arg-type]
    verdict = judge(known, np.ascontiguousarray(scene((person(1), *at(5, 5)))[::4, ::4]), stack)
    assert (verdict.decision, verdict.reason, verdict.limited) == ("review", "face_small", True)
    assert verdict.score is not None
    assert verdict.measures["face_px"] == 32


def turned(yaw: float) -> Face:
    """A face whose nose stands 0.42 eye distances out, turned by `yaw` degrees and seen from far away."""
    cos, sin = np.cos(radians(yaw)), np.sin(radians(yaw))
    eyes, nose = np.array([(-30.0, 0.0), (30.0, 0.0)]), (0.42 * 60 * sin, 20.0)
    points = np.array([(eyes[0, 0] * cos, 0), (eyes[1, 0] * cos, 0), nose, (-20 * cos, 40), (20 * cos, 40)])
    return Face((0, 0, 100, 100), points, "yunet5", 1.0)


@pytest.mark.parametrize("yaw", [0, 20, 44, 46, 60, 85])
def test_yaw_is_told_from_where_the_nose_is(yaw: float) -> None:
    assert turned(yaw).yaw == pytest.approx(yaw, abs=0.5)
    assert turned(-yaw).yaw == pytest.approx(yaw, abs=0.5)
    tilted = turned(yaw)
    spin = similarity(np.array([(0, 0), (1, 0)]), np.array([(5, 5), (5 + 0.9, 5.6)]))
    tilted = replace(tilted, points=tilted.points @ spin[:, :2].T + spin[:, 2])
    assert tilted.yaw == pytest.approx(yaw, abs=0.5)


def test_the_reference_that_is_turned_most_alike_is_named(tiny_stack: Stack) -> None:
    assert turned(30).turn == pytest.approx(30, abs=0.5) and turned(-30).turn == pytest.approx(-30, abs=0.5)
    looks = iter([-25.0, 0.0, 25.0, 20.0])

    class Turned:
        """The tiny detector, with each face that it finds turned by the next of `looks`."""

        landmarks = tiny_stack.detector.landmarks

        def find(self, picture: np.ndarray) -> list[Face]:
            aside = 0.42 * 0.6 * 128 * np.tan(radians(next(looks)))
            faces = tiny_stack.detector.find(picture)
            return [replace(face, points=face.points + np.eye(5)[2][:, None] * [aside, 0]) for face in faces]

    stack = Stack(Turned(), tiny_stack.embedder, tiny_stack.spec)  # type: ignore[arg-type]
    picture = scene((person(1), *at(5, 5)))
    verdict = judge(know([(f"{number}.png", picture) for number in range(3)], stack), picture, stack)
    assert verdict.measures["nearest"] == 2
    assert verdict.weights == stack.weights == tiny_stack.embedder.sha256
    assert len(verdict.weights) == 64


def test_a_face_turned_away_is_never_a_pass(tiny_stack: Stack) -> None:
    class Turned:
        landmarks = tiny_stack.detector.landmarks

        def find(self, picture: np.ndarray) -> list[Face]:
            faces = tiny_stack.detector.find(picture)
            return [replace(face, points=face.points + np.eye(5)[2][:, None] * [60, 0]) for face in faces]

    known = know([("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    stack = Stack(Turned(), tiny_stack.embedder, tiny_stack.spec)  # type: ignore[arg-type]
    verdict = judge(known, scene((person(1), *at(5, 5))), stack)
    assert (verdict.decision, verdict.reason) == ("review", "face_turned")
    with pytest.raises(BadInputError, match="turned"):
        know([("ada.png", scene((person(1), *at(5, 5))))], stack)


def test_what_may_be_no_face_is_never_a_rejection(tiny_stack: Stack) -> None:
    class Unsure:
        """The tiny detector, sure of the first face only."""

        landmarks = tiny_stack.detector.landmarks

        def find(self, picture: np.ndarray) -> list[Face]:
            faces = sorted(tiny_stack.detector.find(picture), key=lambda face: face.box[0])
            return [replace(face, clear=face.box[0] < 100) for face in faces]

    stack = Stack(Unsure(), tiny_stack.embedder, tiny_stack.spec)  # type: ignore[arg-type]
    beside = scene((person(1), *at(4, 5)), (person(2), *at(12, 5)))
    known = know([("ada.png", beside)], stack)  # the other one does not count
    assert judge(known, scene((person(1), *at(12, 5))), stack).decision == "accept"
    verdict = judge(known, scene((person(2), *at(12, 5))), stack)
    assert (verdict.decision, verdict.reason) == ("review", "face_unclear")
    assert judge(known, scene((person(2), *at(4, 5))), stack).decision == "reject"


def test_from_behind_there_is_nothing_to_compare() -> None:
    assert from_behind().decision == "not_applicable"
    assert identity([], np.zeros((9, 9, 3), np.uint8), pose="back").decision == "not_applicable"


def test_references_have_one_face_each(tiny_stack: Stack) -> None:
    two = scene((person(1), *at(4, 5)), (person(2), *at(12, 5)))
    with pytest.raises(BadInputError) as problem:
        know([("none.png", scene()), ("two.png", two), ("ada.png", scene((person(1), *at(5, 5))))], tiny_stack)
    assert "none.png shows no face" in problem.value.message
    assert "two.png shows 2 faces" in problem.value.message
    assert "ada.png" not in problem.value.message
    with pytest.raises(BadInputError, match="no reference"):
        know([], tiny_stack)


def test_another_persons_photo_does_not_belong(tiny_stack: Stack) -> None:
    mine = [face_of("a.png", scene((person(1), *at(x, 5))), tiny_stack) for x in (4, 9, 14)]
    assert belongs("a.png", mine[0], [], tiny_stack) is None
    assert (belongs("a.png", mine[0], mine[1:], tiny_stack) or 0) > 0.65
    stranger = face_of("b.png", scene((person(2), *at(5, 5))), tiny_stack)
    with pytest.raises(BadInputError, match=r"b\.png seems to show another person than the other 3 photos"):
        belongs("b.png", stranger, mine, tiny_stack)


def test_the_mean_of_noisy_references_is_nearer_than_one_of_them(tiny_stack: Stack) -> None:
    rng = np.random.default_rng(3)

    def noisy() -> np.ndarray:
        clean = scene((person(1), *at(5, 5)))
        grains = np.kron(rng.normal(0, 60, (80, 80, 3)), np.ones((8, 8, 1)))
        made = np.clip(clean + grains, 0, 255).astype(np.uint8)
        made[160:192, 160:192] = (255, 0, 0)
        return made

    photos = [("n.png", noisy()) for _ in range(6)]
    picture = scene((person(1), *at(5, 5)))
    mean = judge(know(photos, tiny_stack), picture, tiny_stack).raw
    single = [judge(know([one], tiny_stack), picture, tiny_stack).raw for one in photos]
    assert mean is not None
    assert all(one is not None and mean > one for one in single)


def test_a_mirror_image_is_as_alike_as_the_picture(tiny_stack: Stack) -> None:
    picture = scene((person(5, mirrored=False), *at(9, 9)))
    seen = tiny_stack.look(picture)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    again = tiny_stack.look(mirrored)
    one, other = (tiny_stack.template(which, which.faces[0]) for which in (seen, again))
    assert one.cosine(other) > 0.95


def test_a_template_cannot_be_shown_or_sent(tiny_stack: Stack) -> None:
    template = face_of("a.png", scene((person(1), *at(5, 5))), tiny_stack)
    assert repr(template) == str(template) == "<face template>"
    for send in (pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            send(template)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_065_is_every_models_accept_point(one: float, other: float) -> None:
    for spec in EMBEDDERS.values():
        assert spec.score(spec.accept) == pytest.approx(0.65)
        assert 0 < spec.score(spec.review) < 0.65
        if spec.better(one, other):
            assert spec.score(one) >= spec.score(other)


@given(st.floats(-3, 3), st.floats(0.2, 5), st.floats(-50, 50), st.floats(-50, 50))
def test_a_similarity_is_found_again(angle: float, scale: float, x: float, y: float) -> None:
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    source = EMBEDDERS["auraface"].templates["yunet5"]
    target = source @ np.array([[cos, sin], [-sin, cos]]) + [x, y]
    assert similarity(source, target) == pytest.approx(np.array([[cos, -sin, x], [sin, cos, y]]), abs=1e-6)


@pytest.mark.parametrize("scale", [1, 4, 7])
def test_a_chip_is_upright_and_where_its_template_says(scale: int) -> None:
    template = EMBEDDERS["auraface"].templates["yunet5"]
    upright = np.kron(np.random.default_rng(2).integers(0, 256, (14, 14, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    large = np.kron(upright, np.ones((scale, scale, 1), np.uint8))
    canvas = np.zeros((112 * scale + 200, 112 * scale + 300, 3), np.uint8)
    canvas[90 : 90 + 112 * scale, 130 : 130 + 112 * scale] = large
    turned = np.ascontiguousarray(np.rot90(canvas))
    points = (template + 0.5) * scale - 0.5 + [130, 90]
    rotated = np.column_stack([points[:, 1], canvas.shape[1] - 1 - points[:, 0]])
    difference = np.abs(chip(turned, rotated, template, 112).astype(int) - upright)
    assert np.median(difference) <= 1


@pytest.mark.parametrize("problem", ["missing", "hash", "not a model"])
def test_a_model_that_is_not_what_it_says_is_not_used(tmp_path: Path, tiny_detector: Path, problem: str) -> None:
    path = tmp_path / "model.onnx"
    if problem == "hash":
        path.write_bytes(tiny_detector.read_bytes() + b"\0")
    elif problem == "not a model":
        path.write_text("hello")
    sha256 = tiny.digest(path) if problem == "not a model" else tiny.digest(tiny_detector)
    with pytest.raises(ModelMissingError) as missing:
        YuNet(path, sha256)
    assert missing.value.retryable
    assert missing.value.remedy


def test_a_file_that_changes_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    sha256 = tiny.digest(path)
    assert verified(path, sha256) == path
    path.write_bytes(b"other")
    with pytest.raises(ModelMissingError, match="SHA-256"):
        verified(path, sha256)


def test_a_model_of_another_kind_is_told(tmp_path: Path, tiny_stack: Stack) -> None:
    path = tiny.embedder(tmp_path / "other.onnx", dimension=128)
    with pytest.raises(ModelMissingError, match="128 numbers"):
        OnnxEmbedder(tiny_stack.spec, path, tiny.digest(path)).embed([np.zeros((112, 112, 3), np.uint8)])


def test_weights_for_research_need_a_word(tiny_detector: Path, tiny_embedder: Path) -> None:
    choice = Choice("insightface", tiny_embedder, tiny.digest(tiny_embedder), tiny_detector, tiny.digest(tiny_detector))
    with pytest.raises(ModelMissingError, match="commercially"):
        opened(choice)
    assert opened(replace(choice, noncommercial=True)).spec.id == "insightface"


def test_limits_that_were_measured_take_the_place_of_published_ones(tiny_detector: Path, tiny_embedder: Path) -> None:
    choice = Choice("auraface", tiny_embedder, tiny.digest(tiny_embedder), tiny_detector, tiny.digest(tiny_detector))
    published = opened(choice)
    assert published.version == "yunet5-auraface-1-uncalibrated" and not calibrated(published.version)
    stack = opened(replace(choice, accept=0.52, review=0.4))
    assert stack.version == "yunet5-auraface-1-0.52" and calibrated(stack.version), "never mixed with other scores"
    assert stack.spec.score(0.52) == pytest.approx(0.65)
    assert stack.spec.thresholds.review == pytest.approx(stack.spec.score(0.4))
    with pytest.raises(ModelMissingError, match="stricter"):
        opened(replace(choice, accept=0.4, review=0.52))


def test_a_file_without_a_hash_is_not_opened(tiny_detector: Path, tiny_embedder: Path) -> None:
    choice = Choice("insightface", tiny_embedder, "", tiny_detector, tiny.digest(tiny_detector), noncommercial=True)
    with pytest.raises(ModelMissingError, match="which file"):
        opened(choice)
    with pytest.raises(ModelMissingError, match="no face model"):
        opened(Choice("deepface"))


def test_a_detector_that_does_not_fit_is_told(tiny_stack: Stack) -> None:
    only_dlib = replace(EMBEDDERS["dlib"], templates={"dlib5": EMBEDDERS["dlib"].templates["dlib5"]})
    with pytest.raises(ModelMissingError, match="does not work"):
        Stack(tiny_stack.detector, tiny_stack.embedder, only_dlib)


def test_without_its_models_the_lock_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PACKSHOT_FACE_MODEL", "auraface")
    monkeypatch.setenv("PACKSHOT_FACE_MODEL_PATH", str(tmp_path / "nothing.onnx"))
    monkeypatch.setenv("PACKSHOT_FACE_MODEL_SHA256", "0" * 64)
    monkeypatch.setenv("PACKSHOT_FACE_DETECTOR_PATH", str(tmp_path / "nothing.onnx"))
    settings.cache_clear()
    try:
        verdict = identity([("ada.png", scene())], scene())
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        settings()  # before another test changes the environment
    assert (verdict.decision, verdict.reason, verdict.score) == ("unavailable", "no_model", None)
    assert verdict.remedy


def test_templates_of_the_table_are_templates() -> None:
    for spec in EMBEDDERS.values():
        for points in spec.templates.values():
            assert points.shape == (5, 2)
            assert 0 < points.min() < points.max() < spec.size
    assert Template(np.array([3.0, 4.0])).unit().distance(Template(np.zeros(2))) == pytest.approx(1)
