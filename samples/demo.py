"""`make demo`: a seller's day over HTTP, every sample product in every style, with an index page, into demo/."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any
from uuid import uuid4

import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo_client import Client, Json, SurpriseError, packshot
from demo_page import Made, Product, write_contact_sheet, write_page

HERE = Path(__file__).parent
SIDE = 768
SETTINGS = {
    "PACKSHOT_STUDIO_CREDITS": "1",
    "PACKSHOT_FREE_CREDITS": "1000",  # more than all pictures cost
    "PACKSHOT_RATE_LIMIT": "100000",
    "PACKSHOT_LOG_LEVEL": "warning",
}


@dataclass
class Sample:
    """A product on its way: what samples.yaml says of it, and what Packshot made of it."""

    listed: Mapping[str, Any]
    photo: Path
    product_id: str
    photo_id: str
    cutout: Json = field(default_factory=dict[str, Any])
    pictures: list[Made] = field(default_factory=list[Made])

    @property
    def accepted(self) -> bool:
        return self.cutout["verdict"] == "accept"


class Laps:
    """How long each part took, in words."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._words: list[str] = []

    def end(self, part: str) -> None:
        now = time.perf_counter()
        self._words.append(f"{part} {now - self._last:.1f} s")
        self._last = now

    def __str__(self) -> str:
        return f"{', '.join(self._words).capitalize()}."


def main(out: Path) -> int:
    """Starts a Packshot, does everything, stops it; 1 where anything was not as it has to be."""
    console = Console(highlight=False)
    laps = Laps()
    if out.exists():
        rmtree(out)
    for folder in ("photos", "pictures"):
        (out / folder).mkdir(parents=True)
    try:
        with packshot(out / "packshot.log", SETTINGS) as (base_url, environment):
            laps.end("starting")
            client = Client(base_url)
            client.register("demo@packshot.example", secrets.token_urlsafe(16))
            styles = {style["slug"]: style["title"] for style in client.get("/api/styles", engine="studio")}
            samples = _upload(client, out / "photos")
            laps.end("uploading")
            _cut_out_and_shoot(client, samples, styles, out / "pictures", console, laps)
            _check_credits(client, delivered=sum(len(sample.pictures) for sample in samples))
            _check_ledger(environment)
            laps.end("accounting")
        laps.end("stopping")
    except SurpriseError as surprise:
        console.print(f"[red]{surprise}[/]")
        return 1
    products = [_product(sample) for sample in samples]
    page = write_page(out, products)
    write_contact_sheet(out / "contact-sheet.png", products)
    laps.end("writing the page")
    made = sum(len(sample.pictures) for sample in samples)
    console.print(f"{made} pictures of {len(samples)} photos were delivered, and every credit is accounted for.")
    console.print(f"Open {page} or {out / 'contact-sheet.png'}.")
    console.print(str(laps))
    return 0


def _upload(client: Client, photos: Path) -> list[Sample]:
    """A product for each sample. Every other photo goes through a link, so that the demo shows both ways."""
    project = client.post("/api/projects", {"name": "Samples"})
    samples: list[Sample] = []
    for number, listed in enumerate(yaml.safe_load((HERE / "samples.yaml").read_text(encoding="utf-8"))):
        photo = Path(copyfile(HERE / "photos" / f"{listed['name']}.jpg", photos / f"{listed['name']}.jpg"))
        product = client.post(f"/api/projects/{project['id']}/products", {"name": listed["title"]})
        upload = client.upload if number % 2 else client.upload_through_link
        samples.append(Sample(listed, photo, product["id"], upload(product["id"], photo)["id"]))
    return samples


