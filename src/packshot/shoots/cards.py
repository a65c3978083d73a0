"""A picture as lists show it, and the news that change it on a page that is open."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.credits import ledger
from packshot.db import transaction
from packshot.errors import NotFoundError
from packshot.shoots import news, pace
from packshot.shoots.cancel import shoot_of
from packshot.shoots.directed import WORDS
from packshot.shoots.gallery import rows_of
from packshot.shoots.look import Overview, generations, overviews, subject
from packshot.shoots.models import CLEARED, GIVEN_UP, OPEN, Generation, Shoot, State
from packshot.shoots.retry import REASONS
from packshot.shoots.variations import shown
from packshot.styles import library
from packshot.web.events import Hub
from packshot.web.render import fragment
from packshot.words.poses import poses

PAUSE_S = 0.2  # between two looks for the same page: pictures that come quickly come together


@dataclass(frozen=True)
class Card:
    """One picture, delivered or not; `again` is the generation that makes it anew, if that was asked for."""

    generation: Generation
    shoot: Shoot
    product: str | None
    again: UUID | None = None

    @property
    def id(self) -> UUID:
        return self.generation.id

    @property
    def style(self) -> str:
        """Its style, for people."""
        return titles().get(self.generation.style, self.generation.style)

    @property
    def pose(self) -> str:
        """Its pose, for people; "" where it has none."""
        return poses()[self.generation.pose].title if self.generation.pose in poses() else ""

    @property
    def title(self) -> str:
        """What tells it from the others of its shoot: its style, with its pose if it has one."""
        if not self.pose:
            return self.style
        return self.pose if self.generation.style == WORDS else f"{self.style}, {self.pose.lower()}"

    @property
    def subject(self) -> str:
        """What its shoot is of."""
        return subject(self.shoot, self.product)

    @property
    def name(self) -> str:
        label = f"variation {self.generation.label}, " if self.generation.label else ""
        return f"{self.subject}, {self.title}, {label}{self.generation.number}"

    @property
    def reason(self) -> str:
        return REASONS.get(self.generation.reason, "")

    @property
    def delivered(self) -> bool:
        return self.generation.state == State.COMPLETED

    @property
    def doubtful(self) -> bool:
        """Whether it waits for somebody to look at it."""
        return self.generation.state == State.REVIEW

    @property
    def previewed(self) -> bool:
        """Whether there is a small, marked picture of what was not delivered."""
        one = self.generation
        return one.state in (State.REVIEW, State.REJECTED) and not one.facts.get(CLEARED)

    @property
    def filmed(self) -> bool:
        """Whether there is a small, marked video of it."""
        return self.doubtful and self.shoot.is_video

    @property
    def open(self) -> bool:
        return self.generation.state in OPEN

    @property
    def given_up(self) -> bool:
        return self.generation.state in GIVEN_UP

    @property
    def won(self) -> bool:
        """Whether it won against the other variations of its shoot."""
        return self.shoot.winner_id == self.generation.id

    @property
    def variation(self) -> str:
        """What it varies beside its style, for people."""
        return shown({name: value for name, value in self.generation.variation.items() if name != "style"})

    @property
    def stamp(self) -> str:
        """Changes whenever the card does."""
        one = self.generation
        seen = (one.state, one.waits_for, one.kept_at is not None, one.hidden_at is not None, self.again, self.won)
        return f"{zlib.crc32(repr(seen).encode()):08x}"


def titles() -> dict[str, str]:
    """The styles' names by slug."""
    return library.titles() | {WORDS: "From words"}


def of_shoot(shoot: Shoot, product: str | None, rows: Sequence[Generation]) -> list[Card]:
    """The cards of a whole shoot."""
    again = {row.retry_of: row.id for row in rows if row.retry_of and row.hidden_at is None}
    return [Card(row, shoot, product, again.get(row.id)) for row in rows]


def changes(cards: Iterable[Card]) -> str:
    """What puts `cards` in the place of those that a page shows."""
    return fragment("shoots/changes.html", cards=list(cards))


@dataclass(frozen=True)
class Look:
    """A shoot as its page shows it."""

    overview: Overview
    cards: list[Card]
    pace: str
    available: int

    @property
    def facts(self) -> dict[str, Any]:
        retryable = [card for card in self.cards if card.given_up and card.again is None]
        return {"overview": self.overview, "pace": self.pace, "available": self.available, "retryable": retryable}


async def look(session: AsyncSession, shoot_id: UUID) -> Look:
    """The shoot, or ShootNotFoundError."""
    shoot = await shoot_of(session, shoot_id)
    rows = await generations(session, shoot_id, hidden=True)
    (overview,) = await overviews(session, [shoot])
    wallet = await ledger.balance(session, shoot.account_id)
    cards = of_shoot(shoot, overview.product, rows)
    return Look(overview, cards, pace.words(await pace.usual_s(session, shoot)), wallet.available)


async def cards_of(session: AsyncSession, *rows: Generation) -> list[Card]:
    """The cards of any pictures, in their order."""
    made_anew = select(Generation.retry_of, Generation.id).where(
        Generation.retry_of.in_([row.id for row in rows]), Generation.hidden_at.is_(None)
    )
    again = {old: new for old, new in await session.execute(made_anew)}  # noqa: C416 -- a row is not typed as a pair
    return [Card(*row, again.get(row[0].id)) for row in await rows_of(session, rows)]


async def live(hub: Hub, account_id: UUID, shoot_id: UUID, since: datetime) -> AsyncGenerator[str]:
    """HTML for a page that was made at `since`: what has changed, at once and as it happens."""
    sent: dict[UUID, str] | None = None

    async def seen() -> Mapping[str, Any]:
        try:
            async with transaction(account_id) as session:
                return {"look": await look(session, shoot_id)}
        except NotFoundError:
            return {"gone": True}

    async with aclosing(hub.follow(news.channel(shoot_id), seen)) as stream:
        async for told in stream:
            found = told if "look" in told or "gone" in told else await seen()
            if "gone" in found:
                return
            current: Look = found["look"]
            fresh = [card for card in current.cards if _is_news(card, sent, since)]
            sent = {card.id: card.stamp for card in current.cards}
            yield fragment("shoots/news.html", cards=fresh, **current.facts)
            await asyncio.sleep(PAUSE_S)


async def missed(account_id: UUID, shoot_id: UUID, since: datetime) -> str:
    """`live` for who cannot listen: all that has changed since."""
    async with transaction(account_id) as session:
        current = await look(session, shoot_id)
    fresh = [card for card in current.cards if _is_news(card, None, since)]
    return fragment("shoots/news.html", cards=fresh, **current.facts)


def _is_news(card: Card, sent: dict[UUID, str] | None, since: datetime) -> bool:
    if sent is not None:
        return sent.get(card.id) != card.stamp
    one = card.generation
    moments = (one.created_at, one.finished_at, one.kept_at, one.hidden_at)
    return card.open or card.doubtful or any(moment is not None and moment >= since for moment in moments)
