"""How commands speak: sentences for people, JSON lines for programs, and the exit code that goes with each."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from packshot.errors import BadInputError, PackshotError


def say(record: Mapping[str, Any]) -> None:
    """One JSON line on standard output, written at once."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fail(error: Exception) -> int:
    """Tells a person what went wrong, on standard error, and gives the exit code. PACKSHOT_DEBUG=1 shows where."""
    if os.environ.get("PACKSHOT_DEBUG"):
        traceback.print_exception(error)
    as_json = "--json" in sys.argv
    if isinstance(error, PackshotError):
        message, remedy, code = error.message, error.remedy, error.exit_code
    elif isinstance(error, OSError) and error.filename:
        message, remedy, code = f"{error.filename}: {error.strerror}.", "", BadInputError.exit_code
    else:
        message = f"Packshot failed, and it is not your fault: {type(error).__name__}: {error}."
        remedy, code = (
            "Run it again with PACKSHOT_DEBUG=1 and report what it prints.",
            PackshotError.exit_code,
        )
    if as_json:
        say({"error": {"message": message, "remedy": remedy, "code": code}})
    sys.stderr.write(f"{message} {remedy}".strip() + "\n")
    return code
