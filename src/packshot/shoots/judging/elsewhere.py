"""Another engine for a picture that the ordered one did not get right."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines import registry
from packshot.engines.base import Engine, GenerationRequest
from packshot.shoots.makers import maker


def elsewhere(engine: Engine, asked: GenerationRequest) -> tuple[str, str]:
    """Another engine that is configured and can make what was `asked`, and its model; ("", "") where there is none.

    Never one that costs the operator more than the one that was ordered. Those that keep the product's pixels first.
    """
    most = engine.estimate(asked).micros
    found: list[tuple[bool, int, str, str]] = []
    for id in registry().classes:
        other = maker(id)
        if id == engine.id or other.missing:
            continue
        for model in list(other.known.values())[:1]:
            can = model.capabilities
            request = replace(asked, model=model.id, seed=asked.seed if can.seed else None)
            cost = other.estimate(request).micros
            if cost <= most and not other.check(request):
                found.append((not can.keeps_product, cost, id, model.id))
    return min(found)[2:] if found else ("", "")
