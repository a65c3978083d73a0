"""What engines are told of a painted style: within the prompt, within the model's limit, and shown so to operators."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packshot.engines.base import GenerationRequest, Model
from packshot.engines.check import against_capabilities
from packshot.engines.models import models_of
from packshot.engines.vendor import prompt
from packshot.shoots.directed import directed
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.told import told
from packshot.styles.library import Style, style
from packshot.words.families import families, family_of

READERS = [
    (engine, model)
    for engine in ("openai", "stability", "replicate", "fashn", "runway", "bedrock")
    for model in models_of(engine)
    if model.capabilities.words
]


@pytest.mark.parametrize(("engine", "model"), READERS, ids=lambda one: str(getattr(one, "id", one)))
def test_a_long_style_and_long_words_stay_within_the_limit(engine: str, model: Model) -> None:
    most = min(model.capabilities.characters, families()[family_of(engine, model.id)].most)
    asked = GenerationRequest(model.id, style="A look {with} braces. " * 90, words="leather bag, handstitched, " * 400)
    made = directed(asked, Shoot(market="IN"), Generation(pose="", variation={}), engine, model)
    assert len(prompt(made)) <= most and "leather bag" in made.words
    alone = directed(replace(asked, words=""), Shoot(market=""), Generation(pose="", variation={}), engine, model)
    assert "A look (with) braces" in prompt(alone) and len(prompt(alone)) <= most


def test_words_and_style_together_are_held_against_what_a_model_reads() -> None:
    model = models_of("runway")[0]
    room = model.capabilities.characters - len(" Style: calm.")
    wanted = GenerationRequest(
        model.id, kind="video", width=1280, height=720, seconds=5, style="calm", words="x" * room
    )
    assert not [one for one in against_capabilities(wanted, model) if one.field == "words"]
    longer = replace(wanted, words="x" * (room + 1))
    assert [one for one in against_capabilities(longer, model) if one.field == "words"]


def test_an_operator_sees_what_a_style_is_cut_to() -> None:
    found = style("snow-princess")
    assert found
    plain = told(found)
    assert plain and not plain.short and len(plain.prompt) < plain.most
    flux = found.preset.model_copy(
        update={"engine": "replicate", "model": models_of("replicate")[0].id, "preset": "", "prompt": "A look. " * 240}
    )
    cut = told(Style(flux))
    assert cut and "style" in cut.short and len(cut.prompt) <= cut.most == 1800 and "A look." in cut.prompt
