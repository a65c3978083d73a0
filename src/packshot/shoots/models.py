"""A shoot is one request, a generation is one picture of it, an attempt is one call of an engine for that picture."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from packshot.accounts.models import of_account
from packshot.db import Base, new_id
from packshot.engines.base import Kind
from packshot.imaging.formats import extension_of
from packshot.shoots.judging.models import HumanLabel, StoredVerdict

__all__ = ["Attempt", "AttemptState", "Generation", "HumanLabel", "Shoot", "State", "StoredVerdict", "Submission"]


class State(StrEnum):
    """Where a generation stands; from COMPLETED on it stays."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    REVIEW = "REVIEW"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


_STILL_OPEN = "state in ('PENDING', 'RUNNING')"
_IN_LINE = f"line is not null and {_STILL_OPEN}"
_SHOWN = "state = 'COMPLETED' and hidden_at is null"
_JUDGED = "state in ('REVIEW', 'REJECTED') and hidden_at is null"
OPEN = (State.PENDING, State.RUNNING)  # somebody works on it, or will
CLEARED = "cleared"  # the fact that previews of what was given up are gone, since its person is
GIVEN_UP = (State.REJECTED, State.FAILED, State.CANCELLED)  # nothing was charged, and it can be asked for again


class AttemptState(StrEnum):
    """What is known of one call of an engine."""

    SENT = "sent"  # written down before anything is sent
    ACCEPTED = "accepted"  # the vendor works on it under `operation_id`
    DONE = "done"
    REJECTED = "rejected"  # made, and a lock would not have it
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, and nobody can say what became of it


class Shoot(Base):
    """One request: every photo in every style and pose, `count` times. Its generations are counted, never stored.

    `words` and `avoid` are the seller's own, `mode` is how an engine treats the product ("" where there is nothing to
    choose), `strict` whether both locks have to accept every picture. `variations` is how many different pictures of
    each photo were asked for (0: all alike but for the seed), `winner_id` the one that won against the others.
    `seconds` is how long its videos last; 0 where it is one of pictures.
    """

    __tablename__ = "shoot"
    __table_args__ = (
        UniqueConstraint("id", "account_id"),
        Index("ix_shoot_newest", "account_id", text("id desc")),
        Index("ix_shoot_talent", "talent_id", postgresql_where=text("talent_id is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account()
    user_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("project.id", ondelete="set null"), index=True)
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="set null"), index=True)
    engine: Mapped[str]
    model: Mapped[str]
    styles: Mapped[list[Any]] = mapped_column(JSONB)
    width: Mapped[int]
    height: Mapped[int]
    framing: Mapped[str]
    format: Mapped[str]
    count: Mapped[int]
    seed: Mapped[int]
    credits: Mapped[int]
    words: Mapped[str] = mapped_column(server_default="")
    avoid: Mapped[str] = mapped_column(server_default="")
    mode: Mapped[str] = mapped_column(server_default="")
    preset: Mapped[str] = mapped_column(server_default="")
    strict: Mapped[bool] = mapped_column(server_default="false")
    talent_id: Mapped[UUID | None]
    poses: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    market: Mapped[str] = mapped_column(server_default="")
    purpose: Mapped[str] = mapped_column(server_default="catalogue")
    channels: Mapped[list[Any]] = mapped_column(JSONB, server_default='["shop"]')
    variations: Mapped[int] = mapped_column(server_default="0")
    seconds: Mapped[int] = mapped_column(server_default="0")
    winner_id: Mapped[UUID | None]
    won_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def kind(self) -> Kind:
        return "video" if self.seconds else "image"

    @property
    def is_video(self) -> bool:
        return self.kind == "video"

    @property
    def extension(self) -> str:
        """How the names of its files end."""
        return extension_of(self.format)


