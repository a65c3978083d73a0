"""The embedded studio as an engine: the real product, cut out of its photo and photographed again on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, cast
from zlib import crc32

from packshot.engines.base import (
    Artefact,
    Capabilities,
    Cost,
    Done,
    Engine,
    Failed,
    GenerationRequest,
    Model,
    Reference,
)
from packshot.errors import DecisionNeededError

if TYPE_CHECKING:
    from packshot.studio.cutout.result import Cutout
    from packshot.studio.framing import Framing


class Studio(Engine):
    id = "studio"
    title = "Embedded studio"
    words = "Re-photographs your own product photo. Product pixels are kept. No key, no network, no GPU."
    works = "here"

    @classmethod
    def models(cls) -> Sequence[Model]:
        from packshot.studio.framing import FRAMINGS
        from packshot.studio.scene.library import SCENES

        return (
            Model(
                id="studio-1",
                title="Embedded studio",
                capabilities=Capabilities(
                    references=1,
                    needs_product=True,
                    words=False,
                    seed=True,
                    depth=16,
                    styles=frozenset(SCENES),
                    framings=frozenset(FRAMINGS),
                    stages=True,
                    keeps_product=True,
                    submits="idempotent",
                ),
                price=Cost(0),
                licence="MIT",
                commercial=True,
                as_of=date(2026, 11, 21),
                source="https://github.com/packshot/packshot",
            ),
        )

    def prepare(self, reference: Reference) -> None:
        self._cut(reference)

    def _cut(self, photo: Reference) -> Cutout:
        from packshot.imaging.decode import LIMITS, OWN_LIMITS
        from packshot.studio.cutout.file import cut_file

        return cut_file(
            photo.data,
            name=photo.name,
            alpha=photo.alpha,
            cache_dir=self.workplace.cache_dir,
            cache_mb=self.workplace.cache_mb,
            # Whose outline is known was opened before: it is a master of ours.
            limits=LIMITS if photo.alpha is None else OWN_LIMITS,
        )

    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Failed:
        """Cuts out, stages and composes on this thread: up to a few seconds of work, no waiting."""
        from packshot.imaging.photo import Photo
        from packshot.studio.compose import compose
        from packshot.studio.scene.library import SCENES
        from packshot.studio.staging import staged

        photo = request.references[0]
        cutout = self._cut(photo)
        findings = {
            "cutout_confidence": round(cutout.confidence, 3),
            "cutout_verdict": cutout.verdict,
            "cutout_reasons": ", ".join(reason.code for reason in cutout.reasons),
            "view": photo.view or cutout.view,
            "elevation": cutout.elevation,
        }
        seen = photo.approved and (cutout.verdict == "ask" or photo.alpha is not None)
        if cutout.verdict != "accept" and not seen:
            return Failed(
                "refused" if cutout.verdict == "refuse" else "undecided",
                " ".join(reason.words for reason in cutout.reasons),
                cutout.reasons[0].remedy,
                facts=findings,
            )
        seed = crc32(key.encode()) if request.seed is None else request.seed
        scene, framing = SCENES[request.style], request.framing
        if request.staging is not None:
            scene, framing = staged(scene, request.staging), request.staging.framing
        try:
            picture = compose(
                cutout,
                scene,
                width=request.width,
                height=request.height,
                seed=seed,
                framing=cast("Framing", framing),
                view=photo.view or cutout.view,
                depth=request.depth,
            )
        except DecisionNeededError as question:
            return Failed("undecided", question.message, question.remedy, facts=findings)
        return Done((Artefact(Photo(picture.pixels), seed=seed, facts=findings),), warnings=picture.warnings)
