"""A seller's day over HTTP with a real `packshot up`: from the photo to the picture, and through its death."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from demo_client import Client
from packshot.embedded.demo import CREDITS, EMAIL, password_file
from packshot.settings import Settings
from tests.up import Up, descendants, lives, state_folder, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

SIDE = 256
STYLES = ["white", "soft-grey", "marble"]
QUICK = {"PACKSHOT_LEASE_S": "3", "PACKSHOT_HEARTBEAT_S": "1", "PACKSHOT_SWEEP_S": "1", "PACKSHOT_RATE_LIMIT": "10000"}


@dataclass
class Shop:
    """A Packshot with a seller whose photos may be shot."""

    up: Up
    client: Client
    photo_ids: list[str]

    def restart(self) -> None:
        """Another Packshot on the same state, at another address; the same seller logs in with the same password."""
        self.up = start(self.up.state).ready()
        self.client = demo_seller(self.up)

    def shoot(self, key: str = "", **brief: object) -> dict[str, Any]:
        brief = {"photo_ids": self.photo_ids, "styles": STYLES, "size": f"{SIDE}x{SIDE}"} | brief
        return self.client.post("/api/generate", brief, **{"Idempotency-Key": key or str(uuid4())})

    def news(self, shoot: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """What the shoot's stream tells, up to its last picture: the event's name, and the generations in it."""
        finished: set[str] = set()
        with closing(self.client.events(shoot["events"])) as events:
            for event, told in events:
                generations = told["generations"] if event == "shoot" else [told]
                finished |= {one["id"] for one in generations if one["state"] not in ("PENDING", "RUNNING")}
                yield event, generations
                if len(finished) == len(shoot["generations"]):
                    return
        raise AssertionError("the stream ended before the shoot did")

    def pictures(self, shoot: dict[str, Any]) -> list[Image.Image]:
        """The pictures of a shoot, as they come through their links; all of them have to be there."""
        generations = self.client.get(f"/api/generate/{shoot['id']}")["generations"]
        assert {one["state"] for one in generations} == {"COMPLETED"}
        return [Image.open(BytesIO(self.client.fetch(one["url"]))) for one in generations]

    def paid(self) -> int:
        return sum(entry["kind"] == "capture" for entry in self.client.entries())


def start(state: Path) -> Up:
    return Up(state, "--demo", PACKSHOT_CPU_CONCURRENCY="2", **QUICK)


_clients: list[Client] = []


def demo_seller(up: Up) -> Client:
    client = Client(up.address)
    _clients.append(client)
    client.log_in(EMAIL, password_file(Settings(state_dir=up.state)).read_text())
    return client


@pytest.fixture(scope="module", autouse=True)
def no_connection_left() -> Generator[None]:
    """Left to the collector, a connection is closed in the middle of some other test, which then fails."""
    yield
    while _clients:
        _clients.pop().close()


@pytest.fixture(scope="module")
def shop(root: Path) -> Generator[Shop]:
    with state_folder() as state, start(state) as first:
        client = demo_seller(first.ready())
        project = client.post("/api/projects", {"name": "Shop"})
        product = client.post(f"/api/projects/{project['id']}/products", {"name": "Mug"})
        photos = root / "samples/photos"
        sent = [
            client.upload(product["id"], photos / "mug.jpg"),
            client.upload_through_link(product["id"], photos / "tea-carton.jpg"),
        ]
        open_shop = Shop(first, client, [photo["id"] for photo in sent])
        for cutout in cut_out(client, product["id"], open_shop.photo_ids):
            client.post(f"/api/cutouts/{cutout['id']}/approve")
        yield open_shop
        open_shop.up.__exit__()


def cut_out(client: Client, product_id: str, photo_ids: list[str]) -> list[dict[str, Any]]:
    """The cutouts of a product's photos as soon as the product's stream tells of all of them."""
    made: dict[str, dict[str, Any]] = {}
    with closing(client.events(f"/api/products/{product_id}/events")) as events:
        for event, told in events:
            for photo in told if event == "photos" else [told]:
                if photo["cutout"] and photo["cutout"]["state"] == "ready":
                    made[photo["id"]] = photo["cutout"]
            if made.keys() == set(photo_ids):
                return list(made.values())
    raise AssertionError("the stream ended before the cutouts were made")


def test_the_demo_seller_may_spend_credits(shop: Shop) -> None:
    assert password_file(Settings(state_dir=shop.up.state)).stat().st_mode & 0o777 == 0o600
    assert shop.client.get("/api/credits")["purchased"] == CREDITS


def test_pictures_arrive_live_and_are_paid_for_once(shop: Shop) -> None:
    before = shop.client.get("/api/credits")["available"]
    key = str(uuid4())
    shoot = shop.shoot(key)
    assert shop.shoot(key)["id"] == shoot["id"], "sent twice, made once"
    assert shoot["credits"] == len(shop.photo_ids) * len(STYLES)
    completed = [
        one["id"]
        for event, generations in shop.news(shoot)
        for one in generations
        if event == "generation" and one["state"] == "COMPLETED"
    ]
    assert completed, "not only in the first look"
    pictures = shop.pictures(shoot)
    assert {picture.size for picture in pictures} == {(SIDE, SIDE)}
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    assert shop.paid() == len(pictures)
    after = shop.client.get("/api/credits")
    assert (after["available"], after["held"]) == (before - len(pictures), 0)


def test_a_shoot_survives_the_death_of_everything(shop: Shop) -> None:
    paid = shop.paid()
    shoot = begun(shop, seed=2)
    family = descendants(shop.up.process.pid)
    shop.up.process.kill()
    until(lambda: not list(filter(lives, family)), 20)
    shop.up.process.communicate()
    shop.restart()
    for _ in shop.news(shoot):
        pass
    assert len(shop.pictures(shoot)) == len(shoot["generations"])
    assert shop.paid() == paid + len(shoot["generations"])
    assert shop.client.get("/api/credits")["held"] == 0
    assert [entry["kind"] for entry in shop.client.entries()].count("grant") == 1, "the second start gave nothing again"


def test_ctrl_c_leaves_no_process(shop: Shop) -> None:
    begun(shop, seed=3)
    family = descendants(shop.up.process.pid)
    assert len(family) > 6
    os.kill(shop.up.process.pid, signal.SIGINT)
    shop.up.process.communicate(timeout=30)
    assert shop.up.process.returncode == 0
    assert not list(filter(lives, family))


def begun(shop: Shop, seed: int) -> dict[str, Any]:
    """A shoot of which one picture is there and most are not."""
    shoot = shop.shoot(seed=seed, size="768x768", count=2)
    next(one for _, generations in shop.news(shoot) for one in generations if one["state"] == "COMPLETED")
    return shoot
