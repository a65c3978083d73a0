"""Where the bytes of pictures lie; rows hold only their keys."""

from __future__ import annotations

from functools import cache

from packshot.settings import settings
from packshot.storage.disk import Disk


@cache
def storage() -> Disk:
    """The storage that the settings name."""
    return Disk(settings().state_dir / "files", settings().secret, settings().base_url)
