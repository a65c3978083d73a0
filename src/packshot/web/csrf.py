"""Requests that change something come from our own pages: the browser says so, and the page's token proves it.

The token is an authentication code of a random cookie that no other site can read or set (OWASP's signed double
submit). Browsers that send Sec-Fetch-Site are believed first: what comes from another site is refused whatever it has.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import Signer

from packshot.errors import ForbiddenError
from packshot.settings import settings

HEADER, FIELD = "X-CSRF-Token", "csrf"
_READING = ("GET", "HEAD", "OPTIONS")
_OWN = "same-origin"
_VISITOR_BYTES = 18
YEAR_S = 31_536_000


def cookie_name(what: str) -> str:
    """__Host- pins a cookie to this very host, which browsers allow over https only."""
    return f"__Host-packshot-{what}" if _https() else f"packshot-{what}"


def set_cookie(response: Response, what: str, value: str, max_age_s: int) -> None:
    """A cookie that no script reads and that no other site's form sends."""
    response.set_cookie(
        cookie_name(what), value, max_age=max_age_s, path="/", secure=_https(), httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, what: str) -> None:
    response.delete_cookie(cookie_name(what), path="/", secure=_https(), httponly=True, samesite="lax")


def visitor(request: Request) -> str:
    """Names this browser, logged in or not. A new name goes out with the next page."""
    known = request.cookies.get(cookie_name("visitor"), "") or getattr(request.state, "visitor", "")
    if not known:
        known = request.state.visitor = secrets.token_urlsafe(_VISITOR_BYTES)
    return known


def token(request: Request) -> str:
    """What this browser's forms and scripts have to send along.

    Hidden under a random pad that goes with it, so that its letters cannot be guessed from how well a page compresses
    (BREACH).
    """
    secret = _code(visitor(request))
    pad = secrets.token_bytes(len(secret))
    return urlsafe_b64encode(pad + _mixed(pad, secret)).decode()


def keep_visitor(request: Request, response: Response) -> None:
    """Has the browser keep the name that its tokens are made for."""
    if fresh := getattr(request.state, "visitor", ""):
        set_cookie(response, "visitor", fresh, YEAR_S)


async def guard(request: Request) -> None:
    """ForbiddenError for what another site made this browser send. A dependency of every router of pages."""
    if request.method in _READING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    elsewhere = site != _OWN if site else origin is not None and urlsplit(origin).netloc != request.url.netloc
    given = request.headers.get(HEADER) or await _field(request)
    known = request.cookies.get(cookie_name("visitor"), "")
    if elsewhere or not known or not hmac.compare_digest(_uncovered(given), _code(known)):
        raise ForbiddenError(
            "This did not come from a page of ours, or the page is too old.", remedy="Reload the page and try again."
        )


async def _field(request: Request) -> str:
    """The token in a form. A form with files has it in the header: it is not taken in before we know who sends it."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    value = (await request.form()).get(FIELD, "")
    return value if isinstance(value, str) else ""


def _code(of: str) -> bytes:
    return Signer(settings().secret, salt="csrf").get_signature(of)


def _uncovered(token: str) -> bytes:
    """The code in a token; of what is none, something that no code equals."""
    try:
        covered = urlsafe_b64decode(token)
    except ValueError:
        return b""
    half = len(covered) // 2
    return _mixed(covered[:half], covered[half:])


def _mixed(pad: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, text, strict=False))


def _https() -> bool:
    return settings().base_url.startswith("https://")
