"""`make demo`: every sample product in every style, with an index page and a contact sheet, into demo/."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

import yaml
from rich.console import Console

from demo_page import Made, Product, write_contact_sheet, write_page
from packshot.cli.batch import Order, Record, plan, run
from packshot.cli.shoot import progress
from packshot.studio.scene.library import SCENES

HERE = Path(__file__).parent
SIDE = 768

Sample = dict[str, Any]


def main(out: Path) -> int:
    started = time.perf_counter()
    samples: list[Sample] = yaml.safe_load((HERE / "samples.yaml").read_text(encoding="utf-8"))
    if out.exists():
        rmtree(out)
    (out / "photos").mkdir(parents=True)
    photos = tuple(_copied(HERE / "photos" / f"{sample['name']}.jpg", out / "photos") for sample in samples)
    jobs = plan(Order(photos, styles=tuple(SCENES), sizes=((SIDE, SIDE),), out=out / "pictures"))
    with progress(len(samples), len(jobs)) as (looked, shot):
        records = run(jobs, workers=min(os.cpu_count() or 1, 4), looked=looked, shot=shot)
    by_photo: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_photo[record["photo"]].append(record)
    products = [_product(sample, photo, by_photo[str(photo)]) for sample, photo in zip(samples, photos, strict=True)]
    page = write_page(out, products)
    write_contact_sheet(out / "contact-sheet.png", products)
    console = Console(highlight=False)
    made = sum(len(product.pictures) for product in products)
    console.print(f"{made} pictures of {len(samples)} photos in {time.perf_counter() - started:.0f} s.")
    console.print(f"Open {page} or {out / 'contact-sheet.png'}.")
    surprises = [
        text for sample, photo in zip(samples, photos, strict=True) if (text := _surprise(sample, by_photo[str(photo)]))
    ]
    for text in surprises:
        console.print(f"[red]{text}[/]")
    return 1 if surprises else 0


def _copied(photo: Path, folder: Path) -> Path:
    return Path(copyfile(photo, folder / photo.name))


def _product(sample: Sample, photo: Path, records: list[Record]) -> Product:
    first = records[0]
    made = tuple(
        Made(Path(record["path"]), SCENES[record["style"]].title, SIDE, SIDE)
        for record in records
        if record["status"] == "done"
    )
    return Product(
        title=sample["title"],
        photo=photo,
        size=(sample["size"][0], sample["size"][1]),
        note=f"Cutout confidence {first['cutout_confidence']:.2f}.",
        pictures=made,
        refusal=() if made else (first["words"], first["remedy"]),
    )


def _surprise(sample: Sample, records: list[Record]) -> str | None:
    """What is wrong when a sample was not judged as samples.yaml says it has to be."""
    verdict = records[0]["cutout_verdict"]
    if (verdict == "accept") == (sample["expect"] == "accept"):
        return None
    return f"{sample['name']} should have been judged {sample['expect']} and was judged {verdict}."


if __name__ == "__main__":
    sys.exit(main(Path("demo")))
