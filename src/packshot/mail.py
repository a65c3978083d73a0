"""Mail to people: by the operator's server, or written to the log where none is set."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from packshot.errors import BadInputError
from packshot.settings import settings

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
_PORTS = {"smtp": 587, "smtps": 465}


async def send(to: str, subject: str, text: str) -> None:
    """Sends one mail. What the server refuses is logged: nobody who asks for a mail learns whether it was sent."""
    if not settings().smtp_url:
        log.warning("mail not sent: PACKSHOT_SMTP_URL is not set", to=to, subject=subject, text=text)
        return
    try:
        await asyncio.to_thread(_send, to, subject, text)
    except (smtplib.SMTPException, OSError) as error:
        log.error("mail not sent", to=to, subject=subject, error=f"{type(error).__name__}: {error}")


def _send(to: str, subject: str, text: str) -> None:
    url = urlsplit(settings().smtp_url)
    if url.scheme not in _PORTS or not url.hostname:
        raise BadInputError("PACKSHOT_SMTP_URL is no mail server.", remedy="Write it as smtp://user:password@host:587.")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings().mail_from, to, subject
    message.set_content(text)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname, url.port or _PORTS[url.scheme], timeout=TIMEOUT_S) as server:
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)
