"""What operators set on the page of vendors: limits, patience, presets, who takes over; checked, and written down."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import AsyncClient, Response

from packshot import config
from packshot.db import transaction
from packshot.engines.presets import Choice, presets
from packshot.shoots.chain import FALLBACK
from packshot.styles.makers import PRESETS
from packshot.vendors.limits import DEFAULTS, LIMITS, PROBE_S, TROUBLE_AFTER, TROUBLE_S, Limit, limit, patience
from tests.web.browser import Browser, words

PAGE = "/admin/vendors"
FORMS: dict[str, dict[str, str | list[str]]] = {
    "limits": {"openai-at_once": "3"},
    "chain": {"chain-0": "stability core"},
    "presets": {"name-0": "FAST", "preset-0": "openai gpt-image-2"},
}


def at(answer: Response, field: str) -> str:
    """What stands at a field that cannot be as typed."""
    found = re.search(rf'id="{re.escape(field)}-wrong"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert found, f"nothing stands at {field}"
    assert f'aria-describedby="{field}-wrong"' in answer.text
    return found[1]


async def changes() -> list[tuple[str, Any, Any]]:
    async with transaction() as session:
        return [(one.key, one.old, one.new) for one in await config.changes(session, of=("vendors.", "engines."))]


async def set_to(key: config.Key[Any], value: object) -> None:
    async with transaction() as session:
        await config.change(session, key, value)


async def test_only_operators_may(client: AsyncClient) -> None:
    seller = Browser(client)
    await seller.register()
    for form, fields in FORMS.items():
        assert (await seller.post(f"{PAGE}/{form}", fields)).status_code == 403
        strange = await client.post(f"{PAGE}/{form}", data=fields)
        assert strange.status_code == 403, "a form that is not ours"
    assert await changes() == [] and await config.get(LIMITS) == {}


async def test_limits_are_what_is_not_as_it_came(admin: Browser) -> None:
    await set_to(LIMITS, {"gone": {"at_once": 2}})
    answer = await admin.post(f"{PAGE}/limits", FORMS["limits"] | {"stability-at_once": "0", "stability-a_minute": "9"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?saved=limits")
    assert await config.get(LIMITS) == {
        "gone": Limit(at_once=2),
        "openai": Limit(at_once=3, a_minute=DEFAULTS["openai"].a_minute),
        "stability": Limit(at_once=0, a_minute=9),
    }
    assert await limit("fashn") == DEFAULTS["fashn"]
    page = await admin.get(f"{PAGE}?saved=limits")
    said = words(page)
    assert "The limits hold in every process" in said and "0 of 3" in said.replace("\xa0", " ")
    assert 'name="openai-at_once" value="3"' in page.text and 'name="stability-at_once" value="0"' in page.text
    assert "vendors.limits openai: as it came; stability: as it came openai: 3 at once, 50 a minute" in said
    assert "ada@example.com" in said
    usual = {
        f"{id}-{name}": str(getattr(one, name)) for id, one in DEFAULTS.items() for name in ("at_once", "a_minute")
    }
    await admin.post(f"{PAGE}/limits", {name: value for name, value in usual.items() if name != "fashn-at_once"})
    assert await config.get(LIMITS) == {"gone": Limit(at_once=2)}, "back as it came, by figures or by an empty field"


async def test_patience_is_set_with_the_limits(admin: Browser) -> None:
    await admin.post(f"{PAGE}/limits", {TROUBLE_AFTER.name: "3", TROUBLE_S.name: "7.5", PROBE_S.name: ""})
    patient = await patience()
    assert (patient.failures, patient.open_s, patient.probe_s) == (3, 7.5, 30)
    assert {key for key, _, _ in await changes()} == {TROUBLE_AFTER.name, TROUBLE_S.name}, "what changed, once"
    assert 'name="vendors.trouble_s" value="7.5"' in (await admin.get(PAGE)).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("openai-at_once", "-1"),
        ("openai-at_once", "1.5"),
        ("runway-a_minute", "100001"),
        ("fashn-a_minute", "²"),
        (TROUBLE_AFTER.name, "0"),
        (TROUBLE_S.name, "0"),
        (TROUBLE_S.name, "nan"),
        (PROBE_S.name, "3601"),
        (PROBE_S.name, "soon"),
    ],
)
async def test_what_is_no_limit_stands_at_its_field_and_nothing_is_changed(
    admin: Browser, field: str, typed: str
) -> None:
    answer = await admin.post(f"{PAGE}/limits", {"openai-at_once": "3", "bedrock-at_once": "4", field: typed})
    assert answer.status_code == 422
    assert at(answer, field).startswith("Write a ")
    assert "Nothing was changed: 1 field cannot be as typed." in words(answer)
    assert f'name="{field}" value="{typed}"' in answer.text, "what was typed stays"
    assert 'name="bedrock-at_once" value="4"' in answer.text
    assert await config.get(LIMITS) == {} and await changes() == []


async def test_a_chain_is_set_in_its_order_and_emptied(admin: Browser) -> None:
    await admin.post(f"{PAGE}/chain", {"chain-0": "", "chain-1": "stability core", "chain-2": "openai gpt-image-2"})
    chain = [Choice(engine="stability", model="core"), Choice(engine="openai", model="gpt-image-2")]
    assert await config.get(FALLBACK) == chain
    page = await admin.get(PAGE)
    first = page.text.partition('id="chain-0"')[2].partition("</select>")[0]
    assert re.findall(r'value="([^"]+)" selected', first) == ["stability core"]
    assert "engines.fallback nobody stability core, then openai gpt-image-2" in words(page)
    await admin.post(f"{PAGE}/chain", {"chain-0": ""})
    assert await config.get(FALLBACK) == []


async def test_a_chain_names_engines_that_make_pictures_each_once(admin: Browser) -> None:
    sent: dict[str, str | list[str]] = {"chain-0": "openai gpt-image-2", "chain-1": "openai gpt-image-2"}
    twice = await admin.post(f"{PAGE}/chain", sent)
    assert twice.status_code == 422 and "already" in at(twice, "chain-1")
    for value in ("runway gen4_turbo", "nobody x", "openai gpt-image-1", "openai"):
        answer = await admin.post(f"{PAGE}/chain", {"chain-0": value})
        assert answer.status_code == 422 and "Choose an engine" in at(answer, "chain-0"), value
    assert await config.get(FALLBACK) == []
    await set_to(FALLBACK, [{"engine": "gone", "model": "old"}])
    kept = await admin.get(PAGE)
    assert '<option value="gone old" selected' in kept.text, "what stands there is not changed behind anybody's back"
    assert (await admin.post(f"{PAGE}/chain", {"chain-0": "gone old"})).status_code == 303


async def test_presets_are_added_changed_and_taken_away(admin: Browser) -> None:
    page = await admin.get(PAGE)
    fields: dict[str, str | list[str]] = {}
    for row, (name, one) in enumerate(presets().items()):
        assert f'value="{name}"' in page.text
        fields |= {f"name-{row}": name, f"preset-{row}": f"{one.engine} {one.model}"}
    added = {"name-3": "ON_PEOPLE", "preset-3": "fashn tryon-max"}
    assert (await admin.post(f"{PAGE}/presets", fields | added)).status_code == 303
    assert (await config.get(PRESETS))["ON_PEOPLE"] == Choice(engine="fashn", model="tryon-max")
    assert "engines.presets ON_PEOPLE: not there ON_PEOPLE: fashn tryon-max" in words(await admin.get(PAGE))
    used = fields | {"name-0": "", "name-1": "", "name-2": ""}
    refused = await admin.post(f"{PAGE}/presets", used)
    assert refused.status_code == 422 and "makes the style" in words(refused)
    assert "ON_PEOPLE" in await config.get(PRESETS)
    assert (await admin.post(f"{PAGE}/presets", fields)).status_code == 303
    assert await config.get(PRESETS) == presets()


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"name-0": "Fast", "preset-0": "stability core"}, "name-0", "capitals"),
        ({"name-0": "A", "preset-0": "x y", "name-1": "B", "preset-1": "stability core"}, "preset-0", "Choose"),
        ({"name-0": "A", "preset-0": "stability core", "name-1": "A", "preset-1": "stability core"}, "name-1", "twice"),
    ],
)
async def test_what_is_no_preset_stands_at_its_field(
    admin: Browser, fields: dict[str, str | list[str]], field: str, said: str
) -> None:
    answer = await admin.post(f"{PAGE}/presets", fields)
    assert answer.status_code == 422 and said in at(answer, field)
    assert await config.get(PRESETS) == presets()
