"""A Chromium to test pages in: found, or installed, which is what `make test` runs this file for first."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FOLDERS = ("/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome")  # whatever PATH is
PATIENCE_S = 240
ARGUMENTS = (
    "--no-sandbox",  # root has none; the pages are our own
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Where Chromium is; None where there is none."""
    if named := os.environ.get("PACKSHOT_TEST_CHROMIUM"):
        return named
    for name in NAMES:
        for folder in FOLDERS:
            if Path(folder, name).exists():
                return str(Path(folder, name))
        if found := shutil.which(name):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    return next(map(str, sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def install() -> None:
    """By apt as root, else by Playwright's own download. What does not work is said, and the tests are skipped."""
    if find():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try("apt-get", "update", "-qq")
        _try("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    if not find():
        _try(sys.executable, "-m", "playwright", "install", "chromium")
    if not find():
        print(
            "There is no Chromium and none could be installed: the tests in a browser will be skipped.", file=sys.stderr
        )


def _try(*command: str) -> None:
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, timeout=PATIENCE_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    install()
