"""`packshot doctor`: does this machine have what Packshot needs?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from packshot.cli.report import say

MEMORY_GB_PER_PROCESS = 1.1
FREE_DISK_MB = 500


def command(json: Annotated[bool, typer.Option("--json", help="One JSON line per check.")] = False) -> None:
    """Check this machine, and say what to do about what is missing."""
    checks: dict[str, Callable[[], tuple[bool, str]]] = {
        "Python": _python,
        "memory": _memory,
        "disk": _disk,
        "cache folder": _cache,
        "picture formats": _formats,
        "safe decoding": _decoding,
        "engines": _engines,
        "settings of engines": _settings,
    }
    failed = False
    for name, check in checks.items():
        try:
            good, words = check()
        except Exception as error:  # a check that breaks is a finding, not an end
            good, words = False, f"{type(error).__name__}: {error}"
        failed = failed or not good
        if json:
            say({"check": name, "ok": good, "words": words})
        else:
            typer.echo(f"{'ok  ' if good else 'FAIL'}  {name}: {words}")
    raise typer.Exit(2 if failed else 0)


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.platform(terse=True)}"


def _memory() -> tuple[bool, str]:
    if not hasattr(os, "sysconf"):
        return True, "unknown on this system"
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count() or 1
    needed = MEMORY_GB_PER_PROCESS * min(cores, 4)
    words = f"{total:.1f} GB for {cores} cores; a full run wants {needed:.1f} GB"
    return total >= MEMORY_GB_PER_PROCESS, words + ("" if total >= needed else ". Use --jobs 1")


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(Path.cwd()).free // 2**20
    return free >= FREE_DISK_MB, f"{free:,} MB free here"


def _cache() -> tuple[bool, str]:
    from packshot.settings import Settings

    folder = Settings.load().cache_dir
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    return True, f"{folder} is writable"


def _formats() -> tuple[bool, str]:
    import numpy as np

    from packshot.imaging.finish import finish
    from packshot.imaging.formats import FORMATS

    for format in FORMATS:
        finish(np.full((16, 16, 3), 128, np.uint8), [(16, 16)], format)
    return True, ", ".join(FORMATS)


def _decoding() -> tuple[bool, str]:
    import numpy as np

    from packshot.imaging.decode import decode
    from packshot.imaging.finish import finish

    grey = np.full((32, 32, 3), 200, np.uint8)
    photo = decode(finish(grey, [(32, 32)], "png")[0].data, name="a grey test picture")
    return bool((photo.pixels == grey).all()), "a child process with limits opens photos"


def _engines() -> tuple[bool, str]:
    from packshot.engines import registry

    known = registry()
    broken = "; ".join(f"{origin} could not be loaded ({problem})" for origin, problem in known.broken.items())
    return not known.broken, ", ".join(sorted(known.classes)) + (f"; {broken}" if broken else "")


def _settings() -> tuple[bool, str]:
    from packshot.engines import engine, registry
    from packshot.settings import Settings

    own = {f"PACKSHOT_{name.upper()}" for name in Settings.model_fields}
    found: list[str] = []
    for id in registry().classes:
        one = engine(id, Settings.load())
        found += [*one.wrong, *(f"{name} (nobody reads it)" for name in map(one.full, one.unread) if name not in own)]
    return not found, ("; ".join(found) + ". Mend or remove them" if found else "none is wrong")
