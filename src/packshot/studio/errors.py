"""What can be wrong with what others painted for the studio."""

from __future__ import annotations

from packshot.errors import RefusedError


class UnusablePlateError(RefusedError):
    """The painted picture cannot be used; it was painted all the same."""
