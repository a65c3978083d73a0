"""Video from any vendor that takes a job and is asked about it: the operator's contract says how, as JSON."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast

import httpx
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from packshot.engines.base import (
    Cost,
    Done,
    Failed,
    GenerationRequest,
    Heard,
    Model,
    Operation,
    Pending,
    Unsupported,
    lasts,
)
from packshot.engines.http import Answer, NoAnswerError
from packshot.engines.pictures import sent
from packshot.engines.vendor import POLL_S, Vendor, begun, done, paid, pause, prompt
from packshot.engines.webhooks import verified
from packshot.errors import BadInputError

log = logging.getLogger(__name__)

Means = Literal["pending", "done", "failed", "moderated"]
Pointer = Annotated[str, StringConstraints(pattern=r"^(/([^~/]|~[01])*)+$")]
Address = Annotated[str, StringConstraints(pattern=r"^/")]

_HOLE = re.compile(r"\$\{([a-z]+)\}")
_HOLES = frozenset({"words", "avoid", "seed", "width", "height", "seconds", "image", "callback"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Submit(_Strict):
    """How a job is given: `body` with holes such as "${words}", and where the answer has the job's id."""

    path: Address
    body: dict[str, JsonValue]
    id: Pointer
    idempotency_header: str = ""


class Poll(_Strict):
    """How a job is asked about: `path` with the hole "${id}", and what each status means."""

    path: Address
    status: Pointer
    statuses: dict[str, Means]
    output: Pointer
    error: Pointer = "/error"


class Contract(_Strict):
    """A vendor's API in the operator's words. `size` and `seconds`: its videos', where `body` has no holes for them.

    `headers` go with each request, their hole "${key}" filled with PACKSHOT_HTTP_VIDEO_API_KEY. `result_hosts`: from
    which hosts besides the vendor's own videos are fetched; empty is any of the open internet. `price`: dollars.
    `callback`: where a message to the address in the hole "${callback}" has the job's id. It has to be signed as
    Standard Webhooks says, with PACKSHOT_HTTP_VIDEO_WEBHOOK_SECRET; without that no address is given.
    """

    submit: Submit
    poll: Poll
    cancel: Address | None = None
    callback: Pointer | None = None
    headers: dict[str, str] = {}
    result_hosts: list[str] = []
    size: Annotated[str, StringConstraints(pattern=r"^[1-9]\d*x[1-9]\d*$")] | None = None
    seconds: Annotated[int, Field(ge=1, le=60)] | None = None
    price: float = Field(ge=0)


