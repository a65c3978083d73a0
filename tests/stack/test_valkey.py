"""What is asked at the same time goes out together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from packshot.valkey import Together


async def test_what_comes_meanwhile_goes_out_with_the_next() -> None:
    rounds: list[list[int]] = []

    async def double(asked: Sequence[int]) -> Sequence[int]:
        rounds.append(list(asked))
        await asyncio.sleep(0.01)
        return [2 * number for number in asked]

    together = Together(double)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.005)
    rest = [asyncio.create_task(together.ask(number)) for number in (2, 3, 4)]
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8]
    assert rounds == [[1], [2, 3, 4]]
    assert await together.ask(5) == 10


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_else() -> None:
    async def fail_at_0(asked: Sequence[int]) -> Sequence[float]:
        return [1 / number for number in asked]

    together = Together(fail_at_0)
    failed = await asyncio.gather(together.ask(0), together.ask(1), return_exceptions=True)
    assert [type(one) for one in failed] == [ZeroDivisionError, ZeroDivisionError]
    assert await together.ask(2) == 0.5


async def test_who_goes_away_takes_nobody_along() -> None:
    async def answer(asked: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0.01)
        return asked

    together = Together(answer)
    gone, stays = (asyncio.create_task(together.ask(number)) for number in (1, 2))
    await asyncio.sleep(0.005)
    gone.cancel()
    assert await stays == 2
    with pytest.raises(asyncio.CancelledError):
        await gone