def _cut_out_and_shoot(
    client: Client,
    samples: Sequence[Sample],
    styles: Mapping[str, str],
    folder: Path,
    console: Console,
    laps: Laps,
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        cutting = bar.add_task("Cutting out", total=len(samples))
        shooting = bar.add_task("Shooting", total=None)
        for sample in samples:
            sample.cutout = _awaited_cutout(client, sample)
            bar.advance(cutting)
        _check_verdicts(samples)
        laps.end("cutting out")
        accepted = [sample for sample in samples if sample.accepted]
        bar.update(shooting, total=len(accepted) * len(styles))
        for sample, shoot_id in [(sample, _order(client, sample, list(styles))) for sample in accepted]:
            for _ in _finished(client, shoot_id, len(styles)):
                bar.advance(shooting)
            sample.pictures = _downloaded(client, sample, shoot_id, styles, folder)
        laps.end("shooting")


def _awaited_cutout(client: Client, sample: Sample) -> Json:
    """The cutout of the sample's photo, once it has been made."""
    with closing(client.events(f"/api/products/{sample.product_id}/events")) as events:
        for event, news in events:
            photos = news if event == "photos" else [news] if event == "photo" else []
            for photo in photos:
                if photo["state"] == "refused":
                    raise SurpriseError(f"{photo['name']} was refused: {photo['words']} {photo['remedy']}")
                if photo["cutout"] and photo["cutout"]["state"] != "pending":
                    return photo["cutout"]
    raise SurpriseError(f"The news of {sample.photo.name} ended before it was cut out.")


def _order(client: Client, sample: Sample, styles: list[str]) -> str:
    """Approves the cutout, as a seller does who has looked at it, and asks for every style; the id of the shoot."""
    client.post(f"/api/cutouts/{sample.cutout['id']}/approve")
    brief = {"photo_ids": [sample.photo_id], "styles": styles, "size": f"{SIDE}x{SIDE}", "seed": 1}
    shoot = client.post("/api/generate", brief, **{"Idempotency-Key": str(uuid4())})
    return str(shoot["id"])


def _finished(client: Client, shoot_id: str, count: int) -> Iterable[str]:
    """The ids of a shoot's generations, each as soon as it is finished."""
    finished: set[str] = set()
    with closing(client.events(f"/api/generate/{shoot_id}/events")) as events:
        for event, news in events:
            for generation in news["generations"] if event == "shoot" else [news]:
                if generation["state"] not in ("PENDING", "RUNNING") and generation["id"] not in finished:
                    finished.add(generation["id"])
                    yield generation["id"]
            if len(finished) == count:
                return
    raise SurpriseError(f"The news of the shoot {shoot_id} ended before it did.")


def _downloaded(client: Client, sample: Sample, shoot_id: str, styles: Mapping[str, str], folder: Path) -> list[Made]:
    """The pictures of a shoot, fetched through their links."""
    made: list[Made] = []
    for generation in client.get(f"/api/generate/{shoot_id}")["generations"]:
        style = generation["style"]
        if generation["state"] != "COMPLETED":
            why = generation["error"] or {"message": f"it is {generation['state']}", "remedy": ""}
            raise SurpriseError(f"{sample.photo.stem} in {style}: {why['message']} {why['remedy']}")
        file = folder / f"{sample.photo.stem}-{style}.webp"
        file.write_bytes(client.fetch(generation["url"]))
        made.append(Made(file, styles[style], SIDE, SIDE))
    return made


def _check_verdicts(samples: Sequence[Sample]) -> None:
    """Every sample was judged as samples.yaml says it has to be."""
    wrong = [
        f"{sample.listed['name']} should have been judged {sample.listed['expect']} "
        f"and was judged {sample.cutout['verdict'] or sample.cutout['state']}."
        for sample in samples
        if sample.accepted != (sample.listed["expect"] == "accept")
    ]
    if wrong:
        raise SurpriseError("\n".join(wrong))


def _check_credits(client: Client, delivered: int) -> None:
    """One credit was paid for each picture that was delivered, and none is set aside any more."""
    captured = sum(
        -entry["d_held_allowance"] - entry["d_held_purchased"]
        for entry in client.entries()
        if entry["kind"] == "capture"
    )
    held = client.get("/api/credits")["held"]
    if captured != delivered or held:
        raise SurpriseError(f"{delivered} pictures were delivered, {captured} credits paid, and {held} are still held.")


def _check_ledger(environment: Mapping[str, str]) -> None:
    audit = subprocess.run(
        [sys.executable, "-m", "packshot", "ledger", "audit"], env=environment, capture_output=True, text=True
    )
    if audit.returncode:
        raise SurpriseError(f"The ledger does not add up: {audit.stdout} {audit.stderr}")


def _product(sample: Sample) -> Product:
    """The sample as the page shows it."""
    reasons = sample.cutout["reasons"]
    return Product(
        title=sample.listed["title"],
        photo=sample.photo,
        size=(sample.listed["size"][0], sample.listed["size"][1]),
        note=f"Cutout confidence {sample.cutout['confidence']:.2f}.",
        pictures=tuple(sample.pictures),
        refusal=() if sample.pictures else (" ".join(reason["words"] for reason in reasons), reasons[0]["remedy"]),
    )


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(Path("demo")))
    except KeyboardInterrupt:
        sys.exit("Stopped, with everything that was started.")
