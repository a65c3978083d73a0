"""The simulators are as strict as the vendors where no SDK asks, and their pictures say what made them."""

from __future__ import annotations

import base64
from itertools import combinations
from typing import Any

import httpx
import numpy as np
import pytest

from packshot.imaging.decode import decode
from packshot.imaging.similarity import ALIKE, distance, similarity_hash
from packshot.simulators.pictures import changed, picture
from tests.contract.plays import mask, photo
from tests.simulated import Simulators

KEY = {"Authorization": "Bearer simulated"}


def stability(
    simulators: Simulators, fields: dict[str, str], *, service: str = "generate/core", **more: Any
) -> httpx.Response:
    parts: list[Any] = [(name, (None, value)) for name, value in fields.items()]
    headers = KEY | {"Accept": "application/json"}
    return httpx.post(
        f"{simulators.url}/stability/v2beta/stable-image/{service}", headers=headers, **({"files": parts} | more)
    )


def test_stability_takes_multipart_only(simulators: Simulators) -> None:
    assert stability(simulators, {"prompt": "a mug"}).json()["finish_reason"] == "SUCCESS"
    for other in ({"files": None, "json": {"prompt": "a"}}, {"files": None, "data": {"prompt": "a"}}):
        refused = stability(simulators, {}, **other)
        assert refused.status_code == 400 and refused.json()["name"] == "bad_request"


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": "1024"},
        {"aspect_ratio": "1:2"},
        {"seed": "4294967295"},
        {"seed": "-1"},
        {"output_format": "gif"},
        {"prompt": ""},
        {"model": "sd3.5-large"},
    ],
)
def test_stability_refuses_what_it_does_not_know(simulators: Simulators, wrong: dict[str, str]) -> None:
    assert stability(simulators, {"prompt": "a mug"} | wrong).status_code == 400


def test_stability_needs_the_picture_that_it_changes(simulators: Simulators) -> None:
    assert stability(simulators, {"prompt": "a mug"}, service="edit/inpaint").status_code == 400


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"product_image": "mug.png"},
        {"product_image": "data:image/png;base64,AAAA", "aspect_ratio": "1:7"},
        {"product_image": "data:image/png;base64,AAAA", "width": 1024},
        {"product_image": "data:image/png;base64,AAAA", "seed": 1 << 32},
    ],
)
def test_fashn_refuses_what_it_does_not_know(simulators: Simulators, inputs: dict[str, Any]) -> None:
    body = {"model_name": "product-to-model", "inputs": inputs}
    assert httpx.post(f"{simulators.url}/fashn/v1/run", headers=KEY, json=body).status_code == 400


@pytest.mark.parametrize("vendor", ["openai", "stability", "replicate", "fashn", "runway", "http_video", "bedrock"])
def test_nobody_is_served_without_a_key(simulators: Simulators, vendor: str) -> None:
    paths = {
        "openai": "/v1/images/generations",
        "stability": "/v2beta/stable-image/generate/core",
        "replicate": "/v1/predictions",
        "fashn": "/v1/run",
        "runway": "/v1/image_to_video",
        "http_video": "/jobs",
        "bedrock": "/model/stability.stable-image-core-v1%3A1/invoke",
    }
    before = simulators.billed(vendor)
    assert httpx.post(f"{simulators.url}/{vendor}{paths[vendor]}", json={}).status_code in (401, 403)
    assert simulators.billed(vendor) == before


def test_runway_wants_its_version_named(simulators: Simulators) -> None:
    refused = httpx.post(f"{simulators.url}/runway/v1/image_to_video", headers=KEY, json={})
    assert refused.status_code == 400 and "X-Runway-Version" in refused.text


def pixels(data: bytes) -> np.ndarray[Any, np.dtype[np.int64]]:
    return decode(data).pixels.astype(np.int64)


def test_every_picture_says_what_made_it() -> None:
    """White letters with dark edges stand in the lower left corner, and nowhere else."""
    plain = pixels(picture("a mug", 512, 512))
    corner, rest = plain[400:, :300], plain[:300]
    assert (corner == 250).all(axis=2).sum() > 100 and (corner == 20).all(axis=2).sum() > 100
    assert not (rest == 250).all(axis=2).any()


def test_no_two_descriptions_make_pictures_that_look_alike() -> None:
    """Variations from words alone are held apart by their look, and so simulated ones have to differ."""
    made = [picture(f"a mug, number {number}", 256, 256) for number in range(12)]
    looks = [similarity_hash(decode(one).pixels) for one in made]
    assert min(distance(one, other) for one, other in combinations(looks, 2)) > 2 * ALIKE
    scene = pixels(picture("A sharp photograph of an empty scene", 256, 256))
    assert (scene[:200].std(axis=1) < 12).all(), "an empty scene stays empty"


def test_the_product_stands_in_the_room_as_it_is_unless_a_defect_is_asked_for() -> None:
    faithful = pixels(picture("a mug", 512, 512, (photo(),)))
    red = (abs(faithful - [200, 30, 30]).max(axis=2) < 6).mean()
    assert red > 0.05
    for defect in ("recoloured", "garbled-logo", "other-face"):
        spoiled = pixels(picture(f"a mug defect:{defect}", 512, 512, (photo(),)))
        differs = (abs(spoiled - faithful)[:400].max(axis=2) > 30).mean()
        assert differs > 0.003, defect
    recoloured = pixels(picture("a mug defect:recoloured", 512, 512, (photo(),)))
    assert (abs(recoloured - [200, 30, 30]).max(axis=2) < 6).mean() < 0.001


def test_what_may_not_change_stays_as_it_was() -> None:
    made, own = pixels(changed("a mug", photo(), mask())), pixels(photo())
    assert (made[125:190] == own[125:190]).all() and (made[:115] != own[:115]).any(axis=2).mean() > 0.9


def test_a_broken_reference_is_refused(simulators: Simulators) -> None:
    body = {
        "prompt": "a mug",
        "image": base64.b64encode(b"\x89PNG\r\n\x1a\nbroken").decode(),
    }
    files = {"image": ("a.png", base64.b64decode(body["image"]), "image/png"), "prompt": (None, "a mug")}
    assert stability(simulators, {}, service="edit/inpaint", files=files).status_code == 400
