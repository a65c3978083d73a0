"""The error tree: every error says what was wrong, with which value, and what to do next."""

from __future__ import annotations


class PackshotError(Exception):
    """Base of all errors meant for people.

    `message` names what was wrong and the value, `remedy` what to do next. `exit_code` is the command line's,
    `status` HTTP's, `retryable` whether the same request may succeed later.
    """

    exit_code = 70
    status = 500
    retryable = False

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

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
