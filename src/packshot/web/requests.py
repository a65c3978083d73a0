"""Around every request: its id, one line in the log, and the headers that keep browsers in bounds."""

from __future__ import annotations

import os
import re
import time

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from packshot.log import bind
from packshot.web import errors

log = structlog.get_logger(__name__)

REQUEST_ID = "X-Request-ID"
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HEADERS = "headers"  # of a request's state: more for its answer, as raw as ASGI has them
_GIVEN_ID = re.compile(r"[\w.-]{8,64}")
_PROBES = ("/livez", "/readyz")


class Requests:
    """ASGI middleware. What nobody caught becomes a 500 here, where the answer still gets its id and headers."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = dict(SECURITY_HEADERS)
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wished = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = wished if _GIVEN_ID.fullmatch(wished) else os.urandom(16).hex()
        started = time.perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: list[tuple[bytes, bytes]] = [
                    (REQUEST_ID.lower().encode(), request_id.encode()),
                    *scope.get("state", {}).get(HEADERS, ()),
                    *message.get("headers", ()),
                ]
                given = {name for name, _ in headers}
                message["headers"] = headers + [(name, value) for name, value in self._headers if name not in given]
            await send(message)

        with bind(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception:
                log.exception("request failed", method=scope["method"], path=scope["path"])
                if status:
                    raise  # the answer is on its way: all that is left is to break it off
                await errors.internal(Request(scope), request_id)(scope, receive, send_with_headers)
            finally:
                if scope["path"] not in _PROBES:
                    log.info(
                        "request",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    )
