"""What a lock found about one attempt, and what people think of that."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from packshot.accounts.models import of_account
from packshot.db import Base, new_id


class By(StrEnum):
    """Who said something about a picture."""

    OPERATOR = "operator"
    SELLER = "seller"


class StoredVerdict(Base):
    """What one lock found about one attempt, with everything that was in force.

    `score` is calibrated and `raw` what was measured; both are None where nothing was. Scores may be compared within
    one `version` only; `weights` is the sha256 of the model behind it, where there is one. `accept` and `review` are
    the limits that were in force. `parameters` names all that the engine was asked for but the seed: equal for equal
    requests. `lottery` is uniform in 0..1, so that "below 0.03" is a random sample of 3 %.
    """

    __tablename__ = "verdict"
    __table_args__ = (Index("ix_verdict_newest", text("created_at desc")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("generation.id", ondelete="cascade"), index=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id", ondelete="cascade"), index=True)
    lock: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    remedy: Mapped[str] = mapped_column(server_default="")
    profile: Mapped[str] = mapped_column(server_default="")
    version: Mapped[str] = mapped_column(server_default="")
    weights: Mapped[str] = mapped_column(server_default="")
    score: Mapped[float | None]
    raw: Mapped[float | None]
    accept: Mapped[float | None]
    review: Mapped[float | None]
    measures: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    limited: Mapped[bool] = mapped_column(server_default=text("false"))
    engine: Mapped[str] = mapped_column(server_default="")
    model: Mapped[str] = mapped_column(server_default="")
    style: Mapped[str] = mapped_column(server_default="")
    seed: Mapped[int | None]
    parameters: Mapped[str] = mapped_column(server_default="")
    cost_micros: Mapped[int] = mapped_column(server_default="0")
    took_ms: Mapped[int] = mapped_column(server_default="0")
    picture_key: Mapped[str | None]
    lottery: Mapped[float] = mapped_column(server_default=func.random())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class HumanLabel(Base):
    """What one person said: `right`, whether the lock's subject is the same in truth, or a `rating` from 1 to 5.

    `reason` is what a seller found wrong, one of review.WRONG; "" where nobody said.
    A label about a verdict has its `verdict_id`; a rating is about the picture as a whole, and has none.
    """

    __tablename__ = "human_label"
    __table_args__ = (
        Index(
            "uq_human_label_verdict",
            "verdict_id",
            "user_id",
            unique=True,
            postgresql_where=text("verdict_id is not null"),
        ),
        Index(
            "uq_human_label_rating",
            "generation_id",
            "user_id",
            unique=True,
            postgresql_where=text("verdict_id is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    generation_id: Mapped[UUID] = mapped_column(ForeignKey("generation.id", ondelete="cascade"), index=True)
    verdict_id: Mapped[UUID | None] = mapped_column(ForeignKey("verdict.id", ondelete="cascade"))
    user_id: Mapped[UUID | None]
    by: Mapped[str]
    right: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(server_default="")
    rating: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
