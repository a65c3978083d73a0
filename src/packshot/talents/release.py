"""Releases: what a real person agreed to, and whether a shoot is within it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from asyncpg import Record
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import Direct, new_id, within
from packshot.errors import ConflictError, RefusedError
from packshot.talents.models import Channel, Purpose, Release
from packshot.talents.people import talent

WORLDWIDE = "worldwide"
_WIDER = "Ask them, and add a release that covers it."
_SAME_PLACE = {"UK": "GB"}

# The newest signed release, else the newest unsigned one.
_TALENT = """
select
  talent.name, talent.synthetic, talent.withdrawn_at, release.id as release_id, release.evidence_key,
  release.purposes, release.channels, release.markets, release.valid_from, release.valid_until,
  release.engines_elsewhere,
  exists (select from talent_photo where talent_photo.talent_id = talent.id and state = 'ready') as has_photos
from talent
left join lateral (
  select * from talent_release as mine where mine.talent_id = talent.id
  order by mine.evidence_key is null, mine.id desc limit 1
) as release on true
where talent.id = $1
"""
_HELD = f"{_TALENT} for share of talent"

Code = Literal[
    "unknown",
    "withdrawn",
    "no_release",
    "unsigned",
    "not_yet",
    "expired",
    "purpose",
    "channel",
    "market",
    "engine",
    "no_photos",
]


@dataclass(frozen=True)
class Refusal:
    """One thing that a shoot with a talent may not do; `code` is stable, `words` and `remedy` are for people."""

    code: Code
    words: str
    remedy: str


class NotPermittedError(RefusedError):
    """A shoot is outside of what its talent agreed to; `refusals` in its facts has each reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        remedies = dict.fromkeys(refusal.remedy for refusal in refusals)
        super().__init__(
            " ".join(refusal.words for refusal in refusals),
            remedy=" ".join(remedies),
            refusals=[{"code": one.code, "words": one.words, "remedy": one.remedy} for one in refusals],
        )


async def permits(
    session: AsyncSession | Direct,
    talent_id: UUID,
    *,
    engine_elsewhere: bool,
    purpose: str,
    market: str | None,
    on: date,
    channels: Sequence[str] = (),
    held: bool = False,
) -> list[Refusal]:
    """Why a picture of the talent may not be made or delivered; nothing where it may. Asked at submit, claim, deliver.

    `engine_elsewhere`: the photos would leave this server. `market` is where the pictures are for, None for anywhere;
    `channels` are all in which they are to appear. With `held` the talent cannot be withdrawn until the transaction
    ends, so that nothing is delivered after a withdrawal.
    """
    found = await (await within(session)).row(_HELD if held else _TALENT, talent_id)
    if found is None:
        return [Refusal("unknown", f"There is no model {talent_id}.", "GET /api/models lists yours.")]
    name = str(found["name"])
    if found["withdrawn_at"]:
        gone = "No more pictures of them can be made; choose another model."
        return [Refusal("withdrawn", f"{name} has withdrawn the release, and the photos are deleted.", gone)]
    refusals = (
        [] if found["synthetic"] else list(_outside(found, name, engine_elsewhere, purpose, market, on, channels))
    )
    if not found["has_photos"]:
        add = "Add at least one reference photo; three or more are better."
        refusals.append(Refusal("no_photos", f"{name} has no reference photo that can be used.", add))
    return refusals


