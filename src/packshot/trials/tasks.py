"""What workers do for a trial: a few pictures of its photo, one after another."""

from __future__ import annotations

import asyncio
from uuid import UUID

from packshot.engines import engine
from packshot.engines.base import Done, GenerationRequest, Reference
from packshot.errors import BadInputError, NotFoundError
from packshot.settings import settings
from packshot.storage import storage
from packshot.tasks import task
from packshot.trials.trial import STYLES, Trial, trial

SIDE = 768
SEED = 1
UNSURE = "Packshot is not sure of this outline. With an account you look at it, and mend it, before you shoot."


@task(queue="cpu")
async def make(*trial_ids: UUID) -> None:
    """Makes the pictures of these trials."""
    for id in trial_ids:
        try:
            await _make(await trial(id))
        except NotFoundError:
            continue


async def _make(tried: Trial) -> None:
    photo = Reference(await storage().get(tried.photo_key), name=tried.name, approved=True)
    for style in STYLES:
        if style in tried.made:
            continue
        try:
            picture = await asyncio.to_thread(_picture, tried, photo, style)
        except BadInputError as refusal:
            tried.words, tried.remedy = refusal.message, refusal.remedy
            break
        if picture is None:
            break
        await storage().put(tried.picture_key(style), picture)
        tried.made.append(style)
        await tried.keep()
    tried.done = True
    await tried.keep()


def _picture(tried: Trial, photo: Reference, style: str) -> bytes | None:
    """A WebP file; None where there is no picture, and `tried` says why."""
    from packshot.imaging.finish import finish
    from packshot.imaging.photo import Photo

    studio = engine("studio", settings())
    request = GenerationRequest(model="studio-1", width=SIDE, height=SIDE, style=style, seed=SEED, references=(photo,))
    result = asyncio.run(studio.submit(request, key=str(tried.id)))
    if not isinstance(result, Done):
        tried.words, tried.remedy = getattr(result, "words", ""), getattr(result, "remedy", "")
        return None
    artefact = result.artefacts[0]
    if artefact.facts.get("cutout_verdict") == "ask":
        tried.unsure = (
            "Packshot is not sure of this outline. With an account you look at it, and mend it, before you shoot."
        )
    assert isinstance(artefact.content, Photo)
    return finish(artefact.content.pixels, [(SIDE, SIDE)], "webp")[0].data
