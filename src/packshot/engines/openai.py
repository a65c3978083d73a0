"""OpenAI's image models: pictures from words, and from up to sixteen pictures and a mask."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from packshot.engines.base import Cost, Done, Failed, GenerationRequest, Model, Unsupported
from packshot.engines.http import Answer, NoAnswerError, Part
from packshot.engines.pictures import clear_changes, from_base64, is_picture, sent
from packshot.engines.vendor import Vendor, done, prompt

ANSWER_BYTES = 64 << 20
REFERENCE_TOKENS = 1_700  # of a picture that is sent, more than any is said to count
CHARACTERS_A_TOKEN = 2  # of a prompt, fewer than any language needs


class OpenAI(Vendor):
    id = "openai"
    title = "OpenAI"
    words = "Paints pictures from words, around your product, or anew from up to sixteen pictures."
    url = "https://api.openai.com/v1"
    deadline_s = 300.0
    others: ClassVar = {
        "QUALITY": ("high", "low, medium or high; xhigh and max with GPT Image 2.5"),
        "MODERATION": ("auto", "auto, or low for less strict rules; for pictures made of words alone"),
    }
    sense: ClassVar = {
        "QUALITY": (re.compile(r"low|medium|high|xhigh|max"), "low, medium, high, xhigh or max"),
        "MODERATION": (re.compile(r"auto|low"), "auto or low"),
    }

    def check(self, request: GenerationRequest) -> list[Unsupported]:
        refusals = super().check(request)
        model, quality = self.model(request), self.setting("QUALITY")
        if model is not None and quality not in model.own:
            remedy = f"Choose another model, or have the operator set {self.full('QUALITY')}."
            refusals.append(Unsupported("model", f"{model.title} has no quality {quality!r}.", remedy))
        return refusals

    def estimate(self, request: GenerationRequest) -> Cost:
        model = self.model(request)
        if model is None:
            return Cost()
        each = float(model.own.get(self.setting("QUALITY"), 0)) * 1_000_000
        pictures = len(request.references) * REFERENCE_TOKENS * float(model.own["image_in"])
        words = len(prompt(request)) / CHARACTERS_A_TOKEN * float(model.own["text_in"])
        return Cost(request.count * round(each + pictures + words))

    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model
        fields = {
            "model": model.own.get("version", model.id),
            "prompt": prompt(request),
            "n": request.count,
            "size": f"{request.width}x{request.height}",
            "quality": self.setting("QUALITY"),
            "output_format": "png",
        }
        if request.whose:
            fields["safety_identifier"] = request.whose
        if request.references:
            parts = await _parts(request, fields)
            answer = await self.sends("/images/edits", parts=parts, max_bytes=ANSWER_BYTES)
        else:
            fields["moderation"] = self.setting("MODERATION")
            answer = await self.sends("/images/generations", json=fields, max_bytes=ANSWER_BYTES)
        return answer if isinstance(answer, Failed) else await self._made(request, model, answer)

    async def _made(self, request: GenerationRequest, model: Model, answer: Answer) -> Done | Failed:
        try:
            told = await asyncio.to_thread(answer.json)
            files = [file for one in told["data"] if (file := from_base64(one.get("b64_json")))]
        except (NoAnswerError, LookupError, TypeError, AttributeError):
            return self.unknown("sent an answer that makes no sense")
        cost = _cost(told.get("usage"), model) or self.estimate(request)
        if not files or not all(map(is_picture, files)):
            return replace(self.lost("sent something that is no picture"), cost=cost)
        return done(request, files, cost)

    async def retirements(self) -> Mapping[str, date]:
        """A model ends with the version of it that is asked for, if that goes first."""
        answer = await self.asks("/models")
        if not isinstance(answer, Answer):
            raise LookupError(f"{self.title} does not list its models.")
        try:
            said = {
                str(one["id"]): date.fromisoformat(one["shutdown_date"][:10])
                for one in answer.json()["data"]
                if one.get("shutdown_date")
            }
        except (NoAnswerError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise LookupError(f"{self.title}'s list of models makes no sense.") from error
        names = {model.id: {model.id, str(model.own.get("version", model.id))} for model in self.models()}
        return {id: min(said[name] for name in both & said.keys()) for id, both in names.items() if both & said.keys()}

    def is_moderated(self, answer: Answer) -> bool:
        return _code(answer) in ("moderation_blocked", "content_policy_violation")

    def is_unpaid(self, answer: Answer) -> bool:
        return answer.status == 429 and _code(answer) in ("insufficient_quota", "billing_hard_limit_reached")


async def _parts(request: GenerationRequest, fields: dict[str, Any]) -> list[Part]:
    parts: list[Part] = [(name, (None, str(value))) for name, value in fields.items()]
    pictures = [await sent(reference) for reference in request.references]
    parts += [("image[]", (picture.name, picture.data, picture.mime)) for picture in pictures]
    if request.mask is not None:
        mask = await clear_changes(request.mask, pictures[0])
        parts.append(("mask", ("mask.png", mask, "image/png")))
    return parts


def _code(answer: Answer) -> str:
    try:
        return str(answer.json()["error"]["code"])
    except (NoAnswerError, LookupError, TypeError):
        return ""


def _cost(usage: Any, model: Model) -> Cost | None:
    """What the tokens of `usage` cost; None where the vendor does not tell."""
    try:
        read = usage["input_tokens_details"]
        dollars_a_million = (
            read["text_tokens"] * float(model.own["text_in"])
            + read["image_tokens"] * float(model.own["image_in"])
            + usage["output_tokens"] * float(model.own["image_out"])
        )
    except (LookupError, TypeError):
        return None
    return Cost(round(dollars_a_million))
