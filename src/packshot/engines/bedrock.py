"""Stability AI's models on Amazon Bedrock, through AWS's own SDK."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from packshot.engines.base import Done, Failed, FailureKind, GenerationRequest, Model, Unsupported
from packshot.engines.http import Answer
from packshot.engines.pictures import from_base64, sent, white_changes
from packshot.engines.vendor import Vendor, done, prompt

ANSWER_BYTES = 48 << 20
PICTURE_BYTES = 9 << 20
HIGHEST_SEED = 2**32 - 2
CALLS = 64  # at once
CHECK = "Check AWS's settings, or PACKSHOT_BEDROCK_ACCESS_KEY_ID and PACKSHOT_BEDROCK_SECRET_ACCESS_KEY."
INSTALL = 'Install it: uv pip install "packshot[bedrock]".'

log = logging.getLogger(__name__)

_KINDS: dict[str, FailureKind] = {
    "AccessDeniedException": "auth",
    "UnrecognizedClientException": "auth",
    "InvalidSignatureException": "auth",
    "ExpiredTokenException": "auth",
    "ThrottlingException": "rate_limited",
    "ServiceQuotaExceededException": "rate_limited",
    "ModelNotReadyException": "transient",
    "ServiceUnavailableException": "transient",
    "ValidationException": "invalid",
    "ResourceNotFoundException": "invalid",
}


class Bedrock(Vendor):
    id = "bedrock"
    title = "Amazon Bedrock"
    words = "Runs Stability AI's models in the operator's own AWS account."
    requires = ("REGION",)
    url = ""
    deadline_s = 180.0
    others: ClassVar = {
        "ACCESS_KEY_ID": ("", "an AWS access key; without one, AWS's usual places are looked at"),
        "SECRET_ACCESS_KEY": ("", "its secret"),
    }
    sense: ClassVar = {
        "REGION": (re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}"), "a region of AWS such as us-west-2"),
        "ACCESS_KEY_ID": (re.compile(r"\w+", re.ASCII), "an AWS access key"),
    }

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        both = bool(self.setting("ACCESS_KEY_ID")) == bool(self.setting("SECRET_ACCESS_KEY"))
        lacking = "SECRET_ACCESS_KEY" if self.setting("ACCESS_KEY_ID") else "ACCESS_KEY_ID"
        return super().wrong if both else (*super().wrong, f"{self.full(lacking)} (one is of no use without the other)")

    def check(self, request: GenerationRequest) -> list[Unsupported]:
        refusals = super().check(request)
        if request.seed is not None and not 0 < request.seed <= HIGHEST_SEED:  # 0 is the vendor's word for any
            refusals.append(
                Unsupported("seed", f"{self.title} has no seed {request.seed}.", f"Seeds go from 1 to {HIGHEST_SEED}.")
            )
        return refusals

    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model
        body = await _body(request, model)
        if isinstance(body, Failed):
            return body
        loop, payload = asyncio.get_running_loop(), json.dumps(body).encode()
        try:
            client = await loop.run_in_executor(self._threads, lambda: self._client)
        except ImportError:
            return Failed("auth", f"{self.title} needs AWS's SDK, which the operator has not installed.", INSTALL)
        except Exception as error:  # AWS's own files and variables, of which nothing was sent yet
            log.warning("no client of Amazon Bedrock", exc_info=True)
            return Failed(
                "auth", f"{self.title} cannot be used with this configuration: {type(error).__name__}.", CHECK
            )
        answers: list[Any] = []
        call = loop.run_in_executor(self._threads, self._invoke, client, request.model, payload, answers)
        try:  # the SDK's own deadline starts again with every byte
            raw = await asyncio.wait_for(call, self.deadline)
        except TimeoutError:
            for answer in answers:  # so that its thread does not read on
                answer.close()
            return self.unknown("did not answer in time")
        return raw if isinstance(raw, Failed) else await asyncio.to_thread(self._made, raw, request)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Threads of its own: those that wait for AWS are not to keep pictures from being opened."""
        return ThreadPoolExecutor(CALLS, thread_name_prefix="bedrock")

    async def retirements(self) -> Mapping[str, date]:
        """Profiles of a region, such as us.NAME, end with the model NAME."""
        loop = asyncio.get_running_loop()
        told = await loop.run_in_executor(self._threads, lambda: self._service("bedrock").list_foundation_models())
        ends = {
            str(one["modelId"]): one["modelLifecycle"]["endOfLifeTime"].date()
            for one in told["modelSummaries"]
            if one.get("modelLifecycle", {}).get("endOfLifeTime")
        }
        names = {model.id: model.id.removeprefix("us.") for model in self.models()}
        return {id: ends[name] for id, name in names.items() if name in ends}

    @cached_property
    def _client(self) -> Any:
        return self._service("bedrock-runtime")

    def _service(self, name: str) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(
            connect_timeout=10,
            read_timeout=self.deadline,
            retries={"total_max_attempts": 1},  # more would pay again for what was only slow
            max_pool_connections=CALLS,
        )
        session = boto3.Session(
            aws_access_key_id=self.setting("ACCESS_KEY_ID") or None,
            aws_secret_access_key=self.setting("SECRET_ACCESS_KEY") or None,
            region_name=self.setting("REGION"),
        )
        return session.client(name, endpoint_url=self.base_url or None, config=config)

    def _invoke(self, client: Any, model: str, body: bytes, answers: list[Any]) -> bytes | Failed:
        from botocore.exceptions import (
            ClientError,
            ConnectTimeoutError,
            CredentialRetrievalError,
            EndpointConnectionError,
            NoCredentialsError,
            PartialCredentialsError,
            ProxyConnectionError,
        )

        try:
            answer = client.invoke_model(
                modelId=model, body=body, contentType="application/json", accept="application/json"
            )
            answers.append(answer["body"])
            data: bytes = answer["body"].read(ANSWER_BYTES + 1)
        except ClientError as error:
            return self._refused(error.response)
        except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError):
            return Failed("auth", f"{self.title} has no key of the operator's.", CHECK)
        except (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError):
            return Failed("transient", f"{self.title} cannot be reached.", "Try again later.")
        except Exception:  # the SDK passes on what the libraries below it raise
            return self.unknown("broke off")
        return data if len(data) <= ANSWER_BYTES else self.unknown(f"sent more than {ANSWER_BYTES:,} bytes")

    def _refused(self, response: Any) -> Failed:
        code = str(response.get("Error", {}).get("Code", ""))
        said = self.presentable(response.get("Error", {}).get("Message"))
        kind = _KINDS.get(code)
        if kind is None:
            return self.unknown(f"had a problem of its own ({code})")
        if kind == "auth":
            return Failed(kind, f"{self.title} does not accept the operator's key.", CHECK)
        told: Mapping[str, str] = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        wait = Answer(0, {name.lower(): value for name, value in told.items()}, b"").retry_after_s
        return Failed(kind, f"{self.title} answered {code}: {said}.", retry_after_s=wait)

    def _made(self, raw: bytes, request: GenerationRequest) -> Done | Failed:
        try:
            told: dict[str, Any] = json.loads(raw)
            reasons = [reason for reason in told.get("finish_reasons") or [] if reason]
            images = told.get("images") or []
            seeds = told.get("seeds") or []
        except (ValueError, AttributeError, TypeError):
            return self.unknown("sent an answer that makes no sense")
        if any("filter" in str(reason).lower() for reason in reasons):  # under a status that says all is well
            return self.moderated(self.presentable(reasons[0]))
        if reasons:
            return Failed("transient", f"{self.title} did not manage it: {self.presentable(reasons[0])}", charged=None)
        file = self.whole(from_base64(images[0]) or b"") if images else self.lost("sent no picture")
        if isinstance(file, Failed):
            return replace(file, cost=self.estimate(request))
        seed = seeds[0] if seeds and isinstance(seeds[0], int) else request.seed
        return done(request, [file], self.estimate(request), seed=seed)


async def _body(request: GenerationRequest, model: Model) -> dict[str, Any] | Failed:
    body: dict[str, Any] = {"prompt": prompt(request), "output_format": "png"}
    if model.capabilities.sizes:
        body["aspect_ratio"] = model.capabilities.sizes[f"{request.width}x{request.height}"]
    if request.avoid:
        body["negative_prompt"] = request.avoid
    if request.seed is not None:
        body["seed"] = request.seed
    if request.references:
        picture = await sent(request.references[0], PICTURE_BYTES)
        if (picture.width, picture.height) != (request.width, request.height):
            words = f"The photo is {picture.width}×{picture.height}, and {model.title} keeps its photo's size."
            return Failed("refused", words, "Ask for that size.")
        body["image"] = base64.b64encode(picture.data).decode("ascii")
        if request.mask is not None:
            body["mask"] = base64.b64encode(await white_changes(request.mask, picture)).decode("ascii")
    return body
