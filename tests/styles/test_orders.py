"""Orders in a style: who makes it, what it needs, which plan it takes; refused before any charge, or delivered."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text

from packshot.db import new_id, transaction
from packshot.engines.base import GenerationRequest, Reference
from packshot.engines.vendor import prompt
from packshot.plates.ask import prepared
from packshot.shoots.advance import advance
from packshot.shoots.chain import next_call
from packshot.shoots.makers import maker, request
from packshot.shoots.models import Generation, Shoot, State
from packshot.styles.edit import save, set_active
from packshot.styles.files import shipped
from packshot.styles.preset import Preset
from packshot.talents.models import Reference as Portrait
from packshot.talents.models import ReferenceState, Talent
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import look, skip_the_wait
from tests.simulated import Simulators


@pytest.fixture
def vendors(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> Generator[Simulators]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    maker.cache_clear()
    yield simulators
    maker.cache_clear()


async def ordered(seller: Seller, *styles: str, **changes: Any) -> dict[str, Any]:
    """The answer to an order that names no engine."""
    wanted: dict[str, Any] = {"styles": list(styles), "engine": None, "size": "1024x1024"} | changes
    answer = await seller.shoot(**wanted)
    return {"status": answer.status_code, **answer.json()}


async def person(seller: Seller) -> str:
    """A made-up model with one photo."""
    talent = Talent(id=new_id(), account_id=seller.account_id, name="Eve", synthetic=True)
    async with transaction(seller.account_id) as session:
        session.add(talent)
        await session.flush()
        own = {"talent_id": talent.id, "account_id": seller.account_id}
        file = {"name": "eve.png", "master_key": "talents/eve.png", "width": 640, "height": 640}
        session.add(Portrait(state=ReferenceState.READY, **own, **file))
    return str(talent.id)


async def delivered(id: UUID) -> Generation:
    row = await look(id)
    for _ in range(12):
        if row.state not in ("PENDING", "RUNNING"):
            return row
        await skip_the_wait(id)
        await advance("cpu" if row.queue == "cpu" else "io", id)
        row = await look(id)
    raise AssertionError(f"{row.state} after 12 steps")


async def told(id: UUID) -> tuple[str, str]:
    """The prompt and negative prompt that the engine of a generation is sent, but for what only the photo shows."""
    async with transaction(system=True) as session:
        generation = await session.get_one(Generation, id)
        shoot = await session.get_one(Shoot, generation.shoot_id)
    photo = (Reference(b""),) if generation.photo_id else ()
    asked = asked_of(shoot, generation, photo)
    return prompt(asked), asked.avoid


def asked_of(shoot: Shoot, generation: Generation, references: tuple[Reference, ...]) -> GenerationRequest:
    call = next_call(shoot, generation, [])
    model = maker(call.engine).known[call.model]
    return prepared(request(shoot, generation, references, call), model, call.engine, call.way, None)


async def test_a_description_in_a_style_is_a_picture(seller: Seller, vendors: Simulators) -> None:
    before = vendors.billed("stability")
    wanted = {"photo_ids": None, "words": "A red enamel kettle on a stove.", "format": "png", "size": "1536x1536"}
    order = await ordered(seller, "concept-art", **wanted)
    assert (order["status"], order["engine"], order["credits"]) == (202, "stability", 4), order
    id = UUID(order["generations"][0]["id"])
    words, avoid = await told(id)
    assert "red enamel kettle" in words and "finished advertising photograph" in words
    assert "watermark" in avoid and "lettering" in avoid
    row = await delivered(id)
    assert row.state == State.COMPLETED, row.words
    assert vendors.billed("stability") == before + 1 and await seller.credits() == (996, 0)


async def test_a_product_in_a_painted_style_is_a_picture(seller: Seller, vendors: Simulators) -> None:
    order = await ordered(seller, "scandinavian-room", size="1536x1024", format="png")
    assert (order["status"], order["engine"]) == (202, "openai"), order
    id = UUID(order["generations"][0]["id"])
    words, avoid = await told(id)
    assert "Scandinavian living room" in words and "patterned wallpaper" in words
    assert avoid == "", "OpenAI takes no negative prompt; what to leave out stands in the prompt"
    assert (await delivered(id)).state == State.COMPLETED


async def test_a_style_of_the_studio_with_another_name_is_its_scene(seller: Seller) -> None:
    order = await ordered(seller, "marketplace-main", size="512x512", format="png")
    assert (order["status"], order["engine"], order["credits"]) == (202, "studio", 0), order
    row = await delivered(UUID(order["generations"][0]["id"]))
    assert (row.state, row.style) == (State.COMPLETED, "marketplace-main"), row.words


@pytest.mark.parametrize(
    ("styles", "changes", "words"),
    [
        (["snow-princess"], {"photo_ids": None}, "Snow Princess needs a photo of a person."),
        (["christmas-eve"], {"photo_ids": None, "words": "A kettle."}, "Christmas Eve needs a photo of the product."),
        (["ingredient-flat-lay"], {}, "Ingredients all around needs a description."),
        (["concept-art"], {"photo_ids": None, "words": "  "}, "needs a description"),
        (["editorial-dune"], {"size": "1024x1536"}, "Desert editorial comes with the plan Pro"),
        (["slow-turn"], {}, "does not make 1024×1024"),
        (["wood", "christmas-eve"], {}, "made by different engines"),
        (["terrace", "christmas-eve"], {}, "made by different engines"),
    ],
)
async def test_what_a_style_lacks_is_said_before_any_charge(
    seller: Seller, vendors: Simulators, styles: list[str], changes: dict[str, object], words: str
) -> None:
    order = await ordered(seller, *styles, **changes)
    assert order["status"] == 422 and words in order["error"]["message"], order
    assert order["error"]["remedy"]
    assert await seller.credits() == (1000, 0)


async def test_everything_that_is_missing_is_said_at_once(seller: Seller, vendors: Simulators) -> None:
    order = await ordered(seller, "cyberpunk", photo_ids=None, size="1000x1000")
    message = order["error"]["message"]
    for part in ("needs a photo of a person", "plan Pro", "1000×1000 is not possible"):
        assert part in message


async def test_a_pro_account_has_pro_styles(seller: Seller, vendors: Simulators) -> None:
    async with transaction(system=True) as session:
        await session.execute(text("update account set tier = 'pro'"))
    order = await ordered(seller, "editorial-dune", size="1024x1536")
    assert (order["status"], order["credits"]) == (202, 6), order


async def test_a_style_that_is_not_offered_is_refused_and_one_of_an_operators_own_is_made(
    seller: Seller, vendors: Simulators
) -> None:
    own = shipped()["concept-art"].model_dump() | {"slug": "ours", "prompt": "Our very own look.", "credits": 11}
    async with transaction(system=True) as session:
        await set_active(session, "concept-art", False, by=None)
        await save(session, Preset.model_validate(own), by=None)
    gone = await ordered(seller, "concept-art", photo_ids=None, words="A kettle.")
    assert gone["status"] == 422 and "not offered any more" in gone["error"]["message"]
    order = await ordered(seller, "ours", photo_ids=None, words="A kettle.", size="1536x1536")
    assert (order["status"], order["credits"]) == (202, 11), order
    assert "Our very own look." in (await told(UUID(order["generations"][0]["id"])))[0]


async def test_an_engine_that_is_not_set_up_is_said(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACKSHOT_OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    maker.cache_clear()
    order = await ordered(seller, "christmas-eve")
    assert order["status"] == 422 and "PACKSHOT_OPENAI_API_KEY" in order["error"]["remedy"]
    maker.cache_clear()


async def test_the_same_order_sent_again_gets_the_same_answer(seller: Seller, vendors: Simulators) -> None:
    wanted = {"photo_ids": None, "words": "A kettle.", "key": uuid4().hex, "size": "1536x1536"}
    first = await ordered(seller, "concept-art", **wanted)
    assert first == await ordered(seller, "concept-art", **wanted)
    assert await seller.credits() == (996, 4)


async def test_a_selfie_in_a_style_is_asked_for_as_a_portrait(seller: Seller, vendors: Simulators) -> None:
    """One model, one style, one click; the model's photos go along as the request's references."""
    order = await ordered(seller, "linkedin-headshot", photo_ids=None, talent_id=await person(seller))
    assert (order["status"], order["engine"], order["credits"]) == (202, "openai", 4), order
    async with transaction(system=True) as session:
        generation = await session.get_one(Generation, UUID(order["generations"][0]["id"]))
        shoot = await session.get_one(Shoot, generation.shoot_id)
    asked = asked_of(shoot, generation, (Reference(b"", role="person", name="selfie"),))
    assert [reference.role for reference in asked.references] == ["person"]
    assert "professional business headshot of the person in the photo" in prompt(asked)
    assert maker("openai").check(asked) == []


async def test_nothing_is_bought_for_a_person_whose_photos_are_gone(seller: Seller, vendors: Simulators) -> None:
    before = vendors.billed("openai")
    order = await ordered(seller, "snow-princess", photo_ids=None, talent_id=await person(seller), size="1024x1536")
    async with transaction(seller.account_id) as session:
        await session.execute(delete(Portrait))
    row = await delivered(UUID(order["generations"][0]["id"]))
    assert row.state == State.FAILED and "no reference photo" in row.words, (row.error, row.words)
    assert vendors.billed("openai") == before and await seller.credits() == (1000, 0)
