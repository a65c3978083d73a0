"""Judging tries, one row each, on all cores."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from locks.pictures import make
from packshot.locks.product.judge import judge
from packshot.locks.product.ssim import ssim
from packshot.locks.product.version import scores_of
from packshot.locks.product.view import View, known

Wanted = tuple[str, str, int]


@dataclass(frozen=True)
class Row:
    """One try and what was said. `whole`: the score without protected parts. `seconds`: CPU, the product known."""

    name: str
    kind: str
    seed: int
    score: float
    whole: float
    decision: str
    reason: str
    limited: bool
    seconds: float
    global_256: float
    windowed_256: float
    measures: Mapping[str, float] = field(default_factory=dict[str, float])


def run(wanted: Iterable[Wanted], kept: Path | None = None, workers: int | None = None) -> Iterator[Row]:
    """A row for every try that can be made; those that `kept` has are not judged again, and it gets the new ones."""
    rows: dict[Wanted, Row | None] = {}
    if kept and kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            entry: dict[str, Any] = json.loads(line)
            of = (entry["name"], entry["kind"], entry["seed"])
            rows[of] = Row(**entry) if "score" in entry else None
    missing = [one for one in wanted if one not in rows]
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        for one, row in zip(missing, pool.map(_row, missing, chunksize=4), strict=True):
            rows[one] = row
            if kept:
                entry = asdict(row) if row else dict(zip(("name", "kind", "seed"), one, strict=True))
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")
    yield from (row for row in rows.values() if row)


def _row(wanted: Wanted) -> Row | None:
    cv2.setNumThreads(1)
    tried = make(*wanted)
    if tried is None:
        return None
    view = View(tried.product.pixels, tried.product.alpha, tried.product.boxes)
    known(view)
    before = time.process_time()
    verdict = judge([view], tried.picture)
    seconds = time.process_time() - before
    assert verdict.score is not None
    whole = min(scores_of(dict(verdict.measures)).values(), default=0.0)
    if verdict.reason == "not_found":
        whole = verdict.score
    return Row(
        *wanted,
        verdict.score,
        max(whole, verdict.score),
        verdict.decision,
        verdict.reason,
        verdict.limited,
        seconds,
        global_256(tried.product.pixels, tried.picture),
        ssim(_small(tried.product.pixels), _small(tried.picture)),
        {name: round(value, 5) for name, value in verdict.measures.items()},
    )


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (256, 256), interpolation=cv2.INTER_AREA), np.uint8)


def global_256(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """SSIM as some shops compute it: one window over the whole picture, shrunk to 256 × 256 px."""
    a, b = _small(first).astype(np.float64), _small(second).astype(np.float64)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    covariance = ((a - a.mean()) * (b - b.mean())).mean()
    top = (2 * a.mean() * b.mean() + c1) * (2 * covariance + c2)
    return float(top / ((a.mean() ** 2 + b.mean() ** 2 + c1) * (a.var() + b.var() + c2)))
