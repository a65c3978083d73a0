"""What people give on the command line, read, or refused in words: files and boxes."""

from __future__ import annotations

from pathlib import Path

from packshot.errors import BadInputError


def read(path: Path) -> bytes:
    """The bytes of the file; BadInputError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadInputError(f"{path} cannot be read: {problem.strerror}.") from None


def box(text: str, option: str = "--box") -> tuple[int, int, int, int]:
    """The corners x0, y0, x1, y1 of a box written as x,y,width,height; BadInputError names `option`."""
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise BadInputError(
            f"{option} {text!r} is not a box.",
            remedy="Write x,y,width,height in pixels, such as 120,80,600,700.",
        ) from None
    return x, y, x + width, y + height