def _outside(
    found: Record,
    name: str,
    engine_elsewhere: bool,
    purpose: str,
    market: str | None,
    on: date,
    channels: Sequence[str],
) -> list[Refusal]:
    if found["release_id"] is None:
        return [Refusal("no_release", f"{name} is a real person and has signed no release.", "Add their release.")]
    if found["evidence_key"] is None:
        return [
            Refusal("unsigned", f"The release of {name} has no signed paper with it.", "Upload the signed release.")
        ]
    told: list[Refusal] = []
    if on < found["valid_from"]:
        words = f"The release of {name} begins on {found['valid_from']:%-d %B %Y}."
        told.append(Refusal("not_yet", words, "Wait until then, or add a release that covers today."))
    if on > found["valid_until"]:
        words = f"The release of {name} ended on {found['valid_until']:%-d %B %Y}."
        told.append(Refusal("expired", words, "Add a new release."))
    if purpose not in found["purposes"]:
        agreed = f"only for {_list(found['purposes'])}"
        told.append(Refusal("purpose", f"{name} did not agree to pictures for {purpose}, {agreed}.", _WIDER))
    if beyond := [channel for channel in channels if channel not in found["channels"]]:
        agreed = f"only in {_list(found['channels'])}"
        told.append(Refusal("channel", f"{name} did not agree to pictures in {_list(beyond)}, {agreed}.", _WIDER))
    if not covers(found["markets"], market):
        where = f"pictures for {market}" if market else "pictures for every market"
        only = _list(found["markets"])
        remedy = _WIDER if market else f"Say which market the pictures are for. {_WIDER}"
        told.append(Refusal("market", f"{name} did not agree to {where}, only for {only}.", remedy))
    if engine_elsewhere and not found["engines_elsewhere"]:
        words = f"{name} did not agree that their photos are sent to another company's engine."
        told.append(Refusal("engine", words, f"Choose an engine that runs on this server. {_WIDER}"))
    return told


def covers(markets: Sequence[str], market: str | None) -> bool:
    """`markets` of a release include `market`; for pictures that may appear anywhere only "worldwide" does."""
    return WORLDWIDE in markets or (market is not None and market_code(market) in markets)


def market_code(market: str) -> str:
    """A market as releases write it: an ISO 3166-1 code in capitals, or "worldwide"."""
    code = market.strip().upper()
    return WORLDWIDE if code == WORLDWIDE.upper() else _SAME_PLACE.get(code, code)


async def releases(session: AsyncSession, talent_ids: Sequence[UUID]) -> dict[UUID, list[Release]]:
    """The releases of talents, of each that which counts first."""
    found: dict[UUID, list[Release]] = {id: [] for id in talent_ids}
    theirs = select(Release).where(Release.talent_id.in_(talent_ids))
    for one in await session.scalars(theirs.order_by(Release.evidence_key.is_(None), Release.id.desc())):
        found[one.talent_id].append(one)
    return found


async def in_force(session: AsyncSession, talent_id: UUID, on: date) -> bool:
    """Photos of the talent may be looked at: a synthetic one's always, a real one's under a signed release."""
    found = await (await within(session)).row(_TALENT, talent_id)
    if found is None or found["withdrawn_at"]:
        return False
    return bool(found["synthetic"] or (found["evidence_key"] and on <= found["valid_until"]))


async def add_release(
    session: AsyncSession,
    talent_id: UUID,
    *,
    person: str,
    text_version: str,
    purposes: Sequence[Purpose],
    channels: Sequence[Channel],
    markets: Sequence[str],
    valid_from: date,
    valid_until: date,
    engines_elsewhere: bool,
    by: UUID | None,
) -> Release:
    """What a real person agreed to; it counts once its signed paper is there (evidence.sign)."""
    of = await talent(session, talent_id, held=True)
    if of.synthetic:
        raise ConflictError(
            f"{of.name} is synthetic: nobody has to sign.", remedy="Add a real person as another model."
        )
    if of.withdrawn_at:
        raise ConflictError(
            f"{of.name} has withdrawn: that is final for this model.",
            remedy="If they agree anew, add them as a new model.",
        )
    added = Release(
        id=new_id(),
        account_id=of.account_id,
        talent_id=talent_id,
        person=person,
        text_version=text_version,
        purposes=[Purpose(one).value for one in purposes],
        channels=[Channel(one).value for one in channels],
        markets=list(dict.fromkeys(market_code(one) for one in markets)),
        valid_from=valid_from,
        valid_until=valid_until,
        engines_elsewhere=engines_elsewhere,
        recorded_by=by,
    )
    session.add(added)
    await session.flush()
    await session.refresh(added)
    return added


def _list(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values) or "nothing"
