"""The product lock on pictures that are faithful, on pictures that are not, and on what is no picture of a product."""

from __future__ import annotations

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from locks.kept import kept_of
from locks.pictures import Try, make
from locks.products import Product, product
from locks.worn import worn_of
from packshot.errors import BadInputError
from packshot.locks.product import view as views
from packshot.locks.product.judge import judge
from packshot.locks.product.propose import propose
from packshot.locks.product.version import METRIC_VERSION, THRESHOLDS, TOLERANCES, score_of
from packshot.locks.product.view import View, known

SEED = 50


def tried(name: str, kind: str, seed: int = SEED) -> Try:
    found = make(name, kind, seed)
    assert found is not None
    return found


def view_of(name: str, *, protect: bool = True) -> View:
    whole = product(name)
    return View(whole.pixels, whole.alpha, whole.boxes if protect else ())


@pytest.mark.parametrize("name", ["mug", "handbag", "speaker", "carton-7"])
def test_a_faithful_picture_is_accepted(name: str) -> None:
    verdict = judge([view_of(name)], tried(name, "faithful").picture)
    assert (verdict.decision, verdict.reason, verdict.lock) == ("accept", "same", "product")
    assert verdict.score is not None and verdict.score >= THRESHOLDS.accept
    assert verdict.version == METRIC_VERSION and not verdict.limited


@pytest.mark.parametrize(
    ("name", "kind", "reasons"),
    [
        ("mug", "recolour", {"recoloured", "part_recoloured"}),
        ("carton-7", "part_recolour", {"recoloured", "part_recoloured", "protected_changed"}),
        ("handbag", "part_removed", {"part_missing", "part_recoloured", "detail_changed", "recoloured"}),
        ("mug", "mirror", {"not_found", "detail_changed", "deformed", "part_missing", "outline_changed"}),
        ("speaker", "texture", {"texture_changed", "detail_changed", "blurred", "deformed", "protected_changed"}),
        ("handbag", "wave", {"deformed", "outline_changed"}),
        ("carton-7", "stretch", {"stretched"}),
        ("handbag", "other", {"not_found"}),
        ("carton-7", "blur", {"blurred", "protected_changed"}),
        ("mug", "local_warp", {"deformed", "detail_changed"}),
        ("mug", "logo", {"protected_changed", "detail_changed"}),
        ("carton-7", "text", {"protected_changed", "detail_changed"}),
    ],
)
def test_what_a_generator_changes_is_not_accepted_and_named(name: str, kind: str, reasons: set[str]) -> None:
    verdict = judge([view_of(name)], tried(name, kind).picture)
    assert verdict.decision in ("review", "reject")
    assert verdict.reason in reasons
    assert verdict.words.endswith(".") and verdict.remedy


def shown(picture: NDArray[np.uint8], alpha: NDArray[np.uint8], ground: NDArray[np.floating]) -> NDArray[np.uint8]:
    cover = alpha[..., None] / np.float32(255)
    return np.asarray(np.round(picture * cover + ground * (1 - cover)), np.uint8)


