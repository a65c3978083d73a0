"""When to stop asking an engine that fails: a circuit breaker, as one process keeps it for itself.

Closed, calls go through. After so many failures in a row it is open, and none does. After a while exactly one may try,
the probe: its answer closes the breaker, its failure opens it anew. A probe that is never heard of again gives its
chance to another once its lease is over. All processes together do the same in packshot/vendors/gate.lua.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from packshot.engines.base import Done, Failed, FailureKind, Operation

Weight = Literal["good", "bad", "answered", "nothing"]

_TROUBLE: frozenset[FailureKind] = frozenset({"transient", "outcome_unknown", "late"})


def weight(outcome: Done | Operation | Failed) -> Weight:
    """What an engine's answer says of its health. Limits, content rules and bad requests are answers, no failures.

    Nor is it yet a success that it took something on: how that ends says so, or a vendor that fails at everything it
    took on would never be left alone.
    """
    if isinstance(outcome, Operation):
        return "answered"
    if not isinstance(outcome, Failed):
        return "good"
    if outcome.kind in ("refused", "undecided"):
        return "nothing"  # often ours, before anything is sent
    return "bad" if outcome.kind in _TROUBLE else "answered"


@dataclass(frozen=True)
class Patience:
    """After how many failures in a row a breaker opens, for how long, and how long a probe may be silent."""

    failures: int = 5
    open_s: float = 60.0
    probe_s: float = 30.0


@dataclass
class Breaker:
    """The state of one breaker. Times are seconds of any clock that only goes forward."""

    patience: Patience = Patience()
    failures: int = 0
    failed_at: float = float("-inf")
    open_since: float | None = None
    probe: str | None = None
    probe_until: float = float("-inf")

    def wait_s(self, who: str, now: float) -> float:
        """0 if `who` may call now, which makes it the probe of an open breaker; else the seconds until it may ask."""
        if self.open_since is None:
            return 0.0
        if (left := self.open_since + self.patience.open_s - now) > 0:
            return left
        if self.probe not in (None, who) and self.probe_until > now:
            return self.probe_until - now
        self.probe, self.probe_until = who, now + self.patience.probe_s
        return 0.0

    def hear(self, who: str, weight: Weight, *, began: float, now: float) -> None:
        """What became of the call of `who` that began at `began`.

        Only a call that began after the last failure ends a row of failures: a slow success hides no outage. Of an open
        breaker only the probe is heard.
        """
        if self.open_since is None:
            if weight == "good" and began > self.failed_at:
                self.failures = 0
            elif weight == "bad":
                self.failures, self.failed_at = self.failures + 1, now
                if self.failures >= self.patience.failures:
                    self.open_since, self.failures = now, 0
        elif self.probe == who:
            self.probe = None
            if weight in ("good", "answered"):
                self.open_since = None
            elif weight == "bad":
                self.open_since = now
