"""The error tree: every error says what was wrong, with which value, and what to do next."""

from __future__ import annotations

import re
from typing import ClassVar


class PackshotError(Exception):
    """Base of all errors meant for people.

    `message` names what was wrong and the value, `remedy` what to do next, `facts` the numbers behind it for programs.
    `exit_code` is the command line's, `status` HTTP's, `code` the name programs tell errors apart by, `retryable`
    whether the same request may succeed later, after `retry_after_s` where that is known.
    """

    exit_code = 70
    status = 500
    code: ClassVar[str] = "packshot"
    retryable = False
    retry_after_s: float | None = None

    def __init_subclass__(cls) -> None:
        """InsufficientCreditsError is `insufficient_credits`."""
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Error")).lower()

    def __init__(self, message: str, *, remedy: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class BadInputError(PackshotError):
    """The request or a file of it cannot be read or does not make sense."""

    exit_code = 2
    status = 422


class RefusedError(PackshotError):
    """Understood, but Packshot will not do it, because the result would not be good enough or not be allowed."""

    exit_code = 3
    status = 409


class DecisionNeededError(PackshotError):
    """Packshot could go on either way and a person has to say which."""

    exit_code = 4
    status = 409


class NotFoundError(PackshotError):
    """There is no such thing, or it is not yours, which nobody is told apart."""

    exit_code = 2
    status = 404


class UnauthenticatedError(PackshotError):
    """Nobody is logged in."""

    exit_code = 2
    status = 401


class ForbiddenError(PackshotError):
    """Who is logged in may not do this."""

    exit_code = 3
    status = 403


class ConflictError(PackshotError):
    """It contradicts what is there already."""

    exit_code = 3
    status = 409


class TooLargeError(BadInputError):
    """More bytes than are accepted."""

    status = 413


class TooManyRequestsError(PackshotError):
    """Asked more often than is allowed; `retry_after_s` says when to come back."""

    status = 429
    retryable = True

    def __init__(self, message: str, *, retry_after_s: float, remedy: str = "", **facts: object) -> None:
        super().__init__(message, remedy=remedy, **facts)
        self.retry_after_s = retry_after_s


class UnavailableError(PackshotError):
    """Something that Packshot needs for this does not answer at the moment."""

    status = 503
    retryable = True
    retry_after_s = 2.0
