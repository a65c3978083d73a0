"""Variations of one shoot: planned apart, made different, labelled, and one of them the winner."""

from __future__ import annotations

import io
import zipfile
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from packshot.db import transaction
from packshot.imaging.similarity import ALIKE, distance
from packshot.shoots.models import Generation, State
from packshot.shoots.variations import in_words, label, variations
from packshot.studio.scene.library import SCENES
from packshot.words.parse import parse
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import shot, through

ALL = list(SCENES)


async def pictures(seller: Seller, shoot_id: str) -> list[Generation]:
    async with transaction(seller.account_id) as session:
        rows = select(Generation).where(Generation.shoot_id == UUID(shoot_id)).order_by(Generation.number)
        return list(await session.scalars(rows))


async def studio_shoot(seller: Seller, **changes: Any) -> list[Generation]:
    answer = await seller.shoot(engine="studio", size="256x256", **changes)
    assert answer.status_code == 202, answer.text
    return await pictures(seller, answer.json()["id"])


async def finished(generation: Generation) -> Generation:
    """The picture, also where it was made again because it looked like another."""
    row = await through(generation.id)
    while row.state == State.PENDING:
        row = await through(row.id)
    return row


def test_labels_go_on_after_z() -> None:
    assert [label(number) for number in (0, 1, 25, 26, 27, 701, 702)] == ["A", "B", "Z", "AA", "AB", "ZZ", "AAA"]


@pytest.mark.parametrize("text", ["", "Red ceramic mug.", "leather bag, handmade"])
def test_the_grammar_reads_back_what_a_variation_says(text: str) -> None:
    for point in variations("openai", ("plain",), text, 60).points:
        values = parse(f"{text} {in_words(point)}").values
        assert {key: values[key] for key in point if key != "palette"} == {
            key: (value,) for key, value in point.items() if key != "palette"
        }


async def test_variations_are_planned_over_all_styles_and_answered_with_their_labels(seller: Seller) -> None:
    answer = await seller.shoot(engine="studio", styles=ALL, size="256x256", variations=24)
    planned = answer.json()["generations"]
    assert [one["label"] for one in planned[:3]] == ["A", "B", "C"]
    assert len(planned) == 24
    assert {one["style"] for one in planned} == set(ALL)
    assert len({tuple(sorted(one["variation"].items())) for one in planned}) == 24


async def test_more_variations_than_there_are_is_refused_and_nothing_is_charged(seller: Seller) -> None:
    answer = await seller.shoot(engine="studio", styles=["white"], size="256x256", variations=20)
    assert answer.status_code == 422
    assert "there are 6" in answer.json()["error"]["message"]
    both = await seller.shoot(engine="studio", styles=["white"], size="256x256", variations=2, count=2)
    assert both.status_code == 422
    assert await seller.credits() == (1000, 0)


async def test_made_variations_differ_and_keep_how_they_look(seller: Seller) -> None:
    planned = await studio_shoot(seller, styles=["marble", "wood", "dark"], variations=9)
    made = [await finished(one) for one in planned]
    assert {one.state for one in made} == {State.COMPLETED}
    assert min(distance(one.look, other.look) for one, other in combinations(made, 2)) >= ALIKE


async def test_what_looks_alike_is_made_again_as_the_next_that_stands_by(seller: Seller) -> None:
    first, second, *_ = await studio_shoot(seller, styles=["marble", "wood"], variations=4)
    async with transaction(seller.account_id) as session:
        other = await session.get_one(Generation, second.id)
        other.variation = first.variation  # the same picture, but for its seed
        other.style = first.style
        other.seed = first.seed
    one, two = await finished(first), await finished(second)
    assert (one.state, two.state) == (State.COMPLETED, State.COMPLETED)
    assert two.variation["index"] == 4
    assert two.variation != one.variation
    assert distance(one.look, two.look) >= ALIKE
    attempts = (await seller.picture(str(two.id)))["attempts"]
    assert [attempt["error"] for attempt in attempts] == ["alike", ""]


async def test_a_winner_is_chosen_among_the_delivered_and_taken_back(seller: Seller) -> None:
    first, second, *_ = await studio_shoot(seller, styles=["marble", "wood"], variations=4)
    await finished(first)
    path = f"/api/generate/{first.shoot_id}/winner"
    headers = seller.headers
    chosen = await seller.client.put(path, json={"generation_id": str(first.id)}, headers=headers)
    assert chosen.status_code == 200, chosen.text
    assert chosen.json()["winner_id"] == str(first.id)
    shown = (await seller.person.get(f"/api/generate/{first.shoot_id}")).json()
    assert (shown["winner_id"], shown["variations"]) == (str(first.id), 4)
    early = await seller.client.put(path, json={"generation_id": str(second.id)}, headers=headers)
    assert early.status_code == 409
    taken = await seller.client.put(path, json={"generation_id": None}, headers=headers)
    assert taken.json()["winner_id"] is None


async def test_a_winner_of_another_shoot_is_none(seller: Seller) -> None:
    first, *_ = await studio_shoot(seller, styles=["marble", "wood"], variations=4)
    other = await through(await shot(seller))
    answer = await seller.client.put(
        f"/api/generate/{first.shoot_id}/winner", json={"generation_id": str(other.id)}, headers=seller.headers
    )
    assert answer.status_code == 404


async def test_labels_are_in_the_names_of_the_archive_and_the_page_has_the_button(seller: Seller) -> None:
    made = [await finished(one) for one in await studio_shoot(seller, styles=["marble", "wood"], variations=4)]
    browser = await Browser.beside(seller.client).login(seller.person.email)
    answer = await browser.get(f"/shoots/{made[0].shoot_id}/zip")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len(names) == 4
    assert all(f"-{one.label.lower()}-" in name for one, name in zip(made, sorted(names, key=_last), strict=True))
    page = await browser.get(f"/shoots/{made[0].shoot_id}")
    assert page.text.count("Choose as winner") == 4
    form = {"generation_id": str(made[1].id)}
    assert (await browser.post(f"/shoots/{made[0].shoot_id}/winner", **form)).status_code == 303
    page = await browser.get(f"/shoots/{made[0].shoot_id}")
    assert page.text.count("Choose as winner") == 3
    assert "Winner" in page.text


def _last(name: str) -> int:
    return int(name.rpartition("-")[2].partition(".")[0])
