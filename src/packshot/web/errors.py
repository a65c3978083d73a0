"""Errors, whatever went wrong and wherever: `{"error": {"code", "message", "remedy", …}}`, or a page for a browser."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from packshot.errors import PackshotError
from packshot.web import render


class ErrorOut(BaseModel):
    """What went wrong: `code` for programs, `message` and `remedy` for people."""

    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    remedy: str = ""


class ErrorBody(BaseModel):
    error: ErrorOut


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "The request cannot be fulfilled as it is."},
    "5XX": {"model": ErrorBody, "description": "Packshot cannot fulfil it at the moment."},
}


def install(app: FastAPI) -> None:
    """Makes `app` answer errors this way."""
    app.add_exception_handler(PackshotError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def response(
    status: int,
    code: str,
    message: str,
    remedy: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    **facts: object,
) -> JSONResponse:
    """The JSON answer for one error."""
    body = {**facts, "code": code, "message": message, "remedy": remedy}
    return JSONResponse({"error": jsonable_encoder(body)}, status, headers=dict(headers or {}))


def page(request: Request, status: int, message: str, remedy: str = "", **facts: object) -> Response:
    """The error as a page, or as a notice at the edge of the page that htmx is on."""
    told = {"code": status, "message": message, "remedy": remedy, "facts": facts}
    if not render.is_htmx(request):
        return render.render(request, "error.html", status=status, **told)
    answer = render.render(request, "notice.html", status=status, **told)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#toasts", "beforeend"
    return answer


def internal(request: Request, request_id: str) -> Response:
    """The answer to a mistake of ours: no word about it but the id to find it in the logs by."""
    message = "Something went wrong on our side."
    remedy = "Try again; if it stays so, tell the operator this request's id."
    if render.wants_page(request):
        return page(request, 500, message, remedy, request_id=request_id)
    return response(500, "internal", message, remedy, request_id=request_id)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, PackshotError)
    headers = {"Retry-After": str(ceil(error.retry_after_s))} if error.retry_after_s is not None else {}
    if render.wants_page(request):
        if error.status == HTTPStatus.UNAUTHORIZED:
            return _to_login(request)
        answer = page(request, error.status, error.message, error.remedy, code=error.code, **error.facts)
        answer.headers.update(headers)
        return answer
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return response(error.status, error.code, error.message, error.remedy, headers=headers, **error.facts)


def _to_login(request: Request) -> Response:
    """To the login, and from there back to where this was going."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?{urlencode({'next': here})}" if request.method == "GET" and not render.is_htmx(request) else ""
    if render.is_htmx(request):
        return Response(headers={"HX-Redirect": "/login"})
    return RedirectResponse(f"/login{back}", 303)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [_problem(wrong) for wrong in error.errors()]
    words = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems)
    if render.wants_page(request):
        return page(request, 422, f"That does not make sense: {words}.", "Check what you gave, and try again.")
    return response(422, "invalid", f"The request does not make sense: {words}.", "See /api/docs.", problems=problems)


def _problem(wrong: dict[str, Any]) -> dict[str, str]:
    where, place = str(wrong["loc"][0]), ".".join(str(part) for part in wrong["loc"][1:])
    if wrong["type"] == "json_invalid":  # whose place is no field, but how many characters could be read
        return {"field": where, "message": f"no JSON from character {place} on: {wrong['ctx']['error']}"}
    return {"field": place or where, "message": wrong["msg"].removeprefix("Value error, ")}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    if render.wants_page(request):
        missing = error.status_code == HTTPStatus.NOT_FOUND
        message = "There is no such page." if missing else f"{error.detail}.".replace("..", ".")
        return page(request, error.status_code, message, "Check the address, or start from the first page.")
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return response(error.status_code, code, f"{error.detail}.".replace("..", "."), headers=error.headers)
