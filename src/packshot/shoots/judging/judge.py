"""Has the locks look at one finished picture, the cheap one first; both on the same one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import structlog

from packshot.locks.base import Decision, Lock, Thresholds, Verdict
from packshot.shoots.judging.identity import IdentityLock
from packshot.shoots.judging.limits import thresholds
from packshot.shoots.judging.locks import Evidence, Judge
from packshot.shoots.judging.next_try import worst
from packshot.shoots.judging.product import ProductLock

log = structlog.get_logger(__name__)

judges: dict[Lock, Judge] = {"identity": IdentityLock(), "product": ProductLock()}
"""The locks that there are."""


@dataclass(frozen=True)
class Looked:
    """What one lock found, and how long it took to."""

    verdict: Verdict
    took_ms: int


@dataclass(frozen=True)
class Judged:
    """What the locks found. `verdict` is the one that decides; None where all of them had nothing to compare."""

    looked: tuple[Looked, ...]

    @property
    def verdict(self) -> Verdict | None:
        return worst([one.verdict for one in self.looked])

    @property
    def decision(self) -> Decision:
        return self.verdict.decision if self.verdict else "accept"


async def judge(standing: Sequence[Lock], evidence: Sequence[Evidence], pixels: Executor) -> Judged:
    """What the locks `standing` in the way find of a picture, or of several frames of a video: there the worst counts.

    One that rejects ends it: the picture is lost, whatever others say.
    """
    looked: list[Looked] = []
    for lock in standing:
        looked.append(await _look(lock, evidence, pixels))
        if looked[-1].verdict.decision == "reject":
            break
    return Judged(tuple(looked))


async def _look(lock: Lock, evidence: Sequence[Evidence], pixels: Executor) -> Looked:
    limits = await thresholds(lock)
    judge = judges.get(lock)
    began = time.perf_counter()
    if judge is None:
        verdict = unavailable(lock, "it is not installed")
    elif missing := judge.missing():
        verdict = unavailable(lock, missing)
    else:
        try:
            verdict = await _worst(judge, evidence, limits, pixels)
        except Exception:  # a fault of ours says nothing about the picture
            log.exception("a lock raised", lock=lock)
            verdict = unavailable(lock, "it had a problem of its own")
    return Looked(replace(verdict, thresholds=verdict.thresholds or limits), round((time.perf_counter() - began) * 1e3))


async def _worst(judge: Judge, evidence: Sequence[Evidence], limits: Thresholds, pixels: Executor) -> Verdict:
    """The verdict on the frame that is furthest from being accepted, which its words name where there are several."""
    loop, verdicts = asyncio.get_running_loop(), list[Verdict]()
    for shown in evidence:
        verdict = await loop.run_in_executor(pixels, judge.judge, shown, limits)
        if shown.at is not None and verdict.decision != "not_applicable":
            verdict = replace(verdict, words=f"At {shown.at:.1f} s: {verdict.words}")
        verdicts.append(verdict)
        if verdict.decision == "reject":
            break
    decides = worst(verdicts)
    if decides is None:
        return verdicts[0]
    alike = [one for one in verdicts if one.decision == decides.decision]
    return min(alike, key=lambda one: float("inf") if one.score is None else one.score)


def unavailable(lock: Lock, why: str) -> Verdict:
    """The verdict of a lock that cannot look."""
    return Verdict(lock, "unavailable", "unavailable", f"The {lock} lock could not look: {why}.", version="")


def blocked(standing: Sequence[Lock]) -> str:
    """Which lock that has to look could not, and why, as it follows "Waits for"; "" where all can."""
    for lock in standing:
        judge = judges.get(lock)
        missing = "it is not installed" if judge is None else judge.missing()
        if missing:
            return f"the {lock} lock, which is not available: {missing}"
    return ""
