"""Replicate: FLUX.2 and pinned versions of open models, asked about until they are finished."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from packshot.engines.base import Cost, Done, Failed, GenerationRequest, Heard, Operation, Pending
from packshot.engines.http import Answer, NoAnswerError
from packshot.engines.pictures import Sent, sent, white_changes
from packshot.engines.vendor import Vendor, begun, done, paid, pause, prompt
from packshot.engines.webhooks import verified

DATA_URL_BYTES = 256_000  # what may stand in a request itself; larger files are uploaded first
CANCEL_AFTER = "55m"  # what has not begun by then is aborted and not charged: the picture's own deadline is near
_CONTENT = re.compile(r"nsfw|flagged|sensitive|moderat|safety|content policy|E005", re.I)


class Replicate(Vendor):
    id = "replicate"
    title = "Replicate"
    words = "Runs FLUX.2 with up to eight pictures, and open models in a pinned version."
    url = "https://api.replicate.com"
    others: ClassVar = {"WEBHOOK_SECRET": ("", "the signing secret of Replicate's webhooks, whsec_…")}

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation | Done | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model
        pictures = [await sent(reference) for reference in request.references]
        addresses: list[str] = []
        for name, data, mime in await _files(request, pictures):
            address = await self._address(name, data, mime)
            if isinstance(address, Failed):
                return address
            addresses.append(address)
        inputs = _INPUTS[str(model.own["inputs"])](request, addresses)
        version = model.own.get("version")
        path = "/v1/predictions" if version else f"/v1/models/{model.id}/predictions"
        body = {"input": inputs} | ({"version": version} if version else {}) | self._callback(key)
        answer = await self.sends(path, json=body, headers={"Cancel-After": CANCEL_AFTER})
        if isinstance(answer, Failed):
            return answer
        try:
            return begun(str(answer.json()["id"]), model=request.model, count=str(request.count))
        except (NoAnswerError, LookupError, TypeError):
            return self.unknown("sent an answer that makes no sense")

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        answer = await self.asks(f"/v1/predictions/{operation.id}")
        if not isinstance(answer, Answer):
            return answer
        try:
            told: dict[str, Any] = answer.json()
            status = told["status"]
        except (NoAnswerError, LookupError, TypeError):
            return Pending(pause())
        match status:
            case "succeeded":
                return await self._made(told, operation)
            case "failed":
                said = self.presentable(told.get("error"))
                if _CONTENT.search(said):
                    return self.moderated(said)
                return Failed("transient", f"{self.title} did not manage it: {said}", charged=None)
            case "canceled" | "aborted":
                charged = None if status == "canceled" else False
                return Failed("transient", f"{self.title} stopped it before it was finished.", charged=charged)
            case _:
                return Pending(pause())

    async def cancel(self, operation: Operation) -> None:
        await self.stops("POST", f"/v1/predictions/{operation.id}/cancel")

    def heard(self, headers: Mapping[str, str], body: bytes) -> Heard:
        told = verified(self.setting("WEBHOOK_SECRET"), headers, body)
        return Heard(headers["webhook-id"], str(told.get("id")))

    def _callback(self, key: str) -> dict[str, Any]:
        """Only where its signature can be checked."""
        if self.workplace.callback is None or not self.setting("WEBHOOK_SECRET"):
            return {}
        return {"webhook": self.workplace.callback(key), "webhook_events_filter": ["completed"]}

    async def _address(self, name: str, data: bytes, mime: str) -> str | Failed:
        """Where the vendor finds a picture: in the request if it is small, else uploaded, which costs nothing."""
        picture = Sent(data, mime, 0, 0)
        if len(data) <= DATA_URL_BYTES:
            return picture.data_url
        answer = await self.sends("/v1/files", parts=[("content", (name, data, mime))])
        if isinstance(answer, Failed):
            # Nothing was bought yet: whatever happened to the upload, it may be tried again.
            unpaid = answer.kind == "outcome_unknown"
            return Failed("transient", answer.words, "Try again later.") if unpaid else answer
        try:
            return str(answer.json()["urls"]["get"])
        except (NoAnswerError, LookupError, TypeError):
            return Failed("transient", f"{self.title} took a picture and did not say where it lies.")

    async def _made(self, told: Mapping[str, Any], operation: Operation) -> Pending | Done | Failed:
        output: Any = told.get("output")
        request = GenerationRequest(operation.state["model"], count=int(operation.state.get("count", "1")))
        cost = self._cost(told, request)
        files: list[bytes] = []
        for address in output if isinstance(output, list) else [output]:
            file = await self.collects(address)
            if not isinstance(file, bytes):
                return paid(file, cost)
            files.append(file)
        if not files:
            return paid(self.lost("says that it is finished and gives no picture"), cost)
        return done(request, files, cost, seed=_seed(told))

    def _cost(self, told: Mapping[str, Any], request: GenerationRequest) -> Cost:
        """Versions are billed by the second; official models by the picture, and do not say how much it was."""
        model = self.model(request)
        seconds: Any = (told.get("metrics") or {}).get("predict_time")
        if model is not None and "second" in model.own and isinstance(seconds, int | float):
            return Cost(round(seconds * float(model.own["second"]) * 1_000_000))
        return self.estimate(request)


async def _files(request: GenerationRequest, pictures: Sequence[Sent]) -> list[tuple[str, bytes, str]]:
    files = [(picture.name, picture.data, picture.mime) for picture in pictures]
    if request.mask is not None:
        files.append(("mask.png", await white_changes(request.mask, pictures[0]), "image/png"))
    return files


def _flux_2(request: GenerationRequest, addresses: Sequence[str]) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "prompt": prompt(request),
        "aspect_ratio": "custom",
        "width": request.width,
        "height": request.height,
        "output_format": "png",
    }
    return inputs | _seeded(request) | ({"input_images": list(addresses)} if addresses else {})


def _sdxl(request: GenerationRequest, addresses: Sequence[str]) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "prompt": prompt(request),
        "width": request.width,
        "height": request.height,
        "num_outputs": request.count,
    }
    if request.avoid:
        inputs["negative_prompt"] = request.avoid
    return inputs | _seeded(request) | dict(zip(("image", "mask"), addresses, strict=False))


def _seeded(request: GenerationRequest) -> dict[str, Any]:
    return {} if request.seed is None else {"seed": request.seed}


def _seed(told: Mapping[str, Any]) -> int | None:
    seed: Any = (told.get("input") or {}).get("seed")
    return seed if isinstance(seed, int) else None


_INPUTS = {"flux-2": _flux_2, "sdxl": _sdxl}
