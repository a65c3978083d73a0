"""Structural similarity and colour difference against scikit-image, whose numbers they have to be."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000
from skimage.metrics import structural_similarity

from packshot.locks.product.colour import ciede2000
from packshot.locks.product.ssim import ssim

Grey = NDArray[np.uint8]


def reference(a: Grey, b: Grey) -> tuple[float, NDArray[np.float64]]:
    return structural_similarity(
        a, b, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )


def photo(height: int, width: int, seed: int = 0) -> Grey:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 16 + 2, width // 16 + 2)).astype(np.uint8)
    grown = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float64)
    return np.clip(grown + rng.normal(0, 6, grown.shape), 0, 255).astype(np.uint8)


def spoilt(a: Grey) -> Grey:
    return np.clip(cv2.GaussianBlur(a, (0, 0), 1.2).astype(np.float32) * 1.05 + 4, 0, 255).astype(np.uint8)


FLAT = np.full((90, 120), 131, np.uint8)
PAIRS = {
    "spoilt": (photo(333, 257), spoilt(photo(333, 257))),
    "unlike": (photo(140, 200), photo(140, 200, seed=9)),
    "the same": (photo(140, 200), photo(140, 200)),
    "both flat": (FLAT, FLAT + 3),
    "black": (np.zeros_like(FLAT), np.zeros_like(FLAT)),
    "black and white": (np.zeros_like(FLAT), np.full_like(FLAT, 255)),
    "as small as can be": (photo(11, 11), spoilt(photo(11, 11))),
    "negative": (photo(150, 150), 255 - photo(150, 150)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_it_is_scikit_images_number(name: str) -> None:
    a, b = PAIRS[name]
    assert ssim(a, b) == pytest.approx(reference(a, b)[0], abs=1e-4)


@pytest.mark.parametrize(
    "box", [(40, 120, 30, 90), (0, 60, 0, 257), (300, 333, 200, 257), (0, 333, 0, 257), (5, 6, 7, 8)]
)
def test_within_a_mask_it_is_the_mean_of_scikit_images_map(box: tuple[int, int, int, int]) -> None:
    a, b = PAIRS["spoilt"]
    mask = np.zeros(a.shape, np.bool_)
    mask[box[0] : box[1], box[2] : box[3]] = True
    mask[::3, ::2] &= box[1] - box[0] < 100
    assert ssim(a, b, mask) == pytest.approx(float(reference(a, b)[1][mask].mean()), abs=1e-4)


def test_it_is_many_times_faster() -> None:
    """Far below what a quiet machine shows (bench/results/locks.md), as CPU time still depends on others' caches."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    a = photo(1024, 1024)
    b = spoilt(a)
    mask = np.zeros(a.shape, np.bool_)
    mask[200:870, 300:716] = True
    ratios: list[tuple[float, float]] = []
    for _ in range(3):
        start = time.process_time()
        reference(a, b)
        slow = time.process_time()
        ssim(a, b)
        quick = time.process_time()
        ssim(a, b, mask)
        ratios.append(((slow - start) / (quick - slow), (slow - start) / (time.process_time() - quick)))
    cv2.setNumThreads(threads)
    assert max(ratio for ratio, _ in ratios) > 4
    assert max(ratio for _, ratio in ratios) > 10


def test_pictures_that_cannot_be_compared_are_refused() -> None:
    a = photo(64, 64)
    with pytest.raises(ValueError, match="cannot be compared"):
        ssim(a, a[:60])
    with pytest.raises(ValueError, match="mask is empty"):
        ssim(a, a, np.zeros(a.shape, np.bool_))
    with pytest.raises(ValueError, match="smaller than the window"):
        ssim(a[:10], a[:10])


def test_ciede2000_is_scikit_images() -> None:
    rng = np.random.default_rng(4)
    low, high = [0, -90, -90], [100, 90, 90]
    a, b = (rng.uniform(low, high, (4000, 3)).astype(np.float32) for _ in range(2))
    near = a + rng.normal(0, 2, a.shape).astype(np.float32)
    grey = a * np.array([1, 0, 0], np.float32)
    for one, other in ((a, b), (a, near), (grey, a), (grey, grey), (a, a)):
        assert np.abs(ciede2000(one, other) - deltaE_ciede2000(one, other)).max() < 2e-2
