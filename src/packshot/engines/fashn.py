"""FASHN: clothes and what else is worn, on a person of the customer's or one it makes up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from packshot.engines.base import Done, Failed, GenerationRequest, Heard, Operation, Pending
from packshot.engines.http import Answer, NoAnswerError
from packshot.engines.pictures import sent
from packshot.engines.vendor import IMAGE_BYTES, Vendor, begun, done, paid, pause, prompt
from packshot.errors import RefusedError

PICTURE_BYTES = 4 << 20
ANSWER_BYTES = IMAGE_BYTES * 4 // 3 + 65_536
_FAILURES = {"ContentModerationError": "moderated", "ImageLoadError": "refused", "PoseError": "refused"}


class Fashn(Vendor):
    id = "fashn"
    title = "FASHN"
    words = "Shows clothes, shoes, bags and jewellery worn by a person."
    url = "https://api.fashn.ai"

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model and model.capabilities.sizes
        # With return_base64 the picture stays on none of the vendor's servers.
        inputs: dict[str, Any] = {"output_format": "png", "return_base64": True}
        for reference in request.references:
            name = str(model.own["product"]) if reference.role == "product" else "model_image"
            if name in inputs:
                return Failed("refused", f"{model.title} takes one {reference.role}.", "Leave the others out.")
            inputs[name] = (await sent(reference, PICTURE_BYTES)).data_url
        ratio, _, resolution = model.capabilities.sizes[f"{request.width}x{request.height}"].partition(" ")
        if ratio:
            inputs |= {"aspect_ratio": ratio, "resolution": resolution}
        if words := prompt(request):
            inputs["prompt"] = words
        if request.seed is not None:
            inputs["seed"] = request.seed
        order: dict[str, Any] = {"model_name": request.model, "inputs": inputs}
        if self.workplace.callback is not None:
            order["webhook_url"] = self.workplace.callback(key)
        answer = await self.sends("/v1/run", json=order)
        if isinstance(answer, Failed):
            return answer
        try:
            told: dict[str, Any] = answer.json()
            if told.get("error"):
                return self._failed(told["error"])
            return begun(str(told["id"]), model=request.model)
        except (NoAnswerError, LookupError, TypeError, AttributeError):
            return self.unknown("sent an answer that makes no sense")

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        answer = await self.asks(f"/v1/status/{operation.id}", max_bytes=ANSWER_BYTES)
        if not isinstance(answer, Answer):
            return answer
        try:
            told: dict[str, Any] = await asyncio.to_thread(answer.json)
            status = told["status"]
        except (NoAnswerError, LookupError, TypeError):
            return Pending(pause())
        if status == "failed":
            return self._failed(told.get("error"))
        if status != "completed":
            return Pending(pause())
        output: Any = told.get("output")
        file = await self.collects(output[0] if isinstance(output, list) and output else None)
        cost = self.estimate(GenerationRequest(operation.state["model"]))
        if not isinstance(file, bytes):
            return paid(file, cost)
        return done(GenerationRequest(operation.state["model"]), [file], cost)

    def heard(self, headers: Mapping[str, str], body: bytes) -> Heard:
        """No signature of its webhooks is known: the address that only FASHN was given has to do."""
        try:
            told = json.loads(body)
            return Heard(f"{told['id']}:{told['status']}", str(told["id"]))
        except (ValueError, LookupError, TypeError):
            raise RefusedError("This does not say what it is about.") from None

    async def cancel(self, operation: Operation) -> None:
        """The vendor has no way to stop one."""

    def is_unpaid(self, answer: Answer) -> bool:
        return answer.status == 429 and b"OutOfCredits" in answer.body

    def _failed(self, error: Any) -> Failed:
        name, said = (error.get("name"), error.get("message")) if isinstance(error, dict) else (None, error)
        words = self.presentable(said)
        match _FAILURES.get(str(name), "invalid" if name == "InputValidationError" else "transient"):
            case "moderated":
                return self.moderated(words)
            case "refused":
                return Failed("refused", f"{self.title} cannot use a photo: {words}", "Use another photo.")
            case "invalid":
                return Failed("invalid", f"{self.title} refused the request: {words}")
            case _:
                return Failed("transient", f"{self.title} did not manage it: {words}", charged=None)
