"""When a vendor's models end, as the vendor itself says."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from packshot.db import Base


class Retirement(Base):
    """The day from which a model is no longer there. `source`: vendor, or list; `told_at`: when admins were mailed."""

    __tablename__ = "retirement"

    engine: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    retires_on: Mapped[date]
    source: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    told_at: Mapped[datetime | None]
