"""How well descriptions are read: prints precision and recall per attribute and writes bench/results/words.md.

The descriptions in bench/words/ were labelled by reading them, before there was a parser. The lexicon was tuned on one half
(tuned.yaml) only; the other half (held_out.yaml) tells what to expect of descriptions nobody has seen. All were written by the
same hands as the lexicon, which no sellers' own texts are.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from packshot.words.parse import Reading, parse
from packshot.words.vocabulary import vocabulary

HERE = Path(__file__).parent
HALVES = {"tuned": "The half that the lexicon was tuned on", "held_out": "The held-out half"}
GOAL = 0.9


@dataclass
class Tally:
    """What was found rightly, found wrongly and missed, each as (value, text)."""

    right: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    missed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else 1.0


def main() -> None:
    lines = [
        "# How well descriptions are read",
        "",
        "`python bench/words.py`. Labels were written by reading, before there was a parser; the lexicon was tuned on the first half"
        " only. Both halves were written by the people who wrote the lexicon: expect less of sellers you have never met.",
    ]
    for half, title in HALVES.items():
        cases = load(half)
        tallies = measure(cases)
        lines += ["", f"## {title}: {len(cases)} descriptions", "", *table(tallies), "", *confusions(tallies)]
    if "--print" not in sys.argv:
        (HERE / "results" / "words.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def load(half: str) -> list[dict[str, Any]]:
    """The descriptions of one half: `text`, labels by key, `refused` kinds, `language`."""
    return yaml.safe_load((HERE / "words" / f"{half}.yaml").read_text(encoding="utf-8"))


def measure(cases: list[dict[str, Any]]) -> dict[str, Tally]:
    """The tally of each attribute, of what was refused, and of the language."""
    tallies = {key: Tally() for key in (*vocabulary(), "refused", "language")}
    for case in cases:
        reading = parse(case["text"])
        for key, tally in tallies.items():
            said, labelled = set(_found(reading, key)), set(_labels(case, key))
            tally.right += len(said & labelled)
            tally.wrong += [(value, case["text"]) for value in sorted(said - labelled)]
            tally.missed += [(value, case["text"]) for value in sorted(labelled - said)]
    return tallies


def _found(reading: Reading, key: str) -> tuple[str, ...]:
    if key == "refused":
        return tuple(wish.needs for wish in reading.wishes)
    return (reading.language,) if key == "language" else reading.values.get(key, ())


def _labels(case: dict[str, Any], key: str) -> list[str]:
    given = case.get(key, "en" if key == "language" else [])
    return given if isinstance(given, list) else [given]


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    yield "| attribute | labels | precision | recall |"
    yield "|---|---|---|---|"
    for key, tally in tallies.items():
        short = "" if min(tally.precision, tally.recall) >= GOAL else f" (under {GOAL})"
        labels = tally.right + len(tally.missed)
        yield f"| {key} | {labels} | {tally.precision:.2f} | {tally.recall:.2f}{short} |"


def confusions(tallies: dict[str, Tally]) -> Iterator[str]:
    """Everything that was read differently, by description."""
    faults: dict[str, list[str]] = {}
    for key, tally in tallies.items():
        for value, text in tally.wrong:
            faults.setdefault(text, []).append(f"{key} {value} too much")
        for value, text in tally.missed:
            faults.setdefault(text, []).append(f"{key} {value} missed")
    kinds = Counter(fault.rsplit(" ", 1)[-1] for group in faults.values() for fault in group)
    yield f"Read differently: {len(faults)} ({kinds['missed']} values missed, {kinds['much']} too much)."
    yield ""
    for text, group in faults.items():
        yield f"- “{' '.join(text.split())}”: {'; '.join(group)}"


if __name__ == "__main__":
    main()
