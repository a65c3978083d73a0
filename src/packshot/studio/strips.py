"""Working on a picture a few rows at a time, so that what is worked on stays in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator

_PIXELS = 65536


def strips(rows: int, columns: int) -> Iterator[slice]:
    """The rows of a picture of `rows` × `columns` pixels, in order, as slices of about as many pixels each."""
    step = max(1, _PIXELS // max(columns, 1))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