def bulging(whole: Product) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pixels and alpha with the middle of the top pushed up by 4 %."""
    ys, xs = np.nonzero(whole.alpha > 127)
    side, top, middle = float(max(np.ptp(ys), np.ptp(xs))), float(ys.min()), float(xs.mean())
    y, x = np.indices(whole.alpha.shape, np.float32)
    push = 0.04 * side * np.exp(-((y - top) ** 2 + (x - middle) ** 2) / (2 * (0.1 * side) ** 2))
    to = x, np.asarray(y + push, np.float32)
    return (
        np.asarray(cv2.remap(whole.pixels, *to, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8),
        np.asarray(cv2.remap(whole.alpha, *to, cv2.INTER_LINEAR), np.uint8),
    )


def test_what_bulges_out_of_a_plain_lid_is_seen_by_the_outline() -> None:
    whole = product("jar-7")
    view, ground = View(whole.pixels, whole.alpha), np.full((*whole.alpha.shape, 3), 205, np.float32)
    same = judge([view], shown(whole.pixels, whole.alpha, ground))
    bulged = judge([view], shown(*bulging(whole), ground), evidence=True)
    assert (same.decision, same.measures["outline"]) == ("accept", 0)
    assert (bulged.decision, bulged.reason) == ("reject", "outline_changed")
    assert bulged.picture is not None and 0.05 < bulged.measures["outline"] < 0.2


def test_a_product_on_a_ground_of_its_own_colour_has_not_lost_its_outline() -> None:
    whole = product("jar-7")
    rim = (whole.alpha > 200) & (cv2.erode(whole.alpha, np.ones((9, 9), np.uint8)) < 200)
    ground = np.ones((*whole.alpha.shape, 3), np.float32) * np.median(whole.pixels[rim], axis=0)
    verdict = judge([View(whole.pixels, whole.alpha)], shown(whole.pixels, whole.alpha, ground))
    assert (verdict.decision, verdict.measures["outline"]) == ("accept", 0)


def test_blur_is_measured_where_there_is_something_to_blur() -> None:
    verdict = judge([view_of("jar-7")], tried("jar-7", "blur").picture)  # mostly plain
    assert (verdict.decision, verdict.reason) == ("reject", "blurred")


def test_the_same_picture_gets_the_same_verdict() -> None:
    picture = tried("mug", "faithful").picture
    assert judge([view_of("mug")], picture) == judge([view_of("mug")], picture.copy())


def test_what_has_too_little_texture_never_passes_silently() -> None:
    picture = tried("white-jar", "faithful").picture
    plain = View(*(getattr(product("white-jar"), part) for part in ("pixels", "alpha")))
    verdict = judge([plain], picture, profile="low_texture")
    assert (verdict.decision, verdict.reason, verdict.limited) == ("review", "limited_evidence", True)
    assert judge([plain], picture, profile="low_texture", accept_limited=True).decision == "accept"


def test_the_best_view_counts() -> None:
    picture = tried("mug", "faithful").picture
    assert judge([view_of("carton-7"), view_of("mug")], picture).decision == "accept"
    assert judge([view_of("carton-7")], picture).decision == "reject"


def test_protected_parts_are_measured_by_themselves() -> None:
    edited = tried("mug", "text").picture
    with_parts, without = (judge([view_of("mug", protect=protect)], edited) for protect in (True, False))
    assert with_parts.score is not None and without.score is not None
    assert with_parts.score < THRESHOLDS.review and with_parts.score <= without.score
    assert "protected" in with_parts.measures and "protected" not in without.measures


def test_evidence_is_a_picture() -> None:
    for kind in ("logo", "other"):
        verdict = judge([view_of("mug")], tried("mug", kind).picture, evidence=True)
        assert verdict.picture and verdict.picture[8:12] == b"WEBP"
        drawn = cv2.imdecode(np.frombuffer(verdict.picture, np.uint8), cv2.IMREAD_COLOR)
        assert drawn is not None and drawn.shape[1] > 1200 and drawn.std() > 10
    assert judge([view_of("mug")], tried("mug", "logo").picture).picture is None


def test_pixels_that_were_kept_are_found_unchanged_and_nothing_else_is() -> None:
    found = dict(kept_of("mug", "marble"))
    assert found.pop("as composed") == found.pop("as a file of quality 62 to 92") == "accept"
    assert found and set(found.values()) <= {"review", "reject"}


def test_a_worn_garment_never_passes_by_itself() -> None:
    found = list(worn_of("tshirt", range(2000, 2001)))
    assert ("faithful", "review") in found
    assert ("recolour", "reject") in found
    assert all(decision != "accept" for _, decision in found)


def test_print_is_proposed_and_plain_products_have_none() -> None:
    whole = product("carton-7")
    assert whole.text is not None
    x0, y0, x1, y1 = whole.text
    boxes = propose(View(whole.pixels, whole.alpha))
    assert any(x0 < (b[0] + b[2]) / 2 < x1 and y0 < (b[1] + b[3]) / 2 < y1 for b in boxes)
    for name in ("candle-7", "bag-7", "t_shirt-7"):
        assert propose(view_of(name, protect=False)) == ()


def test_a_measure_at_its_tolerance_scores_what_is_accepted() -> None:
    assert all(score_of(limit, limit) == pytest.approx(THRESHOLDS.accept) for limit in TOLERANCES.values())
    assert score_of(0, 1) == 1 and score_of(1e9, 1) == 0


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    "picture",
    [np.full((512, 512, 3), 200, np.uint8), np.zeros((300, 900, 3), np.uint8), noise(400, 400), noise(32, 32)],
    ids=["one colour", "black", "noise", "tiny"],
)
def test_pictures_without_the_product_are_rejected(picture: NDArray[np.uint8]) -> None:
    for profile in ("rigid", "garment"):
        verdict = judge([view_of("mug")], picture, profile=profile, evidence=True)
        assert verdict.decision == "reject", (profile, verdict)


def test_a_huge_picture_takes_no_longer_than_it_may() -> None:
    huge = cv2.resize(tried("mug", "faithful").picture, (12000, 12000), interpolation=cv2.INTER_LINEAR)
    known(view_of("mug"))
    before = time.process_time()
    verdict = judge([view_of("mug")], np.asarray(huge, np.uint8))
    assert time.process_time() - before < 6
    assert verdict.decision == "accept"


def test_a_product_of_one_colour_or_a_few_pixels_gets_a_verdict() -> None:
    mask = np.zeros((400, 400), np.uint8)
    mask[100:300, 150:250] = 255
    flat = View(np.full((400, 400, 3), (180, 40, 40), np.uint8), mask)
    assert judge([flat], tried("mug", "faithful").picture).decision != "accept"
    tiny = np.zeros((400, 400), np.uint8)
    tiny[200:217, 200:216] = 255
    assert judge([View(noise(400, 400), tiny)], noise(420, 380)).decision != "accept"
    thin = np.zeros((400, 400), np.uint8)
    thin[20:380, 200:217] = 255
    assert judge([View(noise(400, 400), thin)], noise(420, 380)).decision != "accept"


def test_what_does_not_fit_together_is_refused_all_at_once() -> None:
    pixels = noise(200, 300)
    with pytest.raises(BadInputError, match="mask is empty") as refusal:
        View(pixels, np.zeros((200, 300), np.uint8), ((10, 10, 400, 20),))
    assert "10,10,390,10 is not within the photo" in str(refusal.value)
    speck = np.zeros((200, 300), np.uint8)
    speck[40:46, 40:140] = 255
    with pytest.raises(BadInputError, match="product is 100 × 6 px"):
        View(pixels, speck)
    with pytest.raises(BadInputError, match="mask is 100 × 200 px and the photo 300 × 200"):
        View(pixels, np.full((200, 100), 255, np.uint8))
    with pytest.raises(BadInputError, match="at least 32 px"):
        View(noise(20, 300), np.full((20, 300), 255, np.uint8))
    whole = View(pixels, np.full((200, 300), 255, np.uint8))
    with pytest.raises(BadInputError, match=r"'soft' is no profile.*10 × 40 px"):
        judge([whole], noise(40, 10), profile="soft")
    with pytest.raises(BadInputError, match="needs the place"):
        judge([whole], noise(40, 40), profile="composited")
    with pytest.raises(BadInputError, match="no photo of the product"):
        judge([], noise(40, 40))


def test_only_so_many_products_stay_in_memory() -> None:
    mask = np.full((40, 40), 255, np.uint8)
    base = View(noise(40, 40), mask)
    for shade in range(views._KEPT + 5):
        known(replace(base, pixels=np.full((40, 40, 3), shade, np.uint8)))
    assert len(views._known) == views._KEPT
    assert known(base) is known(View(base.pixels.copy(), mask))
