"""The rows of money: a wallet per account, a hold per generation, and the ledger entries that explain both.

None of them points at rows of the layers above, so that the ledger outlives what it paid for.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from packshot.db import Base


class Bucket(StrEnum):
    """Where credits come from. The allowance is the month's and is spent first; purchased credits stay."""

    ALLOWANCE = "allowance"
    PURCHASED = "purchased"


class Kind(StrEnum):
    """What a ledger entry did."""

    GRANT = "grant"
    ALLOWANCE = "allowance"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    CLAWBACK = "clawback"


class HoldState(StrEnum):
    """A hold is open until it is captured (the picture was delivered) or released (it was not), once."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"


class Wallet(Base):
    """What an account has, in whole credits. `seq` counts its ledger entries; the last of them has these balances."""

    __tablename__ = "wallet"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    allowance: Mapped[int] = mapped_column(server_default="0")
    purchased: Mapped[int] = mapped_column(server_default="0")
    held_allowance: Mapped[int] = mapped_column(server_default="0")
    held_purchased: Mapped[int] = mapped_column(server_default="0")
    seq: Mapped[int] = mapped_column(server_default="0")

    @property
    def available(self) -> int:
        """Credits that can be spent now."""
        return self.allowance + self.purchased

    @property
    def held(self) -> int:
        """Credits set aside for pictures that are not finished."""
        return self.held_allowance + self.held_purchased


class LedgerEntry(Base):
    """One move of one wallet: what it changed (`d_…`) and the balances after it. Never updated, never deleted."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "seq"),
        Index(
            "uq_ledger_entry_settlement",
            "generation_id",
            unique=True,
            postgresql_where=text("kind in ('capture', 'release')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str]
    d_allowance: Mapped[int]
    d_purchased: Mapped[int]
    d_held_allowance: Mapped[int]
    d_held_purchased: Mapped[int]
    allowance_after: Mapped[int]
    purchased_after: Mapped[int]
    held_allowance_after: Mapped[int]
    held_purchased_after: Mapped[int]
    op_key: Mapped[str] = mapped_column(unique=True)
    shoot_id: Mapped[UUID | None]
    generation_id: Mapped[UUID | None]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Hold(Base):
    """Credits set aside for one generation, per bucket, and the entry that took them there.

    The database takes no hold without that entry and lets none change it, by triggers: a foreign key would look it up
    for every row.
    """

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_entry", "account_id", "entry_id"),)

    generation_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    shoot_id: Mapped[UUID]
    entry_id: Mapped[int]
    allowance: Mapped[int]
    purchased: Mapped[int]
    state: Mapped[str] = mapped_column(server_default=HoldState.HELD)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    settled_at: Mapped[datetime | None]

    @property
    def amount(self) -> int:
        """Credits of both buckets."""
        return self.allowance + self.purchased
