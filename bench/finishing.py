"""CPU time of finishing against sharp: prints a table and writes bench/results/finishing.md.

From the same PNG to the same WebP files (quality 100, 300 DPI, sRGB) on one thread. Every round runs each way once
on the same picture, in an order of its own; ratios are medians of the rounds' ratios. Only CPU time is compared: of the
process, and of the child that opens the photo where there is one.
"""

from __future__ import annotations

import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips

from packshot.imaging.colour import Float, Pixels
from packshot.imaging.decode import decode
from packshot.imaging.finish import Finished, finish
from packshot.imaging.formats import FORMATS
from packshot.imaging.resize import resize

HERE = Path(__file__).parent
RESULT = HERE / "results/finishing.md"
ROUNDS = 9
PICTURES = 3
LADDERS = {2048: (2048, 1024, 512, 256), 1024: (1024, 512, 256)}
GOALS = {2048: 0.75, 1024: 0.8}
PEER = "sharp, 16 bits, one pipeline per size"

Sizes = list[tuple[int, int]]
Prepare = Callable[[bytes, Sizes], Callable[[], int]]
"""Gets ready, untimed, for one PNG; what it returns makes the files, timed, and gives their bytes in all."""


def main() -> None:
    if len(sys.argv) > 1:
        serve(WAYS[sys.argv[1]], [int(side) for side in sys.argv[2].split(",")])
        return
    if not shutil.which("node"):
        sys.exit("Node.js is missing, so there is no sharp to compare with. Install Node 20 or newer and try again.")
    if not (HERE / "node_modules/sharp").is_dir():
        sys.exit("sharp is missing. Run: npm ci --prefix bench")
    report: list[str] = []
    peer_version = ""
    for side, ladder in LADDERS.items():
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{seed}.png" for seed in range(PICTURES)]
            for seed, path in enumerate(paths):
                path.write_bytes(finish(product(side, seed), [(side, side)], "png")[0].data)
            peer_version, costs = race(paths, ladder)
        report += table(side, ladder, costs)
    lines = [
        "# Finishing",
        "",
        f"`python bench/finishing.py`: {ROUNDS} interleaved rounds over {PICTURES} generated product pictures, one "
        f"thread, CPU time only. Python {platform.python_version()}, pyvips (libvips {libvips_version()}), "
        f"Node {node_version()}, {peer_version}.",
        "",
        "sharp decodes in its own process, and so does the second row. The product opens uploads and vendors' pictures "
        "in a confined child (third row); the embedded studio's pictures are never files before they are finished, so "
        "they cost the second row less its decoding. The last row is the bound: libwebp alone, on pixels already "
        "resized.",
        "",
        *report,
    ]
    text = "\n".join(lines)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text, encoding="utf-8")
    print(text)


def race(paths: list[Path], ladder: tuple[int, ...]) -> tuple[str, dict[str, list[dict[str, float]]]]:
    """What each way cost in each round, after one round to warm up; and the peer's version."""
    sides = ",".join(map(str, ladder))
    commands = {PEER: ["node", str(HERE / "sharp_child.mjs"), sides]}
    commands |= {name: [sys.executable, __file__, name, sides] for name in WAYS}
    environment = os.environ | {"VIPS_CONCURRENCY": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    children = {
        name: subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for name, command in commands.items()
    }
    hellos = {name: answer(child) for name, child in children.items()}
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in children}
    for number in range(ROUNDS + 1):
        order = list(children)
        random.Random(number).shuffle(order)
        for name in order:
            cost = answer(children[name], str(paths[number % len(paths)]))
            if number > 0:
                costs[name].append(cost)
    for child in children.values():
        child.communicate()
    return hellos[PEER]["versions"], costs


def answer(child: subprocess.Popen[str], question: str = "") -> dict[str, Any]:
    """One line of a child, after `question` if there is one."""
    assert child.stdin
    assert child.stdout
    if question:
        child.stdin.write(question + "\n")
        child.stdin.flush()
    line = child.stdout.readline()
    if not line:
        sys.exit("A child of the benchmark ended early; its words are above.")
    return json.loads(line)


