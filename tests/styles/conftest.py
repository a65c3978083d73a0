"""A library as it came, before every test and after it."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from packshot.styles import shelf
from tests.accounts.conftest import sign_up
from tests.shoots.conftest import open_shop, seller, vendor_folder
from tests.web.conftest import another, browser

__all__ = ["another", "browser", "open_shop", "seller", "sign_up", "vendor_folder"]


@pytest.fixture(autouse=True)
def as_it_came() -> Generator[None]:
    shelf.remember({})
    shelf.forget()
    yield
    shelf.remember({})
    shelf.forget()
