"""Registering, logging in and out, forgotten passwords, members and keys, as a browser does it."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient

from tests.web.browser import HTMX, PAGE, PASSWORD, Browser, words


async def test_whoever_registers_is_logged_in_and_sees_their_credits(browser: Browser) -> None:
    answer = await browser.register()
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if "session" in line)
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie

    page = words(await browser.get("/account"))
    assert "ada@example.com" in page and "5 credits" in page and "Monthly allowance" in page


async def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(browser: Browser) -> None:
    short = await browser.post("/register", {"email": "ada@example.com", "name": "Ada", "password": "short"})
    assert short.status_code == 422
    assert "8 to 256 characters" in words(short)
    assert 'value="ada@example.com"' in short.text and 'value="Ada"' in short.text
    assert "short" not in re.findall(r'value="([^"]*)"', short.text)

    await browser.register()
    taken = await browser.post("/register", {"email": "ada@example.com", "password": PASSWORD})
    assert taken.status_code == 409 and "Log in instead." in words(taken)
    wrong = await browser.post("/login", {"email": "ada@example.com", "password": "wrong horse"})
    assert wrong.status_code == 401 and "email or the password is wrong" in words(wrong)


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_login_leads_to_pages_of_ours_only(browser: Browser, next: str) -> None:
    assert (await browser.register(next=next)).headers["location"] == "/dashboard"


async def test_who_is_not_logged_in_is_led_to_the_login_and_back(browser: Browser) -> None:
    answer = await browser.get("/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount%3Fx%3D1")
    back = await browser.register(next="/account?x=1")
    assert back.headers["location"] == "/account?x=1"
    part = await browser.client.get("/account", headers=PAGE | HTMX)
    assert part.status_code == 200  # logged in now


async def test_logging_out_ends_the_session_for_whoever_kept_its_cookie(browser: Browser) -> None:
    await browser.register()
    stolen = dict(browser.client.cookies)
    assert (await browser.post("/logout")).headers["location"] == "/"
    browser.client.cookies.update(stolen)
    assert (await browser.get("/account")).status_code == 303


async def test_a_form_of_another_site_is_refused(browser: Browser, client: AsyncClient) -> None:
    await browser.register()
    fields = {"name": "theirs", "scopes": "read"}
    without = await client.post("/account/keys", data=fields, headers=PAGE)
    guessed = await client.post("/account/keys", data=fields | {"csrf": "x" * 27}, headers=PAGE)
    crossing = await browser.post("/account/keys", {**fields}, **{"Sec-Fetch-Site": "cross-site"})
    old = await client.post(
        "/account/keys",
        data=fields | {"csrf": browser.token},
        headers={"Accept": "text/html", "Origin": "https://evil.example"},
    )
    assert [answer.status_code for answer in (without, guessed, crossing, old)] == [403] * 4
    assert "No keys yet." in words(await browser.get("/account"))
    assert (await browser.post("/account/keys", {**fields})).status_code == 200


async def test_a_token_of_another_browser_is_refused(browser: Browser, another: Browser) -> None:
    await browser.register()
    await another.get("/login")
    browser.token = another.token
    assert (await browser.post("/account/keys", {"scopes": "read"})).status_code == 403


async def test_the_cookie_of_a_page_is_nothing_to_the_api(browser: Browser, client: AsyncClient) -> None:
    await browser.register()
    assert (await client.get("/api/me", headers={"Accept": "text/html"})).status_code == 401


async def test_a_key_is_shown_once_works_and_is_revoked(browser: Browser, client: AsyncClient) -> None:
    await browser.register()
    made = await browser.post("/account/keys", {"name": "script", "scopes": ["read"]})
    (key,) = re.findall(r"pk_live_\w+", made.text[made.text.index("new-key") :])[:1]
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await client.get("/api/me", headers=bearer)).status_code == 200

    page = await browser.get("/account")
    assert key not in page.text
    (path,) = re.findall(r'action="(/account/keys/[^"]+/revoke)"', page.text)
    await browser.post(path)
    assert (await client.get("/api/me", headers=bearer)).status_code == 401


async def test_another_devices_login_can_be_ended(browser: Browser, another: Browser) -> None:
    await browser.register()
    await another.post("/login", {"email": "ada@example.com", "password": PASSWORD})
    assert (await another.get("/account")).status_code == 200
    (path,) = re.findall(r'action="(/account/sessions/[^"]+/end)"', (await browser.get("/account")).text)
    await browser.post(path)
    assert (await another.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200


def _link(mail: Message) -> str:
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    (url,) = re.findall(r"http\S+", text.decode())
    return parse_qs(urlsplit(url).query)["link"][0]


async def test_a_forgotten_password_is_chosen_anew_once(
    mailbox: list[Message], browser: Browser, another: Browser
) -> None:
    await another.register()
    sent = await browser.post("/password/forgotten", {"email": "Ada@Example.com"})
    nobody = await browser.post("/password/forgotten", {"email": "nobody@example.com"})
    assert words(sent).replace("Ada@Example.com", "") == words(nobody).replace("nobody@example.com", "")
    (mail,) = mailbox
    assert mail["To"] == "ada@example.com"
    link = _link(mail)

    bad = await browser.post("/password/new", {"link": link, "password": "short"})
    assert bad.status_code == 422
    assert (await browser.post("/password/new", {"link": link, "password": "new horse battery"})).status_code == 303
    again = await browser.post("/password/new", {"link": link, "password": "newer horse battery"})
    assert again.status_code == 422 and "no longer good" in words(again)
    forged = await browser.post("/password/new", {"link": link[:-3] + "abc", "password": "newer horse battery"})
    assert forged.status_code == 422

    assert (await another.get("/account")).status_code == 303, "all devices are logged out"
    old = await browser.post("/login", {"email": "ada@example.com", "password": PASSWORD})
    new = await browser.post("/login", {"email": "ada@example.com", "password": "new horse battery"})
    assert (old.status_code, new.status_code) == (401, 303)


async def test_an_invited_person_joins_and_is_removed(
    mailbox: list[Message], browser: Browser, another: Browser
) -> None:
    await browser.register()
    assert "is on its way" in words(await browser.post("/account/members", {"email": "bob@example.com"}))
    link = _link(mailbox[0])

    await another.register("eve@example.com")
    stolen = await another.post("/invitation", {"link": link})
    assert stolen.status_code == 403 and "is for bob@example.com" in words(stolen)
    await another.post("/logout")

    await another.register("bob@example.com")
    assert (await another.post("/invitation", {"link": link})).status_code == 303
    page = await another.get("/account")
    assert "ada@example.com" in words(page) and "Work in another account" in words(page)
    assert (await another.post("/account/members", {"email": "x@example.com"})).status_code == 403

    (path,) = re.findall(r'action="(/account/members/[^"]+/remove)"', (await browser.get("/account")).text)
    await browser.post(path)
    assert (await another.get("/account")).status_code == 303
    await another.post("/login", {"email": "bob@example.com", "password": PASSWORD})
    assert "ada@example.com" not in words(await another.get("/account"))
