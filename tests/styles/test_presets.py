"""The styles that come with Packshot: enough of them, sound, and what their engines really do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from packshot.engines.base import GenerationRequest, Reference
from packshot.engines.check import against_capabilities, against_licence
from packshot.errors import BadInputError
from packshot.plates.ask import outlined
from packshot.shoots.told import told, way
from packshot.studio.scene.library import SCENES
from packshot.styles.direction import look, look_of, sample_of
from packshot.styles.files import presets, shipped, together
from packshot.styles.filters import Filters, found
from packshot.styles.library import Style, library, styles
from packshot.styles.preset import CATEGORIES, Preset
from packshot.styles.template import SAMPLE, check, filled
from packshot.web.assets import FOLDER

PAINTED: dict[str, Any] = {
    "slug": "sea",
    "title": "Sea",
    "category": "season",
    "words": "By the sea.",
    "engine": "BALANCED",
    "prompt": "A beach.",
    "needs": ["product"],
}
STAGED: dict[str, Any] = {
    "slug": "own-white",
    "title": "Ours",
    "category": "studio",
    "words": "White.",
    "scene": "white",
    "needs": ["product"],
}


def test_there_are_styles_of_every_category_and_those_that_were_promised() -> None:
    assert len(shipped()) >= 36
    assert {preset.category for preset in shipped().values()} == set(CATEGORIES)
    assert {"snow-princess", "red-carpet", "cyberpunk", "linkedin-headshot"} <= set(shipped())
    assert any(preset.featured for preset in shipped().values()) and any(one.pro for one in shipped().values())
    assert {one.preset.engine for one in library()} >= {"BEST_QUALITY", "BALANCED", "FAST"}


def test_every_scene_is_a_style_and_is_called_as_the_scene_is() -> None:
    assert [style.slug for style in styles()][: len(SCENES)] == list(SCENES)
    for slug, scene in SCENES.items():
        preset = shipped()[slug]
        assert (preset.scene, preset.title, preset.words, preset.framing) == (
            slug,
            scene.title,
            scene.words,
            "standard",
        )


@pytest.mark.parametrize("style", library(), ids=lambda style: style.slug)
def test_the_engine_of_a_style_can_do_what_it_asks_for(style: Style) -> None:
    preset, model, how = style.preset, style.model, way(style)
    assert model is not None and how, f"{style.engine} has no model {preset.model!r}"
    assert not list(against_licence(model, model.as_of))
    assert how == ("kept" if style.embedded else how)
    if "product" in preset.needs and "person" not in preset.needs and preset.kind == "image" and not preset.mode:
        assert how != "redraw" or style.engine == "fashn", "products are kept wherever that is possible"
    words = sample_of(preset)
    width, height = map(int, (preset.size or "1024x1024").split("x"))
    said = look(preset, words=words)
    wanted = GenerationRequest(
        model=model.id,
        kind=preset.kind,
        width=width,
        height=height,
        style=said.style,
        framing=said.framing,
        words="" if style.embedded else words,
        seconds=preset.seconds,
        references=tuple(Reference(b"", role=need) for need in preset.needs if need != "words"),
    )
    asked = outlined(wanted, model, style.engine, how)
    assert against_capabilities(asked, model) == []
    if not style.embedded:
        heard = told(style)
        assert heard and heard.way == how and not heard.short
        assert all(part in f"{heard.prompt} {heard.avoid}" for part in (said.style, *preset.avoid)), heard


@pytest.mark.parametrize("style", library(), ids=lambda style: style.slug)
def test_a_style_covers_what_it_costs_and_shows_no_made_up_picture(style: Style) -> None:
    assert bool(style.thumbnail) == style.embedded
    if style.thumbnail:
        assert (FOLDER / style.thumbnail).stat().st_size < 60_000
    if not style.embedded:
        assert style.credits >= (20 if style.preset.kind == "video" else 4) and style.cost.micros > 0


def test_thumbnails_are_light() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("style-*.webp")) < 600_000


@pytest.mark.parametrize(
    ("base", "change", "words"),
    [
        (PAINTED, {"colour": "red"}, "colour"),
        (PAINTED, {"slug": "Sea Side"}, "slug"),
        (PAINTED, {"category": "seaside"}, "category"),
        (PAINTED, {"credits": "4"}, "credits"),
        (PAINTED, {"credits": -1}, "credits"),
        (PAINTED, {"credits": True}, "credits"),
        (PAINTED, {"title": ""}, "title"),
        (PAINTED, {"title": "x" * 61}, "title"),
        (PAINTED, {"prompt": ""}, "write a prompt"),
        (PAINTED, {"needs": []}, "needs"),
        (PAINTED, {"needs": ["money"]}, "needs"),
        (PAINTED, {"scene": "white"}, "one of the two"),
        (PAINTED, {"engine": ""}, "one of the two"),
        (PAINTED, {"size": "big"}, "width x height"),
        (PAINTED, {"kind": "video"}, "seconds"),
        (PAINTED, {"seconds": 5}, "seconds"),
        (PAINTED, {"framing": "close"}, "framings"),
        (PAINTED, {"mode": "repaint"}, "mode"),
        (PAINTED, {"avoid": ["one, two"]}, "avoid"),
        (STAGED, {"scene": "moon"}, "no scene 'moon'"),
        (STAGED, {"prompt": "Blue."}, "no prompt"),
        (STAGED, {"needs": ["person"]}, "photo of the product"),
        (STAGED, {"framing": "sideways"}, "sideways"),
    ],
)
def test_a_preset_that_cannot_be_meant_is_refused(base: dict[str, Any], change: dict[str, Any], words: str) -> None:
    Preset.model_validate(base)
    with pytest.raises(ValidationError, match=words):
        Preset.model_validate(base | change)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% for one in range(999999) %}x{% endfor %}", "cannot contain"),
        ("{{ 'a' * 999999999 }}", "cannot contain"),
        ("{{ words.upper() }}", "cannot contain"),
        ("{% include 'openai.v1.j2' %}", "cannot contain"),
        ("{% macro m() %}{% endmacro %}", "cannot contain"),
        ("{{ ''.__class__.__mro__ }}", "filled in"),
        ("{{ nothing }}", "called 'nothing'"),
        ("{{ words | tojson }}", "no filter 'tojson'"),
        ("{{ said.colour }}", "filled in"),
        ("{{ said.color[0] }}", "filled in"),  # where no colour was said
        ("{% if said.color %}", "no template"),
        ("{{ words", "no template"),
    ],
)
def test_a_template_says_something_and_does_nothing(source: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        check(source)


def test_a_template_knows_the_description() -> None:
    source = 'Paper{% if said.color %} beside {{ said.color | join(" and ") }}{% endif %}. {{ words }}'
    assert filled(source, SAMPLE) == f"Paper beside burgundy. {SAMPLE}"
    assert filled(source) == "Paper."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slug: sea", "no list"),
        ("- sea", "style 1 is not a style"),
        ("- {slug: sea, slug: lake}", "twice"),
        ("- {slug: sea, scene: white, needs: [product]}", r"style 1 \(sea\).*title.*words"),
        ("- &a [*a]", "cannot be read|not a style"),
        ("- !!python/object/apply:os.system [ls]", "cannot be read"),
        ("- {slug: [", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        presets(text, "mine.yaml", "studio")


def test_a_slug_stands_once() -> None:
    one = Preset.model_validate(PAINTED)
    with pytest.raises(BadInputError, match="'sea' stands twice"):
        together([[one], [one]])


def test_filters_find_what_one_looks_for() -> None:
    def slugs(**wanted: Any) -> set[str]:
        return {style.slug for style in found(library(), Filters(**wanted))}

    everything = slugs()
    assert slugs(category="headshots") == {s for s, one in shipped().items() if one.category == "headshots"}
    assert slugs(engine="ai") | slugs(engine="studio") == everything and not slugs(engine="ai") & slugs(engine="studio")
    assert slugs(plan="pro") | slugs(plan="free") == everything and "cyberpunk" in slugs(plan="pro")
    assert slugs(kind="video") == {"slow-turn", "light-sweep", "story-reveal", "cinema-ad"}
    assert slugs(most=0) == slugs(engine="studio"), "the studio is free unless its price is set"
    assert slugs(fits="Snow princess") == {"snow-princess"} and slugs(fits="zzz") == set()
    assert "concept-art" in slugs(needs="words")
    assert [one.slug for one in found(library(), Filters(), ["terrace", "wood"])][:2] == ["terrace", "wood"]
    assert Filters(fits="a b", most=0, favourites=True).url(category="food") == (
        "/styles?fits=a+b&category=food&most=0&favourites=yes"
    )


def test_a_style_of_an_engines_own_is_told_by_its_name() -> None:
    assert look_of("neon-noir").style == "neon-noir"
    scene = look_of("marketplace-main", avoid="people")
    assert (scene.style, scene.framing, scene.avoid) == ("white", "close", "people")
    assert look_of("marketplace-main", "wide").framing == "wide"
    assert look_of("unboxing", avoid="cats").avoid == "lettering, hands, faces, cats"
    own = Preset.model_validate(PAINTED | {"prompt": "Around {{ words }}."})
    assert look(own, words="a {{ mug }}").style == "Around a (( mug ))"
