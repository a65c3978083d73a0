"""A picture is held against every approved photo of its product, and a retry may show the engine more of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from locks.pictures import make, photographed
from locks.products import product
from packshot.catalog.models import Cutout, CutoutState, Photo, PhotoState, Product
from packshot.db import new_id, transaction
from packshot.engines.base import Reference
from packshot.locks.product.version import THRESHOLDS
from packshot.shoots.judging.locks import Evidence, Region, Side
from packshot.shoots.judging.product import ProductLock
from packshot.shoots.models import AttemptState, State
from packshot.shoots.references import MOST_SIDES
from packshot.storage import storage
from tests.judging.conftest import Tint
from tests.judging.test_step import painted, verdicts
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, calls, shot, through

SEED = 50


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return file.getvalue()


def picture(name: str, kind: str = "faithful") -> np.ndarray[Any, Any]:
    made = make(name, kind, SEED)
    assert made is not None
    return made.picture


def side(name: str, *, protect: bool = False) -> Side:
    whole = product(name)
    photo = Reference(png(whole.pixels), name=name, alpha=png(whole.alpha))
    boxes = whole.boxes if protect else ()
    return Side(photo, tuple(Region(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes))


async def add_side(seller: Seller, name: str, *, approved: bool = True, product_id: UUID | None = None) -> UUID:
    """Another photo of the seller's product."""
    whole, (photo, cutout) = product(name), (new_id(), new_id())
    own = {"account_id": seller.account_id}
    await storage().put(f"photos/{photo}.png", png(whole.pixels))
    await storage().put(f"cutouts/{cutout}.png", png(whole.alpha))
    async with transaction(seller.account_id) as session:
        session.add(
            Photo(
                id=photo,
                product_id=product_id or seller.product_id,
                name=f"{name}.png",
                state=PhotoState.READY,
                master_key=f"photos/{photo}.png",
                width=whole.pixels.shape[1],
                height=whole.pixels.shape[0],
                depth=8,
                **own,
            )
        )
        await session.flush()
        session.add(
            Cutout(
                id=cutout,
                photo_id=photo,
                state=CutoutState.READY,
                verdict="accept",
                confidence=0.97,
                view="standing",
                alpha_key=f"cutouts/{cutout}.png",
                approved_at=datetime.now(UTC) if approved else None,
                **own,
            )
        )
    return photo


async def test_a_picture_of_the_back_is_judged_against_the_photo_of_the_back(
    seller: Seller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real lock: what was shot is a mug, and the picture shows what only the other photo does."""
    copy = tmp_path / "copy.png"
    copy.write_bytes(png(picture("carton-7")))
    monkeypatch.setenv("PACKSHOT_COPY", str(copy))
    order: dict[str, Any] = {"engine": "copyist", "styles": ["plain"], "size": "1024x1024", "mode": "redraw"}
    await add_side(seller, "carton-7")
    row = await through(await shot(seller, photo_ids=[str(seller.photo_id)], **order))
    assert row.state == State.COMPLETED, (row.words, row.error)
    (verdict,) = await verdicts(row.id)
    assert verdict.decision == "accept" and (verdict.score or 0) >= THRESHOLDS.accept


def test_another_photo_of_a_side_does_not_excuse_a_protected_part() -> None:
    """A letter is mirrored: too small for the whole to show, so the photo without marks would accept it."""
    mug = product("mug")
    assert mug.text is not None
    x0, y0, x1, y1 = mug.text
    letter = slice((3 * y0 + y1) // 4, (y0 + 3 * y1) // 4), slice((x0 + x1) // 2 - 24, (x0 + x1) // 2 + 24)
    pixels = mug.pixels.copy()
    pixels[letter] = pixels[letter][:, ::-1]
    edited, _ = photographed(pixels, mug.alpha, np.random.default_rng(5))
    lock, plain, marked = ProductLock(), side("mug"), side("mug", protect=True)

    def said(*sides: Side) -> tuple[str, str]:
        verdict = lock.judge(Evidence(edited, product=sides), THRESHOLDS)
        assert verdict.picture or verdict.decision == "accept", "with what was compared"
        return verdict.decision, verdict.reason

    assert said(plain) == ("accept", "same")
    assert said(plain, marked) == said(marked, plain) == ("reject", "protected_changed")


def test_other_sides_are_opened_only_where_the_first_is_not_accepted() -> None:
    """The one that cannot be opened would raise; one whose marks are not on the product is left out."""
    broken = Side(Reference(b"not a picture", name="broken"))
    amiss = replace(side("mug"), regions=(Region(0, 0, 9, 9),))
    lock, faithful = ProductLock(), Evidence(picture("mug"))
    assert lock.judge(replace(faithful, product=(side("mug"), broken)), THRESHOLDS).decision == "accept"
    assert lock.judge(replace(faithful, product=(side("carton-7"), amiss)), THRESHOLDS).decision == "reject"


async def test_a_retry_shows_the_engine_more_sides_within_its_room(
    seller: Seller, tint: Tint, vendor_folder: Path
) -> None:
    tint.reason = "deformed"
    for name in ("carton-7", "handbag", "speaker"):
        await add_side(seller, name)
    async with transaction(seller.account_id) as session:
        project = (await session.get_one(Product, seller.product_id)).project_id
        other = Product(id=new_id(), account_id=seller.account_id, project_id=project, name="Another")
        session.add(other)
    await add_side(seller, "mug", product_id=other.id)
    row = await through(await painted(seller, "always-off", photo_ids=[str(seller.photo_id)]))
    assert row.state == State.REJECTED
    first, second = await attempts(row.id)
    assert (first.state, second.state) == (AttemptState.REJECTED, AttemptState.REJECTED)
    assert second.change["levers"] == ["seed", "words", "sides"] and second.change["sides"] == 2
    assert [calls(vendor_folder, one, f"shown-{n}") for one, n in ((first, 1), (second, 3))] == [1, 1]
    one, two = await verdicts(row.id)
    assert one.parameters != two.parameters


async def test_so_many_sides_and_no_more_are_looked_at(
    seller: Seller, tint: Tint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    judge = Tint.judge

    def counted(self: Tint, evidence: Evidence, *given: Any) -> Any:
        seen.append(len(evidence.product))
        return judge(self, evidence, *given)

    monkeypatch.setattr(Tint, "judge", counted)
    order: dict[str, Any] = {"style": "faithful", "photo_ids": [str(seller.photo_id)]}
    await add_side(seller, "carton-7", approved=False)
    await through(await painted(seller, **order))
    for _ in range(MOST_SIDES + 1):
        await add_side(seller, "carton-7")
    await through(await painted(seller, **order))
    assert seen == [1, MOST_SIDES], "none that nobody approved"
