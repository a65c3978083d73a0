"""Runway: a short video from one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from packshot.engines.base import Cost, Done, Failed, GenerationRequest, Operation, Pending, lasts
from packshot.engines.http import Answer, NoAnswerError
from packshot.engines.pictures import sent
from packshot.engines.vendor import Vendor, begun, done, paid, pause, prompt

PICTURE_BYTES = 3_700_000  # 5 MB as base64
CREDIT_MICROS = 10_000


class Runway(Vendor):
    id = "runway"
    title = "Runway"
    words = "Makes a video of a few seconds from a picture."
    url = "https://api.dev.runwayml.com"
    usual_patience_s = 600.0  # as long as its own SDK waits

    @property
    def headers(self) -> dict[str, str]:
        return super().headers | {"X-Runway-Version": "2024-11-06"}

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model and model.capabilities.sizes
        seconds = lasts(request, model)
        body: dict[str, Any] = {
            "model": request.model,
            "promptImage": (await sent(request.references[0], PICTURE_BYTES)).data_url,
            "ratio": model.capabilities.sizes[f"{request.width}x{request.height}"],
            "duration": seconds,
        }
        if words := prompt(request):
            body["promptText"] = words
        if request.seed is not None:
            body["seed"] = request.seed
        answer = await self.sends("/v1/image_to_video", json=body)
        if isinstance(answer, Failed):
            return answer
        try:
            return begun(str(answer.json()["id"]), model=request.model, seconds=str(seconds))
        except (NoAnswerError, LookupError, TypeError):
            return self.unknown("sent an answer that makes no sense")

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        answer = await self.asks(f"/v1/tasks/{operation.id}")
        if not isinstance(answer, Answer):
            return answer
        try:
            told: dict[str, Any] = answer.json()
            status = told["status"]
        except (NoAnswerError, LookupError, TypeError):
            return Pending(pause())
        match status:
            case "SUCCEEDED":
                return await self._made(told, operation)
            case "FAILED":
                return self._failed(told)
            case "CANCELLED":
                words = f"{self.title} stopped it."
                return Failed("transient", words, charged=_charged(told), cost=_cost(told) or Cost())
            case _:
                progress: Any = told.get("progress")
                return Pending(pause(), progress if isinstance(progress, float) else None)

    async def cancel(self, operation: Operation) -> None:
        await self.stops("DELETE", f"/v1/tasks/{operation.id}")

    async def _made(self, told: dict[str, Any], operation: Operation) -> Pending | Done | Failed:
        output: Any = told.get("output")
        file = await self.collects(output[0] if isinstance(output, list) and output else None, video=True)
        request = GenerationRequest(operation.state["model"], seconds=int(operation.state["seconds"]))
        cost = _cost(told) or self.estimate(request)
        return done(request, [file], cost) if isinstance(file, bytes) else paid(file, cost)

    def is_unpaid(self, answer: Answer) -> bool:
        return answer.status == 400 and "enough credits" in self.said(answer)

    def _failed(self, told: dict[str, Any]) -> Failed:
        """With what it took all the same: where its rules forbid a picture, that may be all of it."""
        return replace(self._said(told), charged=_charged(told), cost=_cost(told) or Cost())

    def _said(self, told: dict[str, Any]) -> Failed:
        code = str(told.get("failureCode", ""))
        said = self.presentable(told.get("failure"))
        if code.startswith("SAFETY"):
            return self.moderated(said)
        if code.startswith(("ASSET", "INPUT_PREPROCESSING")):
            return Failed("refused", f"{self.title} cannot use the photo: {said}", "Use another.")
        return Failed("transient", f"{self.title} did not manage it: {said}")


def _cost(told: dict[str, Any]) -> Cost | None:
    try:
        return Cost(round(told["cost"]["credits"] * CREDIT_MICROS))
    except (LookupError, TypeError):
        return None


def _charged(told: dict[str, Any]) -> bool | None:
    cost = _cost(told)
    return None if cost is None else cost.micros > 0
