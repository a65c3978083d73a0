"""Projects and the products in them: made, found, changed. A session sees its account's rows and no others."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Product, Project
from packshot.errors import NotFoundError


async def projects(session: AsyncSession, *, before: UUID | None = None, limit: int = 50) -> Sequence[Project]:
    """The newest projects; with `before` those made before that one."""
    newest = select(Project).where(Project.hidden_at.is_(None)).order_by(Project.id.desc()).limit(limit)
    return (await session.scalars(newest.where(Project.id < before) if before else newest)).all()


async def project(session: AsyncSession, project_id: UUID, *, held: bool = False) -> Project:
    """The project, or a NotFoundError. With `held` it stays until the transaction ends."""
    found = await session.get(Project, project_id, with_for_update={"read": True, "key_share": True} if held else None)
    if found is None or found.hidden_at:
        raise NotFoundError(f"There is no project {project_id}.", remedy="GET /api/projects lists yours.")
    return found


async def add_project(session: AsyncSession, account_id: UUID, name: str) -> Project:
    """A new project without products."""
    added = Project(account_id=account_id, name=name)
    session.add(added)
    await session.flush()
    return added


async def change_project(session: AsyncSession, project_id: UUID, name: str) -> Project:
    """The project under another name."""
    changed = await project(session, project_id)
    changed.name = name
    await session.flush()
    await session.refresh(changed)
    return changed


async def products(
    session: AsyncSession, project_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Product]:
    """The newest products of a project; with `before` those made before that one."""
    await project(session, project_id)
    shown = select(Product).where(Product.project_id == project_id, Product.hidden_at.is_(None))
    newest = shown.order_by(Product.id.desc()).limit(limit)
    return (await session.scalars(newest.where(Product.id < before) if before else newest)).all()


async def product(session: AsyncSession, product_id: UUID, *, held: bool = False) -> Product:
    """The product, or a NotFoundError. With `held` it stays until the transaction ends."""
    found = await session.get(Product, product_id, with_for_update={"read": True, "key_share": True} if held else None)
    if found is None or found.hidden_at:
        raise NotFoundError(
            f"There is no product {product_id}.", remedy="GET /api/projects/{id}/products lists a project's."
        )
    return found


async def add_product(session: AsyncSession, project_id: UUID, name: str, sku: str) -> Product:
    """A new product without photos."""
    parent = await project(session, project_id, held=True)
    added = Product(account_id=parent.account_id, project_id=project_id, name=name, sku=sku)
    session.add(added)
    await session.flush()
    return added


async def change_product(session: AsyncSession, product_id: UUID, name: str, sku: str) -> Product:
    """The product under another name and number."""
    changed = await product(session, product_id)
    changed.name, changed.sku = name, sku
    await session.flush()
    await session.refresh(changed)
    return changed