class Submission(Base):
    """The answer that an idempotency key got: whoever sends the key again gets the same."""

    __tablename__ = "submission"

    account_id: Mapped[UUID] = of_account(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Generation(Base):
    """One picture, and the queue of record: who works on it holds the newest `lease_token` until `lease_until`.

    `next_step_at` is when the next step is due; `waits_for` says in words why that is later than now, and `line` at
    which vendor's model it stands in line. `photo_id` stays
    when the photo is deleted. `retry_of` is the generation that this one makes again, `reason` and `reason_words` why a
    person wanted that. While it is in REVIEW, nobody's answer by `review_until` is a yes. `change` is what its next
    attempt does differently (judging.next_try.Change). `facts` are the engine's findings, `words` and `remedy` why
    there is no picture. Who deletes a picture hides it first.
    """

    __tablename__ = "generation"
    __table_args__ = (
        ForeignKeyConstraint(["shoot_id", "account_id"], ["shoot.id", "shoot.account_id"], ondelete="cascade"),
        UniqueConstraint("shoot_id", "number"),
        Index("uq_generation_retry_of", "retry_of", unique=True, postgresql_where=text("retry_of is not null")),
        Index("ix_generation_newest", "account_id", text("id desc")),
        Index("ix_generation_due", "next_step_at", postgresql_where=text(_STILL_OPEN)),
        Index("ix_generation_line", "line", "account_id", "id", postgresql_where=text(_IN_LINE)),
        Index("ix_generation_deadline", "deadline_at", postgresql_where=text(_STILL_OPEN)),
        Index("ix_generation_gallery", "account_id", text("id desc"), postgresql_where=text(_SHOWN)),
        Index(
            "ix_generation_kept",
            "account_id",
            text("id desc"),
            postgresql_where=text(f"{_SHOWN} and kept_at is not null"),
        ),
        Index("ix_generation_style", "account_id", "style", text("id desc"), postgresql_where=text(_SHOWN)),
        Index("ix_generation_review", "review_until", postgresql_where=text("state = 'REVIEW'")),
        Index("ix_generation_judged", "account_id", text("id desc"), postgresql_where=text(_JUDGED)),
        Index("ix_generation_hidden", "hidden_at", postgresql_where=text("hidden_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID]
    shoot_id: Mapped[UUID]
    number: Mapped[int]
    photo_id: Mapped[UUID | None]
    cutout_id: Mapped[UUID | None]
    style: Mapped[str]
    pose: Mapped[str] = mapped_column(server_default="")
    label: Mapped[str] = mapped_column(server_default="")
    variation: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    look: Mapped[str] = mapped_column(server_default="")
    seed: Mapped[int]
    credits: Mapped[int]
    queue: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=State.PENDING)
    waits_for: Mapped[str] = mapped_column(server_default="")
    line: Mapped[str | None]
    lease_token: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    claims: Mapped[int] = mapped_column(server_default="0")
    next_step_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deadline_at: Mapped[datetime]
    retry_of: Mapped[UUID | None]
    key: Mapped[str | None]
    bytes: Mapped[int | None]
    crc32: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    error: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    remedy: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    review_until: Mapped[datetime | None]
    change: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    reason: Mapped[str] = mapped_column(server_default="")
    reason_words: Mapped[str] = mapped_column(server_default="")


class Attempt(Base):
    """One call of an engine. Written before anything is sent, so that nothing bought is ever forgotten.

    `engine` and `model` are empty where they are the shoot's own. `way` is how it was to be made, `change` what it does
    differently than the one before it. A fact `next` names the engine and model that take over. `preview_key` is a
    small, marked picture of what was not delivered, or not yet.
    """

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("generation_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("generation.id", ondelete="cascade"))
    number: Mapped[int]
    engine: Mapped[str] = mapped_column(server_default="")
    model: Mapped[str] = mapped_column(server_default="")
    way: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default=AttemptState.SENT)
    operation_id: Mapped[str | None]
    operation: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    result_key: Mapped[str | None]
    change: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    preview_key: Mapped[str | None]
    seed: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    warnings: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    cost_micros: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]


class Callback(Base):
    """A message of a vendor about an attempt, by the vendor's own id, so that it is acted on once."""

    __tablename__ = "callback"

    engine: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = of_account(index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id", ondelete="cascade"), index=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
