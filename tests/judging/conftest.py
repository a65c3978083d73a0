"""A lock of the tests' own, small and real: it compares the product's mean colour with the picture's."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import pytest

from packshot import config
from packshot.locks.base import Thresholds, Verdict
from packshot.shoots.judging.judge import judges
from packshot.shoots.judging.locks import Evidence
from tests.shoots.conftest import open_shop, seller, sign_up, the_ledger_holds, vendor_folder

__all__ = ["open_shop", "seller", "sign_up", "the_ledger_holds", "vendor_folder"]


@dataclass
class Tint:
    """Scores how far the picture's middle is from the product's mean colour; `away` says why it cannot look."""

    lock: str = "product"
    away: str = ""
    looked: int = 0

    def missing(self) -> str:
        return self.away

    def judge(self, evidence: Evidence, thresholds: Thresholds) -> Verdict:
        from packshot_test_painter import mean_colour  # which is on the path while tests run

        self.looked += 1
        height, width = evidence.picture.shape[:2]
        middle = evidence.picture[height // 4 : -height // 4, width // 4 : -width // 4, :3]
        away = float(np.abs(middle.reshape(-1, 3).mean(0) - mean_colour(evidence.product[0])).max())
        score = max(0.0, 1 - away / 60)
        decision = thresholds.decide(score)
        return Verdict(
            "product",
            decision,
            "same" if decision == "accept" else "recoloured",
            "The product's colour differs.",
            "tint-1",
            score=score,
            raw=away,
            remedy="Name the colour.",
            thresholds=thresholds,
            measures={"away": away},
            picture=b"evidence" if decision != "accept" else None,
        )


@pytest.fixture(autouse=True)
def fresh_config() -> Generator[None]:
    """What one test sets is not what the next one finds remembered."""
    config.forget()
    yield
    config.forget()


@pytest.fixture
def tint(monkeypatch: pytest.MonkeyPatch) -> Generator[Tint]:
    lock = Tint()
    monkeypatch.setitem(judges, "product", lock)
    yield lock
