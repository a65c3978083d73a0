"""What the styles of a brief settle: who makes it, and whether the account and what it brings are enough for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from packshot.db import Direct
from packshot.engines.base import Failed, Reference, Unsupported
from packshot.shoots.brief import Brief
from packshot.shoots.videos import of_one_kind
from packshot.styles.library import Style, made_by, of, style
from packshot.styles.plans import is_pro_direct
from packshot.styles.preset import NEEDS

_BRING = {
    "product": "Add a photo of it whose cutout is approved.",
    "person": "Choose a model of yours with photos, or add one from a selfie.",
    "words": "Describe what to show.",
}


def settled(brief: Brief) -> Brief:
    """`brief` with the engine, the model and the mode of its styles where it says none of these itself.

    A BadInputError where its styles are made by several engines, or are videos and pictures: a shoot has one.
    """
    styles = of(brief.styles)
    of_one_kind(styles)
    modes = {one.preset.mode for one in styles}
    if brief.mode is None and len(modes) == 1 and modes != {None}:
        brief = brief.model_copy(update={"mode": modes.pop()})
    if not styles or brief.preset is not None or "engine" in brief.model_fields_set:
        return brief
    engine, model = made_by(brief.styles, brief.engine)
    return brief.model_copy(update={"engine": engine, "model": brief.model or model or None})


async def against_styles(session: Direct, account_id: UUID, brief: Brief, has_photos: bool) -> list[Unsupported]:
    """Everything that keeps this account from having this brief in its styles; empty means nothing does."""
    styles = of(brief.styles)
    refused = [*_not_offered(styles), *_missing(styles, brief, has_photos)]
    locked = [one for one in styles if one.preset.pro]
    if locked and not await is_pro_direct(session, account_id):
        refused += [
            Unsupported(
                "style",
                f"{one.title} comes with the plan Pro, and this account is not on it.",
                "Change to a plan with Pro styles (see /pricing), or choose a style without the mark Pro.",
            )
            for one in locked
        ]
    return refused


def lacking(slug: str, references: Sequence[Reference]) -> Failed | None:
    """Why nothing is sent for a picture whose style needs photos that are gone by now; None where all are there."""
    found = style(slug)
    if found is None or found.embedded:
        return None
    has: set[str] = {"words", *(reference.role for reference in references)}
    for need in found.preset.needs:
        if need not in has:
            return Failed("refused", f"{found.title} needs {NEEDS[need]}, and there is none any more.", _BRING[need])
    return None


def _not_offered(styles: Sequence[Style]) -> Iterator[Unsupported]:
    for one in styles:
        if not one.active:
            yield Unsupported("style", f"{one.title} is not offered any more.", "Choose another style (see /styles).")


def _missing(styles: Sequence[Style], brief: Brief, has_photos: bool) -> Iterator[Unsupported]:
    has = {"product": has_photos, "person": brief.talent_id is not None, "words": bool(brief.words.strip())}
    for one in styles:
        for need in one.preset.needs:
            # The embedded studio says so itself, with the photos that it cannot do without.
            if not has[need] and not one.embedded:
                yield Unsupported("style", f"{one.title} needs {NEEDS[need]}.", _BRING[need])
