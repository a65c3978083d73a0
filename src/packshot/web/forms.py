"""What people typed into a form, read by the schema that the API has for it; what is wrong with it in their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from packshot.errors import BadInputError

Schema = TypeVar("Schema", bound=BaseModel)
_WRONG = {
    "missing": "{label} is missing.",
    "string_too_short": "{label} is missing.",
    "string_too_long": "{label} has more than {max_length} characters.",
    "string_pattern_mismatch": "{label} has characters that cannot be shown.",
    "int_parsing": "{label} is not a whole number.",
    "greater_than_equal": "{label} is less than {ge}.",
    "less_than_equal": "{label} is more than {le}.",
    "too_short": "{label}: choose at least one.",
    "value_error": "{label}: {error}.",
    "date_from_datetime_parsing": "{label} is not a day.",
    "literal_error": "{label} is none of {expected}.",
}


def read(schema: type[Schema], typed: Mapping[str, Any], labels: Mapping[str, str]) -> Schema:
    """`typed` as a `schema`, or one BadInputError that names every field by its label in `labels`."""
    try:
        return schema.model_validate(dict(typed))
    except ValidationError as problem:
        words: list[str] = []
        for wrong in problem.errors():
            field = str(wrong["loc"][-1]) if wrong["loc"] else ""
            label = labels.get(field, field)
            told = _WRONG.get(wrong["type"], "{label} cannot be used.")
            words.append(told.format(label=label, **wrong.get("ctx", {})))
        raise BadInputError(" ".join(words), remedy="Change it and send it again.") from None
