"""An operator in a browser without a screen."""

from __future__ import annotations

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from packshot import config
from packshot.accounts.models import Role, User
from packshot.db import transaction
from packshot.vendors import gate
from tests.web.browser import Browser


@pytest.fixture
async def admin(client: AsyncClient) -> Browser:
    """Somebody who has registered and is an operator."""
    browser = Browser(client)
    await browser.register()
    async with transaction(system=True) as session:
        await session.execute(update(User).values(role=Role.ADMIN))
    gate.forget()
    config.forget()
    return browser
