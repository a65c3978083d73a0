"""When to try again, how long to wait first, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.engines.base import Failed, FailureKind

MOST_ATTEMPTS = 4  # calls of an engine for one picture
MOST_UNKNOWN = 1  # of them, those that may have been paid for without a picture: such a one is bought again once
MOST_CLAIMS = 5  # of a generation that came to nothing: it kills its workers
WAIT_S = (2.0, 10.0, 60.0)
OPERATOR_S = 60.0  # between looks whether the operator has mended what only they can
LONGEST_WAIT_S = 900.0
LEFT_ALONE_S = 5.0  # a vendor that is asked too often and does not say for how long

IN_VAIN: frozenset[FailureKind] = frozenset({"outcome_unknown", "unusable"})  # bought, or perhaps, for nothing
NOT_KNOWN: frozenset[FailureKind] = frozenset({"outcome_unknown", "late"})  # what became of it
_NEVER_AGAIN: frozenset[FailureKind] = frozenset({"refused", "undecided", "moderated", "invalid", "late"})
_FOR_THE_OPERATOR: frozenset[FailureKind] = frozenset({"auth", "quota"})


@dataclass(frozen=True)
class Again:
    """Try again after `wait_s`; `waits_for` says to people what for."""

    wait_s: float
    waits_for: str


def after(failed: Failed, attempts: int, unknown: int) -> Again | None:
    """What follows an engine's `attempts`-th call for a picture, `unknown` of all in vain; None: give up."""
    if failed.kind in _NEVER_AGAIN:
        return None
    if failed.kind == "alike" and attempts < MOST_ATTEMPTS:
        return Again(0.0, "another variation: this one looked like one before it")
    if failed.kind in _FOR_THE_OPERATOR:
        return Again(OPERATOR_S, "the operator: the engine does not accept its key, or its account is empty")
    if failed.kind in IN_VAIN and unknown > MOST_UNKNOWN:
        return None
    if attempts >= MOST_ATTEMPTS and failed.kind != "rate_limited":  # asked too often is not failed too often
        return None
    wait_s = WAIT_S[min(attempts, len(WAIT_S)) - 1]
    return Again(min(max(wait_s, failed.retry_after_s or 0), LONGEST_WAIT_S), "the engine, which had a problem")


def left_alone_s(failed: Failed) -> float:
    """How long nobody should call a vendor that answered so."""
    if failed.retry_after_s is not None:
        return min(failed.retry_after_s, LONGEST_WAIT_S)
    return LEFT_ALONE_S if failed.kind == "rate_limited" else 0.0
