"""The settings of the kernel, read from PACKSHOT_* environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`cache_dir`: folder for what can be made again (cutouts). `cache_mb`: what it may grow to, in megabytes."""

    cache_dir: Path
    cache_mb: int = 512

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of `environment`; a value that makes no sense is a ValueError that names it."""
        caches = environment.get("PACKSHOT_CACHE_DIR") or Path(
            environment.get("XDG_CACHE_HOME") or Path.home() / ".cache", "packshot"
        )
        size = environment.get("PACKSHOT_CACHE_MB", str(cls.cache_mb))
        if not size.isdecimal():
            raise ValueError(f"PACKSHOT_CACHE_MB is {size!r}; it has to be a whole number of megabytes, such as 512.")
        return cls(cache_dir=Path(caches), cache_mb=int(size))
