"""Who can be in the pictures of a shoot and in which poses: people of whom pictures may be made, engines that can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.engines import registry
from packshot.engines.base import Model, Unsupported
from packshot.shoots.brief import Brief
from packshot.shoots.makers import takes_people
from packshot.talents.models import Channel, Purpose
from packshot.talents.people import talents
from packshot.talents.release import WORLDWIDE
from packshot.talents.schemas import ReferenceOut, TalentOut, talents_out
from packshot.words.poses import refused

MOST_CAST = 60
PURPOSES = {
    Purpose.CATALOGUE.value: "A catalogue or a shop",
    Purpose.ADVERTISING.value: "Advertising",
    Purpose.EDITORIAL.value: "Editorial",
}
PLACES = {
    Channel.SHOP.value: "Own shop",
    Channel.MARKETPLACES.value: "Marketplaces",
    Channel.SOCIAL.value: "Social media",
    Channel.EMAIL.value: "E-mail",
    Channel.PRINT.value: "Print",
}


@dataclass(frozen=True)
class Member:
    """A model that can be chosen. `words` say within what: how many photos, and what a real person agreed to."""

    id: UUID
    name: str
    words: str
    cover: ReferenceOut | None


async def cast(session: AsyncSession) -> list[Member]:
    """The newest of the account's models that have photos and, unless made by a machine, a release that is in force."""
    day = datetime.now(UTC).date()
    found = await talents_out(session, await talents(session, limit=MOST_CAST), day)
    return [Member(one.id, one.name, _within(one), one.cover) for one in found if _can_be_shot(one, day)]


def against_cast(brief: Brief, model: Model, *, product: bool) -> list[Unsupported]:
    """Why `model` cannot show the brief's person, or make its poses; `product`: photos of one go along."""
    known, kind = registry().classes, "image" if brief.seconds is None else "video"
    found: list[Unsupported] = []
    if brief.talent_id is not None and not takes_people(model, product=product, kind=kind):
        able = {
            maker.title
            for maker in known.values()
            if any(takes_people(one, product=product, kind=kind) for one in maker.models())
        }
        words = f"{model.title} takes no photo of a person{' beside the product’s' if product else ''}."
        instead = f"Leave the person out, or use an engine that does: {', '.join(sorted(able)) or 'none does'}."
        found.append(Unsupported("talent_id", words, instead))
    if brief.poses:
        can = {id: [one.capabilities for one in maker.models()] for id, maker in known.items()}
        told = refused(brief.poses, model.title, model.capabilities, can, kept=brief.mode == "plate")
        found += [Unsupported("poses", one.reason, one.remedy) for one in told]
    return found


def talent_of(typed: str) -> UUID | None:
    """The model that a form names; None for nobody, and for what is no id."""
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return None


def known_only(typed: str, offered: list[Member]) -> str:
    """`typed` where it is one of those `offered`, else nobody: somebody may have withdrawn since."""
    return typed if any(str(one.id) == typed for one in offered) else ""


def _can_be_shot(one: TalentOut, day: date) -> bool:
    if one.withdrawn_at or not one.ready:
        return False
    counts = next((release for release in one.releases if release.signed_at), None)
    return one.synthetic or bool(counts and counts.valid_from <= day <= counts.valid_until)


def _within(one: TalentOut) -> str:
    photos = "1 photo" if one.ready == 1 else f"{one.ready} photos"
    counts = next((release for release in one.releases if release.signed_at), None)
    if one.synthetic or counts is None:
        return f"Made by a machine, {photos}."
    where = "every market" if WORLDWIDE in counts.markets else ", ".join(counts.markets)
    stays = "" if counts.engines_elsewhere else " Photos stay on this server: no engine of another company."
    what = f"{', '.join(counts.purposes)} in {', '.join(counts.channels)} for {where}"
    return f"{photos}; agreed to {what} until {counts.valid_until:%-d %B %Y}.{stays}"
