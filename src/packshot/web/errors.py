"""Errors as JSON: `{"error": {"code", "message", "remedy", …}}`, whatever went wrong and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from packshot.errors import PackshotError


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


def internal(request_id: str) -> JSONResponse:
    """The answer to a mistake of ours: no word about it but the id to find it in the logs by."""
    return response(
        500,
        "internal",
        "Something went wrong on our side.",
        "Try again; if it stays so, tell the operator this request's id.",
        request_id=request_id,
    )


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, PackshotError)
    headers = {"Retry-After": str(ceil(error.retry_after_s))} if error.retry_after_s is not None else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return response(error.status, error.code, error.message, error.remedy, headers=headers, **error.facts)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        {"field": ".".join(str(part) for part in wrong["loc"][1:]) or str(wrong["loc"][0]), "message": wrong["msg"]}
        for wrong in error.errors()
    ]
    words = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems)
    return response(422, "invalid", f"The request does not make sense: {words}.", "See /api/docs.", problems=problems)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    return response(error.status_code, code, f"{error.detail}.".replace("..", "."), headers=error.headers)
