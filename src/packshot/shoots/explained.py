"""The words of a refusal by the field of a form that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packshot.errors import PackshotError
from packshot.shoots.errors import UnsupportedError
from packshot.shoots.permission import AGREED
from packshot.talents.release import NotPermittedError

ABOVE = "again"
"""The place of what is about no field: above the form."""


def explained(error: PackshotError, names: Mapping[str, str]) -> dict[str, str]:
    """`error` as a form shows it; `names` are the form's fields by those of an engine's refusal, where they differ.

    What a release does not allow stands by what would have to be another, such as the market, else by the person.
    """
    facts: dict[str, Any] = error.facts
    if isinstance(error, UnsupportedError):
        problems = facts["problems"]
        return _gathered((names.get(one["field"], one["field"]), one["message"], one["remedy"]) for one in problems)
    if isinstance(error, NotPermittedError):
        refusals = facts["refusals"]
        fields = (AGREED.get(one["code"], "talent") for one in refusals)
        return _gathered((field, one["words"], one["remedy"]) for field, one in zip(fields, refusals, strict=True))
    return {ABOVE: f"{error.message} {error.remedy}"}


def _gathered(told: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for field, words, remedy in told:
        said[field] = " ".join(filter(None, [said.get(field), words, remedy]))
    return said
