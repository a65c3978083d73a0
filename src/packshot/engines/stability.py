"""Stability AI's v2beta: pictures from words, masked changes, and new backgrounds with fitting light."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from packshot.engines.base import Done, Failed, GenerationRequest, Model, Operation, Pending, Unsupported
from packshot.engines.http import Answer, NoAnswerError, Part
from packshot.engines.pictures import Sent, from_base64, sent, white_changes
from packshot.engines.vendor import Vendor, begun, done, pause, prompt

ANSWER_BYTES = 48 << 20
PICTURE_BYTES = 9 << 20  # of a request; the vendor takes 10 MiB altogether
HIGHEST_SEED = 2**32 - 2


class Stability(Vendor):
    id = "stability"
    title = "Stability AI"
    words = "Paints pictures from words, changes what a mask allows, and relights products on new backgrounds."
    url = "https://api.stability.ai"
    deadline_s = 180.0

    def check(self, request: GenerationRequest) -> list[Unsupported]:
        refusals = super().check(request)
        if request.seed is not None and not 0 < request.seed <= HIGHEST_SEED:  # 0 is the vendor's word for any
            refusals.append(
                Unsupported("seed", f"{self.title} has no seed {request.seed}.", f"Seeds go from 1 to {HIGHEST_SEED}.")
            )
        return refusals

    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Operation | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model
        path = f"/v2beta/{model.own['endpoint']}"
        relights = path.endswith("relight")
        picture = await sent(request.references[0], PICTURE_BYTES) if request.references else None
        if picture and (picture.width, picture.height) != (request.width, request.height):
            words = f"The photo is {picture.width}×{picture.height}, and {model.title} keeps its photo's size."
            return Failed("refused", words, "Ask for that size.")
        parts = await _parts(request, model, picture, relights)
        answer = await self.sends(path, parts=parts, max_bytes=ANSWER_BYTES)
        if isinstance(answer, Failed):
            return answer
        return self._begun(answer, request) if relights else await self._made(answer, request)

    def _begun(self, answer: Answer, request: GenerationRequest) -> Operation | Failed:
        try:
            return begun(str(answer.json()["id"]), model=request.model)
        except (NoAnswerError, LookupError, TypeError):
            return self.unknown("sent an answer that makes no sense")

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        answer = await self.asks(f"/v2beta/results/{operation.id}", max_bytes=ANSWER_BYTES)
        if not isinstance(answer, Answer):
            return answer
        if answer.status == 202:
            return Pending(pause())
        return await self._made(answer, GenerationRequest(operation.state["model"]))

    async def cancel(self, operation: Operation) -> None:
        """The vendor has no way to stop one."""

    async def _made(self, answer: Answer, request: GenerationRequest) -> Done | Failed:
        try:
            told: dict[str, Any] = await asyncio.to_thread(answer.json)
            reason, data = told["finish_reason"], from_base64(told.get("image") or told.get("result"))
        except (NoAnswerError, LookupError, TypeError, AttributeError):
            return self.unknown("sent an answer that makes no sense")
        if reason == "CONTENT_FILTERED":  # with a blurred picture, and a status that says all is well
            return self.moderated()
        file = self.whole(data or b"")
        if isinstance(file, Failed):
            return replace(file, cost=self.estimate(request))
        seed = told.get("seed")
        return done(request, [file], self.estimate(request), seed=seed if isinstance(seed, int) else request.seed)

    def is_moderated(self, answer: Answer) -> bool:
        return answer.status == 403 and b"moderation" in answer.body

    def failed(self, answer: Answer) -> Failed:
        if answer.status == 403 and not self.is_moderated(answer):
            return Failed("auth", f"{self.title} does not allow this to the operator's key.")
        return super().failed(answer)


async def _parts(request: GenerationRequest, model: Model, picture: Sent | None, relights: bool) -> list[Part]:
    fields: dict[str, str] = {"background_prompt" if relights else "prompt": prompt(request), "output_format": "png"}
    if model.capabilities.sizes:
        fields["aspect_ratio"] = model.capabilities.sizes[f"{request.width}x{request.height}"]
    if "model" in model.own:
        fields["model"] = str(model.own["model"])
    if relights:
        fields["preserve_original_subject"] = "0.95"  # the product is what is sold
    if request.avoid:
        fields["negative_prompt"] = request.avoid
    if request.seed is not None:
        fields["seed"] = str(request.seed)
    parts: list[Part] = [(name, (None, value)) for name, value in fields.items()]
    if picture:
        parts.append(("subject_image" if relights else "image", (picture.name, picture.data, picture.mime)))
        if request.mask is not None:
            parts.append(("mask", ("mask.png", await white_changes(request.mask, picture), "image/png")))
    return parts
