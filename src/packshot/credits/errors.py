"""What can go wrong with credits."""

from __future__ import annotations

from uuid import UUID

from packshot.errors import ConflictError, NotFoundError, PackshotError


class InsufficientCreditsError(PackshotError):
    """The account has fewer credits than the pictures cost. Nothing was taken."""

    exit_code = 3
    status = 402

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            f"Insufficient credits: this needs {needed}, and {available} are available.",
            remedy="Add credits, or ask for fewer pictures.",
            needed=needed,
            available=available,
        )
        self.needed = needed
        self.available = available


class NoWalletError(NotFoundError):
    """The account has no wallet, or is not the transaction's."""

    def __init__(self, account_id: UUID) -> None:
        super().__init__(f"Account {account_id} has no wallet.", remedy="Register the account first.")


class NoHoldError(NotFoundError):
    """No credits were ever held for this generation, or not in the transaction's account."""

    def __init__(self, generation_id: UUID) -> None:
        super().__init__(f"No credits were held for generation {generation_id}.", remedy="Check the id.")


class OperationKeyReusedError(ConflictError):
    """The same key came with another move. A key names one move for ever, so that repeating it is safe."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The key {key!r} already names another move of credits.", remedy="Use a key of its own.")
