"""How much each vendor takes at a time and in a minute, as an admin may set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from packshot import config
from packshot.engines.breaker import Patience

Count = Annotated[int, Field(ge=0, le=100_000)]


class Limit(BaseModel):
    """Calls and operations under way `at_once`, and calls begun `a_minute`; 0 is no limit of ours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_once: Count = 0
    a_minute: Count = 0


# What a new customer of the vendor is likely to be allowed. Checked with no key: raise them to what yours allows.
DEFAULTS: Mapping[str, Limit] = {
    "bedrock": Limit(at_once=10, a_minute=60),
    "fashn": Limit(at_once=6, a_minute=50),
    "http_video": Limit(at_once=5, a_minute=60),
    "openai": Limit(at_once=16, a_minute=50),
    "replicate": Limit(at_once=60, a_minute=600),
    "runway": Limit(at_once=5, a_minute=60),
    "stability": Limit(at_once=30, a_minute=600),
}
NONE = Limit()

LIMITS = config.key(
    "vendors.limits",
    dict[str, Limit],
    dict[str, Limit](),
    'By engine, how much its vendor takes: {"openai": {"at_once": 16, "a_minute": 50}}; 0 is no limit.',
)
TROUBLE_AFTER = config.key(
    "vendors.trouble_after",
    Annotated[int, Field(ge=1, le=100)],
    Patience.failures,
    "After how many failures in a row a vendor's model is left alone.",
)
TROUBLE_S = config.key(
    "vendors.trouble_s",
    Annotated[float, Field(gt=0, le=3600)],
    Patience.open_s,
    "For how many seconds it is left alone before one call may try again.",
)

PROBE_S = config.key(
    "vendors.probe_s",
    Annotated[float, Field(gt=0, le=3600)],
    Patience.probe_s,
    "For how many seconds such a call may be silent before another may try instead.",
)


async def limit(engine: str) -> Limit:
    """What holds for `engine`: an admin's word, else the default, else no limit."""
    return (await config.get(LIMITS)).get(engine) or DEFAULTS.get(engine, NONE)


async def patience() -> Patience:
    """What holds for every breaker."""
    return Patience(await config.get(TROUBLE_AFTER), await config.get(TROUBLE_S), await config.get(PROBE_S))
