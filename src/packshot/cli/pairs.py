"""Pairs of pictures that a person labelled, in a CSV file, measured with a face model."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from packshot.cli.given import read
from packshot.errors import BadInputError

if TYPE_CHECKING:
    from packshot.locks.identity.face import Template
    from packshot.locks.identity.stack import Stack

COLUMNS = ("a", "b", "same")
MOST = 100_000  # pairs
_LABELS = {"1": True, "true": True, "yes": True, "same": True, "0": False, "false": False, "no": False}
_SHOWN = 10  # problems named in one message


def measured(file: Path, stack: Stack) -> tuple[list[float], list[float]]:
    """Raw values of the pairs of the same person and of those of different people; paths are relative to the file.

    Each picture is opened once. BadInputError names what is wrong with the file, or with which pictures.
    """
    rows = _rows(file)
    templates: dict[str, Template] = {}
    problems: list[str] = []
    for name in dict.fromkeys(name for one, other, _ in rows for name in (one, other)):
        try:
            templates[name] = _template(file.parent / name, stack)
        except BadInputError as problem:
            problems.append(problem.message)
    if problems:
        more = f" And {len(problems) - _SHOWN} more." if len(problems) > _SHOWN else ""
        raise BadInputError(" ".join(problems[:_SHOWN]) + more, remedy="Leave these pictures out, or replace them.")
    same: list[float] = []
    different: list[float] = []
    for one, other, alike in rows:
        (same if alike else different).append(stack.raw(templates[one], templates[other]))
    return same, different


def _template(path: Path, stack: Stack) -> Template:
    from packshot.imaging.decode import decode
    from packshot.locks.identity.known import face_of

    return face_of(path.name, decode(read(path), name=path.name).pixels, stack)


def _rows(file: Path) -> list[tuple[str, str, bool]]:
    try:
        reader = csv.DictReader(io.StringIO(read(file).decode("utf-8-sig")))
        given = list(reader)
    except (UnicodeDecodeError, csv.Error) as problem:
        raise BadInputError(f"{file} is no CSV file: {problem}.", remedy=_HOW) from None
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise BadInputError(f"{file} has no columns a, b and same.", remedy=_HOW)
    if len(given) > MOST:
        raise BadInputError(f"{file} has {len(given):,} pairs; at most {MOST:,}.", remedy="Take a sample of them.")
    rows: list[tuple[str, str, bool]] = []
    for number, row in enumerate(given, start=2):
        label = _LABELS.get(str(row["same"] or "").strip().lower())
        if label is None or not row["a"] or not row["b"]:
            raise BadInputError(f"{file}, line {number}: two pictures and 1 or 0 are needed.", remedy=_HOW)
        rows.append((row["a"].strip(), row["b"].strip(), label))
    return rows


_HOW = "The first line is a,b,same; then for instance ada-1.jpg,ada-2.jpg,1."
