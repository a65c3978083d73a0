"""Models that end: what vendors say, whom we tell, and how often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from packshot.db import transaction
from packshot.engines.base import Engine
from packshot.engines.http import hang_up
from packshot.engines.openai import OpenAI
from packshot.shoots.makers import maker
from packshot.shoots.offers import makers
from packshot.vendors import ends, retirement
from packshot.vendors.models import Retirement
from packshot.vendors.retirement import check, endings
from tests.contract.conftest import Make, make
from tests.shoots.conftest import Seller, open_shop, seller, sign_up, the_ledger_holds, vendor_folder
from tests.simulated import Simulators

__all__ = ["make", "open_shop", "seller", "sign_up", "the_ledger_holds", "vendor_folder"]

pytestmark = pytest.mark.anyio


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch, simulators: Simulators) -> list[str]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    sent: list[str] = []

    async def send(to: str, subject: str, text: str) -> None:
        sent.append(f"{to} {text}")

    monkeypatch.setattr("packshot.mail.send", send)
    return sent


async def test_vendors_say_when_their_models_end(make: Make) -> None:
    assert list(await make("openai").retirements()) == ["gpt-image-2.5-flare"]
    assert list(await make("bedrock").retirements()) == ["stability.sd3-5-large-v1:0"]
    assert await make("stability").retirements() == {}
    with pytest.raises(LookupError):
        await make("openai", BASE_URL="http://127.0.0.1:9/v1").retirements()


async def test_admins_are_told_once_of_what_ends_within_a_month(letters: list[str]) -> None:
    from packshot.accounts.models import Role
    from packshot.accounts.register import register

    async with transaction(system=True) as session:
        (await register(session, "root@example.com", "-")).user.role = Role.ADMIN
        await register(session, "ada@example.com", "-")
    today = datetime.now(UTC).date()
    new = await check(today)
    found = {(one.engine, one.model): one for one in new}
    assert found["openai", "gpt-image-2.5-flare"].by_vendor
    assert found["openai", "gpt-image-2.5-flare"].on == today + timedelta(days=20)
    assert ("bedrock", "stability.sd3-5-large-v1:0") in found
    assert not [one for one in new if one.on <= today], "what has ended is no news"
    (letter,) = letters
    assert letter.startswith("root@example.com") and "GPT Image 2.5 Flare ends on" in letter
    assert await check(today) == [] and len(letters) == 1


@pytest.mark.parametrize("over", [False, True])
async def test_what_ended_by_the_vendors_word_is_refused_at_the_door(
    over: bool, letters: list[str], seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the letter to admins says: our own list need not know of it."""
    today = datetime.now(UTC).date()

    async def said(_: Engine) -> dict[str, date]:
        return {"gpt-image-2.5-flare": today + timedelta(days=0 if over else 1)}

    monkeypatch.setattr(OpenAI, "retirements", said)
    maker.cache_clear()
    await check(today)
    answer = await seller.shoot(engine="openai", model="gpt-image-2.5-flare", styles=["marble"], size="1024x1024")
    offered = [offer.value for one in makers() for offer in one.offers]
    ends.forget()
    maker.cache_clear()
    if over:
        assert answer.status_code == 422 and f"was retired on {today.isoformat()}" in answer.text
        assert await seller.credits() == (1000, 0)
    else:
        assert answer.status_code == 202, answer.text
    assert ("openai gpt-image-2.5-flare" in offered) is not over


async def test_our_list_is_believed_where_the_vendor_says_nothing(letters: list[str]) -> None:
    new = await check(date(2026, 11, 20))
    (ending,) = [one for one in new if one.model == "gpt-image-1.5"]
    assert not ending.by_vendor and ending.successor == "gpt-image-2"
    assert "Use gpt-image-2." in ending.words


async def test_a_day_that_changes_is_told_anew_and_one_taken_back_is_forgotten(
    letters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    await check(today)
    said = {"gpt-image-2.5-flare": today + timedelta(days=5)}

    async def ends(_: Engine) -> dict[str, date]:
        return said

    monkeypatch.setattr(OpenAI, "retirements", ends)
    (again,) = await check(today)
    assert again.on == today + timedelta(days=5)
    said.clear()
    assert await check(today) == []
    async with transaction(system=True) as session:
        assert "gpt-image-2.5-flare" not in [one.model for one in await endings(session, today)]


async def test_a_vendor_that_does_not_answer_takes_nothing_back(
    letters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    await check(today)
    monkeypatch.setenv("PACKSHOT_OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert await check(today) == []
    async with transaction(system=True) as session:
        assert "gpt-image-2.5-flare" in list(await session.scalars(select(Retirement.model)))
    await hang_up()


def test_the_clock_wakes_it() -> None:
    from packshot.settings import Settings
    from packshot.worker import beat_table, import_tasks

    import_tasks()
    assert beat_table(Settings())["vendors.check"] <= 86_400
    assert timedelta(days=30) == retirement.AHEAD
