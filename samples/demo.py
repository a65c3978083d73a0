"""`make demo`: every sample product in every style, with an index page and a contact sheet, into demo/."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from html import escape
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

import cv2
import numpy as np
import yaml
from rich.console import Console

from packshot.cli.batch import Order, Record, plan, run
from packshot.cli.shoot import progress
from packshot.imaging.decode import decode
from packshot.studio.scene.library import SCENES

HERE = Path(__file__).parent
SIDE = 768
TILE = 192
SURROUND = 238  # the light table's grey, as in demo.css

Sample = dict[str, Any]


def main(out: Path) -> int:
    started = time.perf_counter()
    samples: list[Sample] = yaml.safe_load((HERE / "samples.yaml").read_text(encoding="utf-8"))
    if out.exists():
        rmtree(out)
    (out / "photos").mkdir(parents=True)
    for sample in samples:
        copyfile(HERE / "photos" / f"{sample['name']}.jpg", out / "photos" / f"{sample['name']}.jpg")
    order = Order(
        photos=tuple(HERE / "photos" / f"{sample['name']}.jpg" for sample in samples),
        styles=tuple(SCENES),
        sizes=((SIDE, SIDE),),
        out=out / "pictures",
    )
    jobs = plan(order)
    with progress(len(samples), len(jobs)) as (looked, shot):
        records = run(jobs, workers=min(os.cpu_count() or 1, 4), looked=looked, shot=shot)
    by_product: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_product[Path(record["photo"]).stem].append(record)
    _index(out, samples, by_product)
    _contact_sheet(out / "contact-sheet.png", samples, by_product)
    made = sum(record["status"] == "done" for record in records)
    surprises = [text for sample in samples if (text := _surprise(sample, by_product[sample["name"]]))]
    console = Console(highlight=False)
    console.print(f"{made} pictures of {len(samples)} photos in {time.perf_counter() - started:.0f} s.")
    console.print(f"Open {out / 'index.html'} or {out / 'contact-sheet.png'}.")
    for text in surprises:
        console.print(f"[red]{text}[/]")
    return 1 if surprises else 0


def _surprise(sample: Sample, records: list[Record]) -> str | None:
    """What is wrong when a sample was not judged as samples.yaml says it has to be."""
    verdict = records[0]["cutout_verdict"]
    if (verdict == "accept") == (sample["expect"] == "accept"):
        return None
    return f"{sample['name']} should have been judged {sample['expect']} and was judged {verdict}."


def _index(out: Path, samples: list[Sample], by_product: dict[str, list[Record]]) -> None:
    copyfile(HERE / "demo.css", out / "demo.css")
    shot = [sample for sample in samples if by_product[sample["name"]][0]["status"] == "done"]
    missed = [sample for sample in samples if sample not in shot]
    rows = "\n".join(_row(sample, by_product[sample["name"]]) for sample in shot)
    refusals = "\n".join(_refusal(sample, by_product[sample["name"]][0]) for sample in missed)
    (out / "index.html").write_text(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; style-src 'self'">
<title>Packshot demo</title>
<link rel="stylesheet" href="demo.css">
</head>
<body>
<header>
<h1>Packshot</h1>
<p>{len(shot)} photos, {len(SCENES)} styles. The product's pixels are the photo's own.
Choose a picture to see it at full size.</p>
</header>
<main>
{rows}
<section>
<h2>Not made, and why</h2>
<p class="note">Packshot refuses rather than sell a product with a piece missing.</p>
<ul class="refusals">
{refusals}
</ul>
</section>
</main>
</body>
</html>
""",
        encoding="utf-8",
    )


def _row(sample: Sample, records: list[Record]) -> str:
    name, title = escape(sample["name"]), escape(sample["title"])
    figures = "\n".join(_figure(title, record) for record in records if record["status"] == "done")
    return f"""<section>
<h2>{title}</h2>
<p class="note">Cutout confidence {records[0]["cutout_confidence"]:.2f}</p>
<ul class="pictures">
<li class="before"><a href="photos/{name}.jpg"><img src="photos/{name}.jpg" alt="The photo" loading="lazy"></a>
<span>The photo</span></li>
{figures}
</ul>
</section>"""


def _figure(title: str, record: Record) -> str:
    file, style = escape(Path(record["path"]).name), escape(SCENES[record["style"]].title)
    return f"""<li><a href="pictures/{file}"><img src="pictures/{file}" width="{SIDE}" height="{SIDE}" loading="lazy"
alt="{title}, {style}"></a><span>{style}</span></li>"""


def _refusal(sample: Sample, record: Record) -> str:
    name, title = escape(sample["name"]), escape(sample["title"])
    return (
        f'<li><a href="photos/{name}.jpg"><img src="photos/{name}.jpg" alt="{title}" loading="lazy"></a>'
        f"<div><h3>{title}</h3><p>{escape(record['words'])}</p><p>{escape(record['remedy'])}</p></div></li>"
    )


def _contact_sheet(path: Path, samples: list[Sample], by_product: dict[str, list[Record]]) -> None:
    """One row per product, its photo first: what the README shows."""
    rows: list[np.ndarray] = []
    for sample in samples:
        done = [record for record in by_product[sample["name"]] if record["status"] == "done"]
        if not done:
            continue
        sources = [HERE / "photos" / f"{sample['name']}.jpg", *(Path(record["path"]) for record in done)]
        rows.append(np.hstack([_tile(source) for source in sources]))
    sheet = np.vstack(rows)
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def _tile(source: Path) -> np.ndarray:
    """A picture fitted into a square tile with a small margin, never cropped."""
    pixels = decode(source.read_bytes(), name=source.name).pixels
    height, width = pixels.shape[:2]
    scale = (TILE - 6) / max(height, width)
    small = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    tile = np.full((TILE, TILE, 3), SURROUND, np.uint8)
    top, left = (TILE - small.shape[0]) // 2, (TILE - small.shape[1]) // 2
    tile[top : top + small.shape[0], left : left + small.shape[1]] = small
    return tile


if __name__ == "__main__":
    sys.exit(main(Path("demo")))
