"""What can go wrong with a shoot before it is accepted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from packshot.engines.base import Unsupported
from packshot.errors import BadInputError, NotFoundError, RefusedError, UnavailableError


class IdempotencyKeyMissingError(BadInputError):
    """Without a key, a request that is sent twice is made and paid for twice."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            "The header Idempotency-Key is missing or longer than 255 characters.",
            remedy="Send a new random one, such as a UUID, with every shoot; send the same again when you try again.",
        )


class IdempotencyKeyReusedError(BadInputError):
    """The key came before with another request."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The Idempotency-Key {key!r} came before with another request.", remedy="Use a new key for a new request."
        )


class UnsupportedError(RefusedError):
    """The engine cannot make this. Nothing was charged."""

    status = 422

    def __init__(self, reasons: list[Unsupported]) -> None:
        told = {(reason.field, reason.words): reason for reason in reasons}.values()
        super().__init__(
            " ".join(reason.words for reason in told),
            remedy=" ".join(dict.fromkeys(reason.remedy for reason in told if reason.remedy)) or "Change the request.",
            problems=[{"field": reason.field, "message": reason.words, "remedy": reason.remedy} for reason in told],
        )

    def beside(self, told: Iterable[tuple[str, str, str]]) -> UnsupportedError:
        """Itself and what else is wrong, as (field, words, remedy), so that nobody is refused twice for one request."""
        facts: dict[str, Any] = self.facts
        own = [Unsupported(one["field"], one["message"], one["remedy"]) for one in facts["problems"]]
        return UnsupportedError([*own, *(Unsupported(*one) for one in told)])


class EngineNotConfiguredError(RefusedError):
    """The operator has not set what this engine needs."""

    status = 422

    def __init__(self, title: str, missing: tuple[str, ...]) -> None:
        super().__init__(
            f"{title} is not configured here.", remedy=f"The operator has to set {', '.join(missing)}.", missing=missing
        )


class EngineTroubleError(UnavailableError):
    """The engine's vendor failed several times in a row and is left alone for a while. Nothing was charged."""

    def __init__(self, title: str, retry_after_s: float) -> None:
        super().__init__(
            f"The engine {title} has trouble at the moment. Nothing was charged.",
            remedy="Try again in a minute, or choose another engine.",
        )
        self.retry_after_s = retry_after_s


class ShootNotFoundError(NotFoundError):
    """There is no such shoot, or it is another account's."""

    def __init__(self, id: UUID) -> None:
        super().__init__(f"There is no shoot {id}.", remedy="List yours with GET /api/generate.")


class GenerationNotFoundError(NotFoundError):
    """There is no such generation, or it is another account's."""

    def __init__(self, id: UUID) -> None:
        super().__init__(f"There is no generation {id}.", remedy="A shoot lists its own at GET /api/generate/{id}.")
