"""What only this Packshot can have written: message authentication codes under its secret key."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from packshot.settings import settings


def key_for(purpose: str) -> bytes:
    """A key of 32 bytes that is of no use for any other purpose."""
    return hmac.digest(settings().secret.encode(), purpose.encode(), sha256)


def signature(purpose: str, message: str) -> str:
    """The code of `message` (HMAC-SHA256, RFC 2104) in base64 for URLs, 43 characters."""
    code = hmac.digest(key_for(purpose), message.encode(), sha256)
    return urlsafe_b64encode(code).rstrip(b"=").decode()


def signed(purpose: str, message: str, code: str) -> bool:
    """Whether `code` is that of `message`; takes the same time wherever they differ."""
    return hmac.compare_digest(signature(purpose, message).encode(), code.encode())