def table(side: int, ladder: tuple[int, ...], costs: dict[str, list[dict[str, float]]]) -> list[str]:
    """The rows of one ladder of sizes as Markdown."""
    lines = [
        f"## {side}² to {' + '.join(f'{step}²' for step in ladder)}",
        "",
        "| way | CPU ms | of sharp's | KiB |",
        "|---|---|---|---|",
    ]
    for name, rounds in costs.items():
        milliseconds = 1000 * statistics.median(cost["cpu"] for cost in rounds)
        kib = statistics.median(cost["bytes"] for cost in rounds) / 1024
        lines.append(f"| {name} | {milliseconds:.0f} | {ratio(costs, name):.2f} | {kib:.0f} |")
    share = ratio(costs, "decode here, finish") / ratio(costs, "encode only")
    return [
        *lines,
        "",
        f"Goal: at most {GOALS[side]}× sharp's CPU; {ratio(costs, 'decode here, finish'):.2f}× measured, "
        f"{share:.2f}× of encoding alone.",
        "",
    ]


def ratio(costs: dict[str, list[dict[str, float]]], name: str) -> float:
    pairs = zip(costs[name], costs[PEER], strict=True)
    return statistics.median(ours["cpu"] / theirs["cpu"] for ours, theirs in pairs)


def libvips_version() -> str:
    return ".".join(str(pyvips.version(part)) for part in range(3))


def node_version() -> str:
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip("v\n")


def serve(prepare: Prepare, ladder: list[int]) -> None:
    """The child's side of `race`."""
    sizes = [(side, side) for side in ladder]
    print("{}", flush=True)
    for path in sys.stdin:
        make = prepare(Path(path.strip()).read_bytes(), sizes)
        before = cpu_seconds()
        bytes_made = make()
        print(json.dumps({"cpu": cpu_seconds() - before, "bytes": bytes_made}), flush=True)


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def decode_here(data: bytes, sizes: Sizes) -> Callable[[], int]:
    return lambda: total(finish(pixels_of(data), sizes, "webp"))


def open_safely(data: bytes, sizes: Sizes) -> Callable[[], int]:
    return lambda: total(finish(decode(data).pixels, sizes, "webp"))


def encode_only(data: bytes, sizes: Sizes) -> Callable[[], int]:
    pixels = pixels_of(data)
    resized = [pyvips.Image.new_from_array(resize(pixels, *size)) for size in sizes]
    return lambda: sum(len(picture.webpsave_buffer(**FORMATS["webp"].options)) for picture in resized)


WAYS: dict[str, Prepare] = {
    "decode here, finish": decode_here,
    "open in the confined child, finish": open_safely,
    "encode only": encode_only,
}


def pixels_of(data: bytes) -> Pixels:
    return pyvips.Image.pngload_buffer(data, access="sequential").numpy()


def total(files: list[Finished]) -> int:
    return sum(len(file.data) for file in files)


def product(side: int, seed: int) -> Pixels:
    """(side, side, 3) uint8: a woven garment with folds and buttons on a lit backdrop, with a sensor's noise."""
    rng = np.random.default_rng(seed)
    y, x = (np.mgrid[:side, :side] / side).astype(np.float32)
    backdrop = np.stack([0.75 + 0.15 * y - 0.05 * x, 0.72 + 0.12 * y, 0.7 + 0.18 * x * y], -1)
    backdrop += 0.06 * (clouds(rng, side)[..., None] - 0.5)
    corners = ((0.3, 0.18), (0.42, 0.13), (0.58, 0.13), (0.7, 0.18), (0.86, 0.4), (0.76, 0.47), (0.69, 0.37))
    corners += ((0.7, 0.86), (0.3, 0.86), (0.31, 0.37), (0.24, 0.47), (0.14, 0.4))
    garment = np.zeros((side, side), np.uint8)
    cv2.fillPoly(garment, [np.rint(np.array(corners) * side).astype(np.int32)], (255,), cv2.LINE_AA)
    weave = 0.9 + 0.1 * (1 + np.sin(0.9 * side * x) * np.sin(0.9 * side * y))
    cloth = rng.uniform(0.15, 0.65, 3) * ((0.55 + 0.7 * clouds(rng, side)) * weave)[..., None]
    cover = garment[..., None].astype(np.float32) / 255
    picture = 255 * (backdrop * (1 - cover) + cloth * cover)
    for button in range(8):
        centre = round(side * 0.5), round(side * (0.2 + 0.08 * button))
        cv2.circle(picture, centre, side // 110, (230, 225, 210), -1, cv2.LINE_AA)
    return np.clip(picture + rng.normal(0, 1.6, picture.shape), 0, 255).astype(np.uint8)


def clouds(rng: np.random.Generator, side: int) -> Float:
    """(side, side) float32, 0..1: noise of six scales, each finer one weaker."""
    noise = np.zeros((side, side), np.float32)
    for octave in range(6):
        coarse = rng.standard_normal((4 * 2**octave,) * 2).astype(np.float32)
        noise += 0.5**octave * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return (noise - noise.min()) / np.ptp(noise)


if __name__ == "__main__":
    main()
