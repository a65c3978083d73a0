"""How long `packshot up` takes until it is ready, on a new state directory and again: prints it, writes results/up.md.

Wall time from the start of the program to its line "Packshot is ready"; then Ctrl-C to its end. Beside it the CPU
seconds of all its processes up to the end, which other work on the machine disturbs less.
"""

from __future__ import annotations

import os
import platform
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULT = Path(__file__).parent / "results/up.md"
ROUNDS = 3
KINDS = ("first", "again")
Run = tuple[float, float, float]
"""Seconds: until ready, from Ctrl-C to the end, and CPU."""


def main() -> None:
    runs: dict[str, list[Run]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="packshot-") as state:
            Path(state).chmod(0o755)  # as root, the servers are another user's
            for kind in KINDS:
                runs[kind].append(_up(state))
    lines = [
        "# From `packshot up` to ready",
        "",
        f"`make bench`: medians of {ROUNDS} rounds, seconds. Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.",
        "",
        "| state directory | ready | stopped | CPU of all processes |",
        "|---|---|---|---|",
    ]
    for kind, words in zip(KINDS, ("new", "kept from before"), strict=True):
        ready, stopped, cpu = (statistics.median(run[column] for run in runs[kind]) for column in range(3))
        lines.append(f"| {words} | {ready:.1f} | {stopped:.1f} | {cpu:.1f} |")
    text = "\n".join([*lines, ""])
    print(text)
    RESULT.write_text(text, encoding="utf-8")


def _up(state: str) -> Run:
    before = _cpu()
    began = time.perf_counter()
    up = subprocess.Popen(
        [sys.executable, "-m", "packshot", "up", "--state-dir", state, "--port", str(_free_port())],
        env={**os.environ, "PACKSHOT_LOG_LEVEL": "warning"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert up.stderr
    said = next((line for line in up.stderr if line.startswith("Packshot is ready")), None)
    ready = time.perf_counter()
    up.send_signal(signal.SIGINT)
    up.communicate()
    if said is None or up.returncode:
        sys.exit(f"Packshot ended with {up.returncode}.")
    return ready - began, time.perf_counter() - ready, _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