class HttpVideo(Vendor):
    id = "http_video"
    title = "Video over HTTP"
    words = "Makes videos at a vendor of the operator's choice that takes jobs as JSON. Not checked against any."
    requires = ("CONTRACT", "BASE_URL")
    url = ""
    usual_patience_s = 300.0
    others: ClassVar = {
        "CONTRACT": ("", "a JSON file that says how the vendor is talked to"),
        "WEBHOOK_SECRET": ("", "the secret that the vendor signs callbacks with, whsec_…"),
        "API_KEY": ("", 'fills "${key}" in the contract\'s headers'),
    }

    @cached_property
    def contract(self) -> Contract:
        """The contract; a BadInputError that names everything wrong with it."""
        path = Path(self.setting("CONTRACT"))
        try:
            contract = Contract.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise BadInputError(f"{self.full('CONTRACT')} ({path}: {_in_short(error)})") from error
        if unknown := _holes(contract.submit.body) - _HOLES:
            raise BadInputError(f"{self.full('CONTRACT')} ({path}: there is nothing to fill ${{{unknown.pop()}}} with)")
        return contract

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        found = super().wrong
        if self.setting("CONTRACT"):
            try:
                self.contract  # noqa: B018
            except BadInputError as error:
                found = (*found, error.message)
        return found

    @cached_property
    def known(self) -> dict[str, Model]:
        """The model, without what the contract has no place for."""
        (model,) = self.models()
        if self.missing:
            return {model.id: model}
        contract = self.contract
        can, holes = model.capabilities, _holes(contract.submit.body)
        narrowed: dict[str, Any] = {"seed": "seed" in holes, "negative_words": "avoid" in holes}
        if contract.submit.idempotency_header:
            narrowed["submits"] = "idempotent"
        if "image" not in holes:
            narrowed["references"] = 0
        if contract.size and not {"width", "height"} <= holes:
            narrowed["sizes"] = {contract.size: contract.size}
        if contract.seconds and "seconds" not in holes:
            narrowed["seconds"] = (contract.seconds,)
        return {model.id: replace(model, capabilities=replace(can, **narrowed))}

    @property
    def headers(self) -> dict[str, str]:
        return {name: value.replace("${key}", self.key) for name, value in self.contract.headers.items()}

    def check(self, request: GenerationRequest) -> list[Unsupported]:
        if self.missing:
            return super().check(request)
        asked = {
            "words": bool(prompt(request)),
            "avoid": bool(request.avoid),
            "seed": request.seed is not None,
            "seconds": request.seconds not in (None, self.contract.seconds),
            "image": bool(request.references),
        }
        holes = _holes(self.contract.submit.body)
        fields = {"image": "references"}
        refusals = [
            Unsupported(fields.get(name, name), f"The vendor's contract has no place for {name}.", "Leave it out.")
            for name, is_asked in asked.items()
            if is_asked and name not in holes
        ]
        size = f"{request.width}x{request.height}"
        if not {"width", "height"} <= holes and size != self.contract.size:
            refusals.append(Unsupported("size", f"The vendor does not make {size}.", f"It makes {self.contract.size}."))
        named = {one.field for one in refusals}
        return [*(one for one in super().check(request) if one.field not in named), *refusals]

    def estimate(self, request: GenerationRequest) -> Cost:
        return Cost() if self.missing else Cost(round(self.contract.price * 1_000_000) * request.count)

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation | Failed:
        if refused := self.refuses(request):
            return refused
        model = self.model(request)
        assert model
        submit = self.contract.submit
        values: dict[str, JsonValue] = {
            "callback": None,
            "words": prompt(request) or None,
            "avoid": request.avoid or None,
            "seed": request.seed,
            "width": request.width,
            "height": request.height,
            "seconds": lasts(request, model),
            "image": (await sent(request.references[0])).data_url if request.references else None,
        }
        if self.workplace.callback is not None and self.contract.callback and self.setting("WEBHOOK_SECRET"):
            values["callback"] = self.workplace.callback(key)
        headers = {submit.idempotency_header: key} if submit.idempotency_header else {}
        answer = await self.sends(submit.path, json=_filled(submit.body, values), headers=headers)
        if isinstance(answer, Failed):
            return answer
        try:
            id = _at(answer.json(), submit.id)
        except NoAnswerError:
            id = None
        if not isinstance(id, str | int) or not re.fullmatch(r"[\w.:~-]{1,200}", str(id), re.ASCII):
            return self.unknown("gave no id for the job")
        return begun(str(id))

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        how = self.contract.poll
        answer = await self.asks(how.path.replace("${id}", operation.id))
        if not isinstance(answer, Answer):
            return answer
        try:
            told = answer.json()
        except NoAnswerError:
            return Pending(pause())
        status = _at(told, how.status)
        match how.statuses.get(str(status)):
            case "done":
                return await self._made(_at(told, how.output))
            case "failed":
                said = self.presentable(_at(told, how.error))
                return Failed("transient", f"{self.title} did not manage it: {said}", charged=None)
            case "moderated":
                return self.moderated(self.presentable(_at(told, how.error)))
            case "pending":
                return Pending(pause())
            case None:  # never taken for success
                log.warning("%s has a status that its contract does not know: %.80r", self.title, status)
                return Pending(POLL_S)

    def heard(self, headers: Mapping[str, str], body: bytes) -> Heard:
        told = verified(self.setting("WEBHOOK_SECRET"), headers, body)
        return Heard(headers["webhook-id"], str(_at(told, self.contract.callback or "")))

    async def cancel(self, operation: Operation) -> None:
        if self.contract.cancel:
            await self.stops("POST", self.contract.cancel.replace("${id}", operation.id))

    async def _made(self, address: Any) -> Pending | Done | Failed:
        hosts = self.contract.result_hosts
        if hosts and isinstance(address, str) and not address.startswith(("data:", f"{self.base_url}/")):
            try:
                host = httpx.URL(address).host
            except (httpx.InvalidURL, ValueError):
                host = ""
            if host not in hosts:
                return self.lost("gave an address on a host that its contract does not name")
        file = await self.collects(address, video=True)
        request = GenerationRequest("configured")
        cost = self.estimate(request)
        return done(request, [file], cost) if isinstance(file, bytes) else paid(file, cost)


def _in_short(error: OSError | ValidationError) -> str:
    if isinstance(error, OSError):
        return error.strerror or "it cannot be read"
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}".strip(": ") for one in error.errors())


def _holes(template: JsonValue) -> set[str]:
    return set(_HOLE.findall(json.dumps(template)))


def _filled(template: JsonValue, values: dict[str, JsonValue]) -> JsonValue:
    """`template` with its holes filled; what is one hole and nothing else keeps its type, and goes if it is None."""
    if isinstance(template, str):
        whole = _HOLE.fullmatch(template)
        return values[whole[1]] if whole else _HOLE.sub(lambda hole: str(values[hole[1]] or ""), template)
    if isinstance(template, list):
        return [_filled(one, values) for one in template]
    if isinstance(template, dict):
        filled = {name: _filled(one, values) for name, one in template.items()}
        return {name: one for name, one in filled.items() if one is not None or template[name] is None}
    return template


def _at(told: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(told, dict):
            told = cast("dict[str, Any]", told).get(name)
        elif isinstance(told, list) and name.isdigit() and int(name) < len(told):
            told = told[int(name)]
        else:
            return None
    return told
