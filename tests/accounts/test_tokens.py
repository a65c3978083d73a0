"""Access tokens are believed if this Packshot made them, a quarter of an hour ago at most."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from json import dumps
from uuid import uuid4

import jwt
import pytest
from httpx import AsyncClient

from packshot.accounts import tokens
from packshot.accounts.models import Role, Session, User
from packshot.accounts.principal import EVERY_SCOPE, Principal
from packshot.accounts.signing import key_for
from packshot.db import new_id
from packshot.errors import UnauthenticatedError

from .conftest import SignUp, bearer, error

pytestmark = pytest.mark.usefixtures("settings")


def issue() -> tuple[str, Principal]:
    user = User(id=new_id(), role="ADMIN")
    session = Session(account_id=new_id(), user_id=user.id)
    return tokens.issue(session, user), Principal(user.id, session.account_id, Role.ADMIN, EVERY_SCOPE, "token")


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    right = {"sub": str(uuid4()), "account": str(uuid4()), "role": "USER", "iat": now, "exp": now + 900}
    return {name: value for name, value in (right | changed).items() if value is not None}


def test_a_token_says_who_it_is_for() -> None:
    token, principal = issue()
    assert tokens.read(token) == principal


def test_a_token_lasts_15_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = issue()
    known = jwt.decode(token, options={"verify_signature": False})
    assert known["exp"] - known["iat"] == 900
    old = jwt.encode(claims(iat=int(time.time()) - 901, exp=int(time.time()) - 1), key_for("access token"), "HS256")
    with pytest.raises(UnauthenticatedError, match="expired"):
        tokens.read(old)


def test_a_token_that_was_read_before_expires_too(monkeypatch: pytest.MonkeyPatch) -> None:
    token, principal = issue()
    assert tokens.read(token) == principal
    later = time.time() + 901
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(UnauthenticatedError, match="expired"):
        tokens.read(token)


def unsigned() -> str:
    head, body = (urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "none"}, claims()))
    return f"{head}.{body}."


FORGED = {
    "no algorithm": unsigned,
    "another key": lambda: jwt.encode(claims(), b"x" * 32, "HS256"),
    "another purpose's key": lambda: jwt.encode(claims(), key_for("refresh token"), "HS256"),
    "another algorithm": lambda: jwt.encode(claims(), key_for("access token") * 2, "HS512"),
    "same key, another algorithm": lambda: jwt.encode(claims(), key_for("access token"), "HS384"),
    "altered": lambda: issue()[0][:-4] + "AAAA",
    "no expiry": lambda: jwt.encode(claims(exp=None), key_for("access token"), "HS256"),
    "no account": lambda: jwt.encode(claims(account=None), key_for("access token"), "HS256"),
    "no role": lambda: jwt.encode(claims(role=None), key_for("access token"), "HS256"),
    "odd role": lambda: jwt.encode(claims(role="OWNER"), key_for("access token"), "HS256"),
    "odd account": lambda: jwt.encode(claims(account="*"), key_for("access token"), "HS256"),
    "account as number": lambda: jwt.encode(claims(account=7), key_for("access token"), "HS256"),
    "from tomorrow": lambda: jwt.encode(claims(iat=int(time.time()) + 86400), key_for("access token"), "HS256"),
    "words": lambda: "let.me.in",
    "nothing": lambda: "",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_token_is_refused(kind: str) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens.read(FORGED[kind]())


async def test_the_api_takes_a_bearer_and_ignores_cookies(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    for headers in (
        {},
        {"Cookie": f"session={ada.access}; access_token={ada.access}"},
        {"Authorization": ada.access},
        {"Authorization": f"Basic {ada.access}"},
        bearer(ada.refresh),
        bearer(unsigned()),
    ):
        answer = await client.get("/api/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        error(answer)
    login = await client.post("/api/auth/login", json={"email": ada.email, "password": "correct horse battery"})
    assert "set-cookie" not in login.headers
