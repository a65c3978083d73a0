"""One answer to many pictures in review: each by itself, so that one that cannot be answered keeps no other from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import transaction
from packshot.errors import PackshotError
from packshot.shoots.models import Generation

Answer = Callable[[AsyncSession, UUID], Awaitable[Generation]]
"""review.accept or review.refuse with who says it."""


@dataclass
class Answered:
    """What was answered, and what was not with the reason of each."""

    done: list[Generation] = field(default_factory=list[Generation])
    failed: dict[UUID, PackshotError] = field(default_factory=dict[UUID, PackshotError])

    @property
    def credits(self) -> int:
        """What those that were answered cost, or would have cost."""
        return sum(generation.credits for generation in self.done)

    @property
    def reasons(self) -> list[tuple[PackshotError, list[UUID]]]:
        """Why some were not answered, each with those that it is about: what is the same for many is said once."""
        found: dict[str, tuple[PackshotError, list[UUID]]] = {}
        for id, problem in self.failed.items():
            found.setdefault(str(problem), (problem, []))[1].append(id)
        return list(found.values())


async def answer_each(account_id: UUID, ids: Sequence[UUID], answer: Answer) -> Answered:
    """Gives `answer` to each of `ids`, in a transaction of its own, in their order."""
    answered = Answered()
    for id in dict.fromkeys(ids):
        try:
            async with transaction(account_id) as session:
                answered.done.append(await answer(session, id))
        except PackshotError as problem:
            answered.failed[id] = problem
    return answered
