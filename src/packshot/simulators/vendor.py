"""What all simulators have: books of what they would have billed, keys, strictness, and files behind addresses."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from packshot.simulators import faults

Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class Strict(BaseModel):
    """A request's fields: one too many, or of another type, is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RefusedError(Exception):
    """The vendor would refuse this: its status, and what it would say."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


@dataclass
class Job:
    """Something under way: asked about `polls` times, with a result behind `file`."""

    id: str
    fault: str
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    polls: int = 0
    cancelled: bool = False


@dataclass
class Books:
    """What this simulator would have put on the bill, the words and how many `pictures` it was last told, and jobs.

    `also`: what else of the last request a test may ask for.
    """

    billed: int = 0
    refused: int = 0
    words: str = ""
    pictures: int = 0
    also: dict[str, str] = field(default_factory=dict[str, str])
    met: set[str] = field(default_factory=set[str])
    jobs: dict[str, Job] = field(default_factory=dict[str, Job])
    files: dict[str, tuple[bytes, str, str]] = field(default_factory=dict[str, "tuple[bytes, str, str]"])


def application(name: str, routes: list[Route], error: faults.Error, check_key: Callable[[Request], None]) -> Starlette:
    """A vendor: its routes, its shape of errors, its way to give a key, and what only a simulator tells."""

    async def billed(request: Request) -> Response:
        own = books(request)
        cancelled = sum(job.cancelled for job in own.jobs.values())
        told = {"vendor": name, "billed": own.billed, "refused": own.refused, "cancelled": cancelled}
        return JSONResponse(told | {"words": own.words, "pictures": own.pictures} | own.also)

    async def file(request: Request) -> Response:
        data, media_type, fault = books(request).files.get(request.path_params["id"], (b"", "", "expired"))
        return faults.sent(fault, data, media_type)

    def guarded(handler: Handler) -> Handler:
        async def guard(request: Request) -> Response:
            try:
                check_key(request)
                return await handler(request)
            except RefusedError as refused:
                books(request).refused += 1
                return error(refused.status, refused.said)

        return guard

    app = Starlette(
        routes=[
            Route("/_simulator/billed", billed),
            Route("/_simulator/files/{id}", file),
            *(Route(one.path, guarded(one.endpoint), methods=list(one.methods or ())) for one in routes),
        ]
    )
    app.state.books = Books()
    return app


def books(request: Request) -> Books:
    found: Books = request.app.state.books
    return found


async def accepted(request: Request, words: str, error: faults.Error, *, pictures: int = 0) -> Response | str:
    """Bills a request that came with so many `pictures`, and gives the accident that its result has; or the answer of

    an accident that happens before, billed or not.
    """
    fault = faults.asked(request, words)
    if fault.endswith("-once"):
        met = books(request).met
        fault = "" if words in met else fault.removesuffix("-once")
        met.add(words)
    if answer := faults.before(fault, error):
        books(request).refused += 1
        return answer
    books(request).billed += 1
    books(request).words, books(request).pictures = words, pictures
    return await faults.after(fault, error) or fault


def start(request: Request, fault: str, **about: Any) -> Job:
    """A new job in the books."""
    job = Job(secrets.token_hex(13), fault, about)
    books(request).jobs[job.id] = job
    return job


def job(request: Request) -> Job:
    """The job that a request is about, asked about once more; RefusedError 404 if there is none."""
    found = books(request).jobs.get(request.path_params["id"])
    if found is None or (found.fault == "forgotten" and found.polls):
        raise RefusedError(404, "There is no such job.")
    found.polls += 1
    return found


def address(request: Request, data: bytes, media_type: str, fault: str = "") -> str:
    """Where `data` can be fetched from, for whoever has the address."""
    if fault == "metadata":
        return faults.METADATA
    if fault == "html":
        data = faults.PAGE
    id = secrets.token_urlsafe(16)
    books(request).files[id] = (data, media_type, fault)
    url = request.url
    return f"{url.scheme}://{url.netloc}{request.scope.get('root_path', '')}/_simulator/files/{id}"


def bearer(request: Request) -> None:
    """A key as most vendors take it. One that begins with "wrong" is."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.strip() or key.startswith("wrong"):
        raise RefusedError(401, f"Incorrect API key provided: {key}.")  # some vendors repeat it


async def json_of(request: Request, kind: type[Body], *, status: int = 400) -> Body:
    """The JSON body as `kind`; RefusedError with the first thing that is wrong."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError(415 if status == 415 else status, "The content type has to be application/json.")
    try:
        return kind.model_validate(json.loads(await request.body()))
    except ValueError as error:
        raise RefusedError(status, first(error)) from error


def first(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return "The body is no JSON."
    wrong = error.errors()[0]
    return f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"


async def in_thread(make: Callable[..., bytes], *given: Any) -> bytes:
    """A picture, made while others are served; RefusedError 400 if what it is made of cannot be opened."""
    from packshot.errors import BadInputError

    try:
        return await asyncio.to_thread(make, *given)
    except BadInputError as error:
        raise RefusedError(400, f"Invalid image: {error.message}") from error
