"""How well descriptions are read: prints precision and recall per attribute and writes bench/results/words.md.

Descriptions in bench/words/ were labelled by reading them, always before they were run. A part is the judge only until
its faults have been read: `python bench/words.py --first PART` keeps its first figures in bench/words/first.yaml, those
are what is published, and what is mended afterwards shows in the figures of today beside them. held_out.yaml alone was
never used for mending. All were written by the people who wrote the lexicon, which no seller's own text is.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from packshot.words.parse import Reading, parse
from packshot.words.vocabulary import vocabulary

HERE = Path(__file__).parent
PARTS = {
    "held_out": "Never tuned on, written before the lexicon",
    "third": "Written on 29 November, last of all",
    "again": "Written on 29 November when the ones below had been tuned on",
    "unseen": "Written on 29 November, most of it of light, angle and backdrop",
    "fresh": "Written on 28 November, tuned on since",
    "later": "Written on 24 November, tuned on since",
    "tuned": "Tuned on",
}
FIRST = HERE / "words" / "first.yaml"
GOAL = 0.9


@dataclass
class Tally:
    """What was found rightly, found wrongly and missed, each as (value, text)."""

    right: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    missed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @classmethod
    def counted(cls, right: int, wrong: int, missed: int) -> Tally:
        """A tally of which only the numbers are known."""
        return cls(right, [("", "")] * wrong, [("", "")] * missed)

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first", metavar="PART", help="keep this part's figures of now as its first; never twice")
    if part := parser.parse_args().first:
        keep(part)
    first = kept()
    lines = [
        "# How well descriptions are read",
        "",
        "`python bench/words.py`. Labels were written by reading, always before the descriptions were run. All were"
        " written by the people who wrote the lexicon, so judge by the first figures of the parts written last, and"
        " expect less of sellers nobody has met. Of a key with few labels one more or less is a large step.",
    ]
    for name, figures in first.items():
        lines += ["", f"## First figures of {name}.yaml: {figures['descriptions']} descriptions", ""]
        lines += [
            f"What `bench/words/{name}.yaml` gave when first run, on {figures['on']:%-d %B %Y}, before its faults"
            " were read; kept in `bench/words/first.yaml`. Its figures of today are further down.",
            "",
            *table({key: Tally.counted(*counts) for key, counts in figures["counts"].items()}),
        ]
    every = [case for name in PARTS for case in load(name)]
    lines += ["", f"## All together today, those tuned on as well: {len(every)} descriptions", ""]
    lines += [*table(measure(every))]
    for name, title in PARTS.items():
        cases = load(name)
        tallies = measure(cases)
        today = " today" if name in first else ""
        lines += ["", f"## {title}{today}: {len(cases)} descriptions", "", *table(tallies), "", *confusions(tallies)]
    (HERE / "results" / "words.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def keep(part: str) -> None:
    """Keeps the figures of a part as its first. Raises SystemExit where it has some: a part is new only once."""
    if part in kept():
        raise SystemExit(f"{part} has its first figures already; write new descriptions for new ones.")
    cases = load(part)
    counts = {key: [one.right, len(one.wrong), len(one.missed)] for key, one in measure(cases).items()}
    figures = kept() | {part: {"on": date.today(), "descriptions": len(cases), "counts": counts}}
    told = "# The first figures of each part as [right, too much, missed], written by bench/words.py --first.\n"
    written = yaml.safe_dump(figures, sort_keys=False, default_flow_style=None, width=120)
    FIRST.write_text(told + written, encoding="utf-8")


def kept() -> dict[str, Any]:
    """The first figures by part, in the order they were kept; empty before there are any."""
    return yaml.safe_load(FIRST.read_text(encoding="utf-8")) if FIRST.exists() else {}


def load(part: str) -> list[dict[str, Any]]:
    """The descriptions of one part: `text`, labels by key, `refused` kinds, `language`."""
    return yaml.safe_load((HERE / "words" / f"{part}.yaml").read_text(encoding="utf-8"))


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
        labels = tally.right + len(tally.missed)
        yield f"| {key} | {labels} | {_shown(tally.precision)} | {_shown(tally.recall)} |"
    every = Tally(
        sum(tally.right for key, tally in tallies.items() if key != "language"),
        [fault for key, tally in tallies.items() if key != "language" for fault in tally.wrong],
        [fault for key, tally in tallies.items() if key != "language" for fault in tally.missed],
    )
    labels = every.right + len(every.missed)
    yield f"| all but language | {labels} | {_shown(every.precision)} | {_shown(every.recall)} |"


def _shown(part: float) -> str:
    return f"{part:.2f}" if part >= GOAL else f"{part:.2f}, under {GOAL}"


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
