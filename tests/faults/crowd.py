"""One of many processes at the gate of a vendor: `python -m tests.faults.crowd`, a request and an answer a line.

{"ask": 8} asks for so many passes at once and answers how many were given. {"leave": "bad"} ends those calls with that
weight.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from packshot.log import configure
from packshot.vendors import gate
from packshot.vendors.gate import Pass

ENGINE, MODEL = "crowded", "m"


async def main() -> None:
    configure("crowd", "error")
    passes: list[Pass] = []
    number = 0
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if "ask" in asked:
            whos = [f"{os.getpid()}-{number + one}" for one in range(asked["ask"])]
            number += asked["ask"]
            verdicts = await asyncio.gather(*(gate.admit(ENGINE, MODEL, [who]) for who in whos))
            given = [one for answers in verdicts for one in answers if isinstance(one, Pass)]
            passes += given
            print(len(given), flush=True)
        else:
            await asyncio.gather(*(gate.leave(one, asked["leave"]) for one in passes))
            passes.clear()
            print(0, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
