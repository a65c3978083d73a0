"""What others are told once a change is committed: workers by hints, whoever watches a product by news."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import after_commit
from packshot.tasks import enqueue
from packshot.web.events import publish


def channel(product_id: UUID) -> str:
    """Where the news of a product is published."""
    return f"product:{product_id}"


def tell(session: AsyncSession, product_id: UUID, photo_id: UUID) -> None:
    """Tells who watches the product that this photo changed, came or went."""
    after_commit(session, lambda: publish(channel(product_id), {"photo_id": photo_id}))


def tell_gone(session: AsyncSession, product_id: UUID) -> None:
    """Tells who watches the product that it was removed."""
    after_commit(session, lambda: publish(channel(product_id), {"photo_id": None}))


def wake_cut(session: AsyncSession, cutout_id: UUID) -> None:
    """Has a pending cutout made."""
    from packshot.catalog.tasks import cut  # which itself needs the verbs that wake it

    after_commit(session, lambda: enqueue(cut, cutout_id))


def wake_purge(session: AsyncSession) -> None:
    """Has doomed files removed."""
    from packshot.catalog.tasks import purge

    after_commit(session, lambda: enqueue(purge))
