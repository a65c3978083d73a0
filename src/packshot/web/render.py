"""Pages: templates made into answers, each under a policy that lets nothing run but what we sent."""

from __future__ import annotations

import gzip
import secrets
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from packshot.web import csrf
from packshot.web.assets import static

FOLDER = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
THEMES = ("light", "dark")
WORTH_PACKING, PACKING = 2000, 4  # characters, and gzip's level: a page in half a millisecond
_API = ("/api/", "/files/", "/static/", "/livez", "/readyz")


def render(request: Request, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page, or a part of one for htmx: the template decides. `facts` are what it shows."""
    nonce = secrets.token_urlsafe(12)
    theme = request.cookies.get("packshot-theme", "")
    text = (
        environment()
        .get_template(template)
        .render(
            {
                "request": request,
                "nonce": nonce,
                "csrf": csrf.token(request),
                "viewer": getattr(request.state, "viewer", None),
                "theme": theme if theme in THEMES else "",
                "path": request.url.path,
                **facts,
            }
        )
    )
    headers = {
        "Content-Security-Policy": POLICY.format(nonce=nonce),
        "Cache-Control": "no-store",
        "Vary": "HX-Request, Accept-Encoding",
    }
    content: str | bytes = text
    if len(text) > WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        content = gzip.compress(text.encode(), PACKING)
        headers["Content-Encoding"] = "gzip"
    response = HTMLResponse(content, status, headers)
    csrf.keep_visitor(request, response)
    return response


def fragment(template: str, **facts: Any) -> str:
    """A part of a page as text, for live news."""
    return environment().get_template(template).render(facts)


def go(request: Request, path: str) -> Response:
    """Sends the browser to another page of ours, from a form or from htmx."""
    if is_htmx(request):
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def is_htmx(request: Request) -> bool:
    """Whether htmx asks, for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def wants_page(request: Request) -> bool:
    """Whether whoever asks reads HTML: a browser's page, not the API and not a file."""
    if request.url.path.startswith(_API):
        return False
    return is_htmx(request) or "text/html" in request.headers.get("Accept", "")


def own_path(path: str | None, otherwise: str) -> str:
    """`path` if it leads to a page of ours, never to another site."""
    fine = path and path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if path and fine else otherwise


@cache
def environment() -> Environment:
    """Escapes everything, and refuses names that nobody gave."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own: dict[str, Any] = {"static": static}
    filters: dict[str, Any] = {"number": _number, "bytes": _bytes, "plural": _plural}
    filters |= {"ago": _ago, "day": _day, "moment": _moment}
    made.globals.update(own)
    made.filters.update(filters)
    return made


def _number(value: int) -> str:
    """12345 is 12,345."""
    return f"{value:,}"


def _plural(count: int, one: str, many: str = "") -> str:
    """3 pictures, 1 picture."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _ago(moment: datetime) -> str:
    """How long ago, in the largest unit that says it."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_plural(seconds // size, name)} ago"
    return "just now"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"


def _moment(moment: datetime) -> str:
    """A moment to come, in UTC as everywhere."""
    return f"{moment:%-d %B, %H:%M} UTC"


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"
