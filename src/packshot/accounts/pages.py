"""Pages of accounts: registering, logging in and out, a new password, and what an account consists of."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from packshot.accounts import api_keys, rate_limit, reset, sessions
from packshot.accounts.auth import address, per_minute
from packshot.accounts.browser import LoggedIn, MaybeViewer, PageSession, drop_login, stay_logged_in
from packshot.accounts.enter import sign_in, sign_up
from packshot.accounts.members import members
from packshot.accounts.models import Membership, Scope
from packshot.credits import ledger
from packshot.db import transaction
from packshot.errors import PackshotError
from packshot.web import csrf
from packshot.web.render import go, own_path, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])

HOME = "/dashboard"
Email = Annotated[str, Form(max_length=500)]
Password = Annotated[str, Form(max_length=1024)]
Short = Annotated[str, Form(max_length=100)]
Next = Annotated[str, Form(max_length=2000)]


@router.get("/register")
async def register_page(request: Request, viewer: MaybeViewer, next: str = "") -> Response:
    if viewer:
        return go(request, own_path(next, HOME))
    return render(request, "accounts/register.html", email="", name="", next=next, wrong=None)


@router.post("/register")
async def register_form(
    request: Request, _: MaybeViewer, email: Email = "", password: Password = "", name: Short = "", next: Next = ""
) -> Response:
    try:
        entered = await sign_up(email, password, name.strip(), address(request))
    except PackshotError as wrong:
        typed = {"email": email, "name": name, "next": next}
        return render(request, "accounts/register.html", status=wrong.status, wrong=wrong, **typed)
    answer = go(request, own_path(next, HOME))
    stay_logged_in(answer, entered.session)
    return answer


@router.get("/login")
async def login_page(request: Request, viewer: MaybeViewer, next: str = "") -> Response:
    if viewer:
        return go(request, own_path(next, HOME))
    return render(request, "accounts/login.html", email="", next=next, wrong=None)


@router.post("/login")
async def login_form(
    request: Request, _: MaybeViewer, email: Email = "", password: Password = "", next: Next = ""
) -> Response:
    try:
        refreshed = await sign_in(email, password, address(request))
    except PackshotError as wrong:
        return render(request, "accounts/login.html", status=wrong.status, wrong=wrong, email=email, next=next)
    answer = go(request, own_path(next, HOME))
    stay_logged_in(answer, refreshed.session)
    return answer


@router.post("/logout")
async def logout(request: Request, viewer: MaybeViewer) -> Response:
    if viewer:
        async with transaction(system=True) as session:
            await sessions.end_login(session, viewer.principal.user_id, viewer.session_id)
    answer = go(request, "/")
    drop_login(answer)
    return answer


@router.get("/password/forgotten")
async def forgotten_page(request: Request, _: MaybeViewer) -> Response:
    return render(request, "accounts/forgotten.html", email="", sent=False, wrong=None)


@router.post("/password/forgotten")
async def forgotten_form(request: Request, _: MaybeViewer, email: Email = "") -> Response:
    try:
        await rate_limit.hit_shared("address", address(request), per_minute())
        await reset.forgot(email)
    except PackshotError as wrong:
        return render(request, "accounts/forgotten.html", status=wrong.status, email=email, sent=False, wrong=wrong)
    return render(request, "accounts/forgotten.html", email=email, sent=True, wrong=None)


@router.get("/password/new")
async def new_password_page(request: Request, _: MaybeViewer, link: str = "") -> Response:
    return render(request, "accounts/new_password.html", link=link, wrong=None)


@router.post("/password/new")
async def new_password_form(request: Request, _: MaybeViewer, link: Next = "", password: Password = "") -> Response:
    try:
        await rate_limit.hit_shared("address", address(request), per_minute())
        await reset.choose(link, password)
    except PackshotError as wrong:
        return render(request, "accounts/new_password.html", status=wrong.status, link=link, wrong=wrong)
    return go(request, "/login")


@router.get("/account")
async def account_page(request: Request, viewer: LoggedIn, session: PageSession) -> Response:
    return await _account(request, viewer, session)


@router.post("/account/keys")
async def make_key(
    request: Request,
    viewer: LoggedIn,
    session: PageSession,
    name: Short = "",
    scopes: Annotated[list[Scope] | None, Form()] = None,
) -> Response:
    owner = await session.get_one(Membership, (viewer.principal.account_id, viewer.principal.user_id))
    try:
        _, text = await api_keys.create(session, owner, name.strip() or "Unnamed", scopes or [])
    except PackshotError as wrong:
        return await _account(request, viewer, session, wrong=wrong)
    return await _account(request, viewer, session, new_key=text)


@router.post("/account/keys/{key_id}/revoke")
async def revoke_key(request: Request, key_id: UUID, viewer: LoggedIn, session: PageSession) -> Response:
    await api_keys.revoke(session, viewer.principal.account_id, key_id)
    return go(request, "/account")


@router.post("/account/sessions/{session_id}/end")
async def end_session(request: Request, session_id: UUID, viewer: LoggedIn) -> Response:
    async with transaction(system=True) as session:
        await sessions.end_login(session, viewer.principal.user_id, session_id)
    return go(request, "/account")


async def _account(
    request: Request,
    viewer: LoggedIn,
    session: PageSession,
    *,
    new_key: str = "",
    wrong: PackshotError | None = None,
) -> Response:
    account_id = viewer.principal.account_id
    async with transaction(system=True) as system:
        logins = await sessions.of_user(system, viewer.principal.user_id)
    return render(
        request,
        "accounts/account.html",
        status=wrong.status if wrong else 200,
        members=await members(session, account_id),
        logins=logins,
        keys=await api_keys.all_of(session, account_id),
        beginning=api_keys.beginning,
        scopes=list(Scope),
        entries=await ledger.entries(session, account_id, limit=20),
        wallet=await ledger.balance(session, account_id),
        new_key=new_key,
        wrong=wrong,
    )
