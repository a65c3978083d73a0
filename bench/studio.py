"""CPU time and memory of the embedded studio: prints a table and writes bench/results/studio.md.

Every figure is a median of rounds in fresh processes on one thread, CPU seconds of the process and of the child that
opens the photo. "First" opens, cuts out, composes and encodes one picture; "cached" finds the cutout of the same photo.
The cutout is also held against OpenCV's GrabCut (a rectangle 3 % inside the frame, 5 iterations) on every accepted
sample once; its seconds are the median of the samples.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "bench/results/studio.md"
ROUNDS = 5
SIZES = (1024, 2048)


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(CASES[sys.argv[1]](*sys.argv[2:])))
        return
    busy = os.getloadavg()[0]
    lines = [
        "# The embedded studio",
        "",
        f"`make bench`: {ROUNDS} rounds, medians, one thread, CPU seconds. Python {platform.python_version()}.",
        f"The load was {busy:.1f} on {os.cpu_count()} processors when it started. Other work also takes caches and "
        "memory, so the figures are upper bounds.",
        "",
        "| picture | first | cached, white | cached, slowest style | peak memory |",
        "|---|---|---|---|---|",
    ]
    cached: dict[int, dict[str, float]] = {}
    for side in SIZES:
        rounds = [_child("shoot", str(side)) for _ in range(ROUNDS)]
        slowest = max(rounds[0]["cached"], key=lambda style: _median(rounds, "cached", style))
        lines.append(
            f"| {side}² | {_median(rounds, 'first'):.2f} | {_median(rounds, 'cached', 'white'):.2f} "
            f"| {_median(rounds, 'cached', slowest):.2f} ({slowest}) | {_median(rounds, 'peak_mb'):.0f} MB |"
        )
        cached[side] = {style: _median(rounds, "cached", style) for style in rounds[0]["cached"]}
    lines += ["", f"| cached | {' | '.join(f'{side}²' for side in SIZES)} |", f"|---|{'---|' * len(SIZES)}"]
    for style in cached[SIZES[0]]:
        lines.append(f"| {style} | {' | '.join(f'{cached[side][style]:.2f}' for side in SIZES)} |")
    _write(lines)  # the cutouts take minutes more; what was measured is kept if they are stopped
    found = _child("cutout")
    lines += [
        "",
        "| cutout of the accepted samples | CPU s each | mean IoU | worst IoU |",
        "|---|---|---|---|",
    ]
    for name in ("packshot", "grabcut"):
        row = found[name]
        lines.append(f"| {name} | {row['seconds']:.2f} | {row['mean_iou']:.3f} | {row['worst_iou']:.3f} |")
    ratio = found["packshot"]["seconds"] / found["grabcut"]["seconds"]
    lines += ["", f"Packshot's cutout takes {ratio:.2f}× GrabCut's CPU.", ""]
    help_seconds = statistics.median(_help() for _ in range(ROUNDS))
    lines += [f"`packshot --help`: {help_seconds:.2f} s CPU."]
    _write(lines)
    print("\n".join(lines))


def _write(lines: list[str]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text("\n".join([*lines, ""]), encoding="utf-8")


def shoot(side: str) -> dict[str, Any]:
    """First and cached pictures of one sample, in this process."""
    import asyncio
    from dataclasses import replace

    import cv2

    cv2.setNumThreads(1)
    from packshot.engines import engine
    from packshot.engines.base import Done, GenerationRequest, Reference
    from packshot.imaging.finish import finish
    from packshot.imaging.photo import Photo
    from packshot.settings import Settings
    from packshot.studio.scene.library import SCENES

    photo = _photo(int(side))
    with tempfile.TemporaryDirectory() as cache:
        studio = engine("studio", Settings(cache_dir=Path(cache)))
        request = GenerationRequest(
            "studio-1", int(side), int(side), style="white", seed=1, references=(Reference(photo, name="bench.png"),)
        )

        def once(style: str) -> None:
            done = asyncio.run(studio.submit(replace(request, style=style), key="bench"))
            assert isinstance(done, Done), done
            content = done.artefacts[0].content
            assert isinstance(content, Photo)
            finish(content.pixels, [(int(side), int(side))], "webp")

        first = _cpu(lambda: once("white"))
        cached = {}
        for style in SCENES:
            once(style)  # paints its textures; a worker does that once in its life
            cached[style] = _cpu(lambda style=style: once(style))
    return {"first": first, "cached": cached, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def cutout() -> dict[str, Any]:
    """Ours and GrabCut on every accepted sample: CPU seconds and overlap with the exact alpha."""
    import cv2
    import yaml

    cv2.setNumThreads(1)
    from packshot.imaging.decode import decode
    from packshot.studio.cutout.cut import cut

    listed = yaml.safe_load((ROOT / "samples/samples.yaml").read_text(encoding="utf-8"))
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for sample in listed:
        if sample["expect"] != "accept":
            continue
        photo = decode((ROOT / f"samples/photos/{sample['name']}.jpg").read_bytes(), name=sample["name"])
        alpha = cv2.imread(str(ROOT / f"samples/alpha/{sample['name']}.png"), cv2.IMREAD_GRAYSCALE)
        assert alpha is not None
        truth = alpha > 127
        ours.append(_judged(lambda photo=photo: cut(photo).alpha > 0.5, truth))
        theirs.append(_judged(lambda photo=photo: _grabcut(photo.pixels), truth))
    return {"packshot": _summary(ours), "grabcut": _summary(theirs)}


def _grabcut(pixels: Any) -> Any:
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    box = (int(width * 0.03), int(height * 0.03), int(width * 0.94), int(height * 0.94))
    cv2.setRNGSeed(1)
    cv2.grabCut(pixels, mask, box, np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_RECT)
    return (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)


def _judged(segment: Callable[[], Any], truth: Any) -> tuple[float, float]:
    """CPU seconds of `segment`, and the overlap of its mask with `truth`."""
    found: list[Any] = []
    seconds = _cpu(lambda: found.append(segment()))
    return seconds, float((found[0] & truth).sum() / (found[0] | truth).sum())


def _summary(rows: list[tuple[float, float]]) -> dict[str, float]:
    overlaps = [overlap for _, overlap in rows]
    return {
        "seconds": statistics.median(seconds for seconds, _ in rows),
        "mean_iou": statistics.mean(overlaps),
        "worst_iou": min(overlaps),
    }


def _photo(side: int) -> bytes:
    """The first accepted sample at `side` pixels, as PNG."""
    import cv2
    import yaml

    listed = yaml.safe_load((ROOT / "samples/samples.yaml").read_text(encoding="utf-8"))
    name = next(sample["name"] for sample in listed if sample["expect"] == "accept" and sample["view"] == "standing")
    pixels = cv2.imread(str(ROOT / f"samples/photos/{name}.jpg"))
    assert pixels is not None
    return cv2.imencode(".png", cv2.resize(pixels, (side, side), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def _cpu(work: Callable[[], object]) -> float:
    def spent() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    before = spent()
    work()
    return spent() - before


def _help() -> float:
    return _cpu(
        lambda: subprocess.run([sys.executable, "-m", "packshot", "--help"], check=True, stdout=subprocess.DEVNULL)
    )


def _child(*arguments: str) -> dict[str, Any]:
    environment = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "VIPS_CONCURRENCY": "1",
        "PATH": "/usr/bin:/bin",
    }
    run = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return json.loads(run.stdout)


def _median(rounds: list[dict[str, Any]], *path: str) -> float:
    values: list[float] = []
    for row in rounds:
        value: Any = row
        for key in path:
            value = value[key]
        values.append(value)
    return statistics.median(values)


CASES: dict[str, Callable[..., dict[str, Any]]] = {"shoot": shoot, "cutout": cutout}

if __name__ == "__main__":
    main()
