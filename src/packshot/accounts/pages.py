"""Pages of accounts: registering, logging in and out, a new password, and what an account consists of."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from limits import RateLimitItemPerHour
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts import api_keys, rate_limit, reset, sessions
from packshot.accounts.auth import address, per_minute
from packshot.accounts.browser import LoggedIn, MaybeViewer, PageSession, Viewer, drop_login, stay_logged_in
from packshot.accounts.enter import sign_in, sign_up
from packshot.accounts.members import accounts_of, invitation, invite, join, members, remove, work_in
from packshot.accounts.models import Membership, Part, Scope
from packshot.credits import ledger
from packshot.db import transaction
from packshot.errors import ForbiddenError, PackshotError
from packshot.web import csrf
from packshot.web.render import go, own_path, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])

HOME = "/dashboard"
INVITATIONS = RateLimitItemPerHour(30)  # of an account: nobody mails strangers through us
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


@router.post("/account/members")
async def invite_member(request: Request, viewer: LoggedIn, session: PageSession, email: Email = "") -> Response:
    _owner(viewer)
    try:
        await rate_limit.hit_shared("invitations", str(viewer.principal.account_id), INVITATIONS)
        await invite(viewer.account, viewer.principal.account_id, viewer.name, email)
    except PackshotError as wrong:
        return await _account(request, viewer, session, email=email, wrong=wrong)
    return await _account(request, viewer, session, invited=email)


@router.post("/account/members/{user_id}/remove")
async def remove_member(request: Request, user_id: UUID, viewer: LoggedIn) -> Response:
    _owner(viewer)
    async with transaction(system=True) as session:
        await remove(session, viewer.principal.account_id, user_id)
    return go(request, "/account")


@router.get("/invitation")
async def invitation_page(request: Request, viewer: MaybeViewer, link: str = "") -> Response:
    async with transaction(system=True) as session:
        invited = await invitation(session, link)
    return render(request, "accounts/invitation.html", invited=invited, link=link)


@router.post("/invitation")
async def join_account(request: Request, viewer: LoggedIn, link: Next = "") -> Response:
    async with transaction(system=True) as session:
        invited = await invitation(session, link)
        await join(session, invited, viewer.principal.user_id, viewer.email)
        await work_in(session, viewer.session_id, viewer.principal.user_id, invited.account.id)
    return go(request, HOME)


@router.post("/account/switch")
async def switch_account(request: Request, viewer: LoggedIn, account_id: Annotated[UUID, Form()]) -> Response:
    async with transaction(system=True) as session:
        await work_in(session, viewer.session_id, viewer.principal.user_id, account_id)
    return go(request, HOME)


def _owner(viewer: Viewer) -> None:
    if viewer.part != Part.OWNER:
        raise ForbiddenError("Only the owner of an account can change who belongs to it.")


async def _account(
    request: Request,
    viewer: Viewer,
    session: AsyncSession,
    *,
    new_key: str = "",
    email: str = "",
    invited: str = "",
    wrong: PackshotError | None = None,
) -> Response:
    account_id = viewer.principal.account_id
    async with transaction(system=True) as system:
        logins = await sessions.of_user(system, viewer.principal.user_id)
        accounts = await accounts_of(system, viewer.principal.user_id)
    return render(
        request,
        "accounts/account.html",
        status=wrong.status if wrong else 200,
        members=await members(session, account_id),
        logins=logins,
        accounts=accounts,
        keys=await api_keys.all_of(session, account_id),
        beginning=api_keys.beginning,
        scopes=list(Scope),
        entries=await ledger.entries(session, account_id, limit=20),
        wallet=await ledger.balance(session, account_id),
        new_key=new_key,
        email=email,
        invited=invited,
        wrong=wrong,
    )
