"""The order of a product offers engines that are set up, tells admins what each costs and what the others lack."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from packshot.accounts.models import Role, User
from packshot.db import transaction
from packshot.shoots.makers import maker
from packshot.shoots.models import Generation, State
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_pages import order
from tests.shoots.test_vendors import simulated, through

__all__ = ["simulated"]


@pytest.fixture
async def browser(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The seller's browser; OpenAI is not set up here."""
    monkeypatch.delenv("PACKSHOT_OPENAI_API_KEY")
    maker.cache_clear()
    return await Browser.beside(seller.client).login(seller.person.email)


async def test_a_seller_is_offered_engines_and_an_admin_what_they_cost_and_lack(
    seller: Seller, browser: Browser
) -> None:
    page = (await browser.get(f"/products/{seller.product_id}/shoot")).text
    assert 'value="stability core"' in page and "paints around your product; its pixels are kept" in page
    for hidden in ("gpt-image-2", "dall-e-3", "costs you", "OPENAI_API_KEY", "tryon"):
        assert hidden not in page
    async with transaction(system=True) as session:
        await session.execute(update(User).values(role=Role.ADMIN))
    page = (await browser.get(f"/products/{seller.product_id}/shoot")).text
    assert "costs you at most $0.03" in page and "Set PACKSHOT_OPENAI_API_KEY." in page


async def test_words_without_a_style_are_ordered_on_the_page_and_the_admin_sees_the_cost(
    seller: Seller, browser: Browser
) -> None:
    form = order(seller, maker="stability core", words="on a wooden table", size="1000x800", style=list[str]())
    answer = await browser.post(f"/products/{seller.product_id}/shoot", **form)
    assert answer.status_code == 303, answer.text[-2000:]
    async with transaction(seller.account_id) as session:
        made = (await session.scalars(select(Generation))).one()
    row = await through(made.id)
    assert (row.state, row.style, row.facts["way"]) == (State.COMPLETED, "words", "plate"), row.words
    page = (await browser.get(f"/generations/{row.id}")).text
    assert "From words" in page and "on a wooden table" in page and "Cost you" not in page
    async with transaction(system=True) as session:
        await session.execute(update(User).values(role=Role.ADMIN))
    page = (await browser.get(f"/generations/{row.id}")).text
    assert "Cost you" in page and "$0.03" in page and "stability core" in page


async def test_what_a_form_asks_in_vain_is_explained_at_its_field(seller: Seller, browser: Browser) -> None:
    unset = await browser.post(
        f"/products/{seller.product_id}/shoot", **order(seller, maker="openai gpt-image-2", words="on oak")
    )
    assert unset.status_code == 422 and "OpenAI is not configured here." in unset.text
    nothing = order(seller, maker="stability core", style=list[str]())
    empty = await browser.post(f"/products/{seller.product_id}/shoot", **nothing)
    assert empty.status_code == 422 and "Choose at least one style." in empty.text
    seeded = await browser.post(
        f"/products/{seller.product_id}/shoot",
        **order(seller, maker="replicate black-forest-labs/flux-2-pro", words="on oak", avoid="flowers"),
    )
    assert seeded.status_code == 422 and 'id="avoid-wrong"' in seeded.text
    assert await seller.credits() == (1000, 0)
