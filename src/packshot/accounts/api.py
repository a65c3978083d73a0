"""The API of accounts: registering, logging in and out, API keys, and what the wallet says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts import api_keys, rate_limit, sessions, tokens
from packshot.accounts.auth import CurrentUser, Person, SessionDep, address, per_minute
from packshot.accounts.enter import sign_in, sign_up
from packshot.accounts.models import Account, ApiKey, Membership, Part, Role, Scope, User
from packshot.accounts.principal import Principal
from packshot.credits import ledger
from packshot.credits.models import Kind, Wallet
from packshot.db import transaction
from packshot.errors import UnauthenticatedError

router = APIRouter(prefix="/api")

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Password = Annotated[str, Field(max_length=1024)]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Credentials(BaseModel):
    email: Annotated[str, Field(max_length=500)]
    password: Password


class Registration(Credentials):
    name: Name = ""


class RefreshToken(BaseModel):
    refresh_token: Annotated[str, Field(max_length=200)]


class NewKey(BaseModel):
    name: Name
    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = frozenset(Scope)


class UserOut(Out):
    id: UUID
    email: str
    name: str
    role: Role


class AccountOut(Out):
    id: UUID
    name: str
    tier: str


class TokensOut(BaseModel):
    """`access_token` is the bearer for `expires_in` seconds; `refresh_token` is changed for the next pair, once."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 -- the scheme's name
    expires_in: int = tokens.LASTS_S
    user: UserOut

    @classmethod
    def of(cls, refreshed: sessions.Refreshed) -> Self:
        access = tokens.issue(refreshed.session, refreshed.user)
        return cls(access_token=access, refresh_token=refreshed.token, user=UserOut.model_validate(refreshed.user))


class RegisteredOut(TokensOut):
    account: AccountOut


class CreditsOut(Out):
    """Whole credits. The allowance is the month's and is spent before what was purchased."""

    available: int
    held: int
    allowance: int
    purchased: int


class MeOut(BaseModel):
    user: UserOut
    account: AccountOut
    part: Part
    scopes: list[Scope]
    credits: CreditsOut


class EntryOut(Out):
    """What one move changed (`d_…`) and left, per bucket."""

    seq: int
    kind: Kind
    d_allowance: int
    d_purchased: int
    d_held_allowance: int
    d_held_purchased: int
    allowance_after: int
    purchased_after: int
    held_allowance_after: int
    held_purchased_after: int
    shoot_id: UUID | None
    generation_id: UUID | None
    reason: str
    at: datetime


class KeyOut(BaseModel):
    """An API key without its secret: `beginning` is enough to recognise it by."""

    id: UUID
    name: str
    beginning: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            beginning=api_keys.beginning(key),
            scopes=[Scope(scope) for scope in key.scopes],
            created_at=key.created_at,
            last_used_at=key.last_used_at,
        )


class NewKeyOut(BaseModel):
    """A new API key. `key` is shown this once."""

    key: str
    details: KeyOut


@router.post("/auth/register", status_code=201, tags=["auth"])
async def register_route(given: Registration, request: Request) -> RegisteredOut:
    """Make a user with an account of their own, and log in."""
    entered = await sign_up(given.email, given.password, given.name, address(request))
    refreshed = sessions.Refreshed(entered.session, entered.registered.user, sessions.refresh_token(entered.session))
    account = AccountOut.model_validate(entered.registered.account)
    return RegisteredOut(**TokensOut.of(refreshed).model_dump(), account=account)


@router.post("/auth/login", tags=["auth"])
async def login_route(given: Credentials, request: Request) -> TokensOut:
    """Log in with email and password."""
    return TokensOut.of(await sign_in(given.email, given.password, address(request)))


@router.post("/auth/refresh", tags=["auth"])
async def refresh_route(given: RefreshToken, request: Request) -> TokensOut:
    """Change a refresh token for a new pair of tokens. A token that was changed before ends its login."""
    await rate_limit.hit("address", address(request), per_minute())
    async with transaction(system=True) as session:
        refreshed = await sessions.refresh(session, given.refresh_token)
    if refreshed is None:
        raise UnauthenticatedError("This refresh token is no longer good.", remedy="Log in again.")
    return TokensOut.of(refreshed)


@router.post("/auth/logout", status_code=204, tags=["auth"])
async def logout_route(given: RefreshToken, request: Request) -> None:
    """Log out: no refresh token of this login is good any more. Its access token ends by itself, within 15 minutes."""
    await rate_limit.hit("address", address(request), per_minute())
    async with transaction(system=True) as session:
        await sessions.end(session, given.refresh_token)


@router.get("/me", tags=["account"])
async def me(principal: CurrentUser, session: SessionDep) -> MeOut:
    """Who you are here, and what you can spend."""
    membership = await _membership(session, principal)
    user = await session.get_one(User, principal.user_id)
    account = await session.get_one(Account, principal.account_id)
    return MeOut(
        user=UserOut.model_validate(user),
        account=AccountOut.model_validate(account),
        part=Part(membership.part),
        scopes=sorted(principal.scopes),
        credits=_credits(await ledger.balance(session, principal.account_id)),
    )


@router.get("/credits", tags=["account"])
async def credits(principal: CurrentUser, session: SessionDep) -> CreditsOut:
    """What the account can spend, and what is set aside for pictures in the making."""
    return _credits(await ledger.balance(session, principal.account_id))


@router.get("/credits/entries", tags=["account"])
async def entries(
    principal: CurrentUser,
    session: SessionDep,
    before: Annotated[
        int | None, Query(ge=1, lt=1 << 63, description="Only entries with a lower seq: the next page.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[EntryOut]:
    """Every move of the account's credits, newest first."""
    found = await ledger.entries(session, principal.account_id, before=before, limit=limit)
    return [EntryOut.model_validate(entry) for entry in found]


@router.get("/keys", tags=["keys"])
async def list_keys(principal: CurrentUser, session: SessionDep) -> list[KeyOut]:
    """The account's API keys, newest first."""
    return [KeyOut.of(key) for key in await api_keys.all_of(session, principal.account_id)]


@router.post("/keys", status_code=201, tags=["keys"])
async def create_key(given: NewKey, principal: Person, session: SessionDep) -> NewKeyOut:
    """Make an API key. Its text is in this answer and nowhere else."""
    owner = await _membership(session, principal)
    key, text = await api_keys.create(session, owner, given.name, given.scopes)
    return NewKeyOut(key=text, details=KeyOut.of(key))


@router.delete("/keys/{key_id}", status_code=204, tags=["keys"])
async def revoke_key(key_id: UUID, principal: Person, session: SessionDep) -> None:
    """Revoke an API key, at once."""
    await api_keys.revoke(session, principal.account_id, key_id)


async def _membership(session: AsyncSession, principal: Principal) -> Membership:
    """The membership that a token or key stands for; it may have ended since."""
    found = await session.get(Membership, (principal.account_id, principal.user_id))
    if found is None:
        raise UnauthenticatedError("You no longer belong to this account.", remedy="Log in again.")
    return found


def _credits(wallet: Wallet) -> CreditsOut:
    return CreditsOut.model_validate(wallet)
