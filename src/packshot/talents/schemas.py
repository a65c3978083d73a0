"""The JSON of talents: what it is given and what it answers. No face template is in any of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.schemas import LINK_S, Name
from packshot.locks.base import calibrated
from packshot.storage import storage
from packshot.talents.models import Cause, Channel, Purpose, Receipt, Reference, ReferenceState, Release, Talent
from packshot.talents.references import ADVISED, references
from packshot.talents.release import WORLDWIDE, market_code, releases


def _market(given: str) -> str:
    code = market_code(given)
    if code != WORLDWIDE and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise ValueError(f"{given!r} is no market: write two letters such as DE, or {WORLDWIDE}")
    return code


Market = Annotated[str, AfterValidator(_market), Field(examples=["DE", WORLDWIDE], max_length=20)]
Version = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class TalentIn(BaseModel):
    """`synthetic`: made by a machine. A real person has to sign a release before photos are taken."""

    name: Name
    synthetic: bool = False


class ReleaseIn(BaseModel):
    """What a real person agreed to. `text_version` names the text that they signed; both days are included.

    `engines_elsewhere`: their photos may be sent to another company's engine.
    """

    person: Name
    text_version: Version
    purposes: Annotated[list[Purpose], Field(min_length=1)]
    channels: Annotated[list[Channel], Field(min_length=1)]
    markets: Annotated[list[Market], Field(min_length=1, max_length=250)]
    valid_from: date
    valid_until: date
    engines_elsewhere: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        return self


class ReleaseOut(BaseModel):
    """`signed_at` is null until its paper is there; then `evidence_url` is that, for ten minutes."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person: str
    text_version: str
    purposes: list[Purpose]
    channels: list[Channel]
    markets: list[str]
    valid_from: date
    valid_until: date
    engines_elsewhere: bool
    signed_at: datetime | None
    evidence_name: str
    evidence_sha256: str
    evidence_url: str | None = None
    created_at: datetime

    @classmethod
    def of(cls, release: Release) -> Self:
        out = cls.model_validate(release)
        if release.evidence_key:
            out.evidence_url = storage().url(release.evidence_key, LINK_S, filename=release.evidence_name)
        return out


class ReferenceOut(BaseModel):
    """A reference photo. `score` is how alike its face and the others' are, where 0.65 is enough; null for the first.

    `compared` is false where no face model was there to look, `calibrated` where nobody has measured the one that was.
    `words` and `remedy` say why a refused one is refused.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    state: ReferenceState
    width: int | None
    height: int | None
    score: float | None
    compared: bool = False
    calibrated: bool = False
    words: str
    remedy: str
    preview_url: str | None = None
    created_at: datetime

    @classmethod
    def of(cls, reference: Reference) -> Self:
        out = cls.model_validate(reference)
        out.compared = bool(reference.checked_with)
        out.calibrated = out.compared and calibrated(reference.checked_with)
        out.preview_url = storage().url(reference.preview_key, LINK_S) if reference.preview_key else None
        return out


class TalentOut(BaseModel):
    """A model: `releases` begin with the one that counts, `photos` with the oldest. `words` say what is missing."""

    id: UUID
    name: str
    synthetic: bool
    withdrawn_at: datetime | None
    created_at: datetime
    releases: list[ReleaseOut]
    photos: list[ReferenceOut]
    words: str

    @classmethod
    def of(cls, talent: Talent, releases: Sequence[Release], photos: Sequence[Reference], today: date) -> Self:
        return cls(
            id=talent.id,
            name=talent.name,
            synthetic=talent.synthetic,
            withdrawn_at=talent.withdrawn_at,
            created_at=talent.created_at,
            releases=[ReleaseOut.of(one) for one in releases],
            photos=[ReferenceOut.of(one) for one in photos],
            words=_needed(talent, releases, photos, today),
        )

    @property
    def ready(self) -> int:
        """How many photos can be used."""
        return sum(photo.state == ReferenceState.READY for photo in self.photos)

    @property
    def cover(self) -> ReferenceOut | None:
        """The photo that stands for all of them."""
        return next((photo for photo in self.photos if photo.preview_url), None)

    @property
    def waiting(self) -> bool:
        """A photo is being checked."""
        return any(photo.state == ReferenceState.RECEIVED for photo in self.photos)

    @property
    def may_add(self) -> bool:
        """Photos can be added: nobody has to sign, or somebody has."""
        counts = next(iter(self.releases), None)
        return not self.withdrawn_at and (self.synthetic or bool(counts and counts.signed_at))


class ReceiptOut(BaseModel):
    """That a model's photos were deleted; `words` is the receipt as text, also at /api/models/receipts/{id}."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    talent_id: UUID
    name: str
    cause: Cause
    photos: int
    files: int
    at: datetime
    words: str

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        return cls.model_validate(receipt)


async def talents_out(session: AsyncSession, talents: Sequence[Talent], today: date) -> list[TalentOut]:
    """`talents` with their releases and photos, in their order."""
    photos: Mapping[UUID, Sequence[Reference]] = await references(session, [one.id for one in talents])
    agreed = await releases(session, [one.id for one in talents])
    return [TalentOut.of(one, agreed[one.id], photos[one.id], today) for one in talents]


def _needed(talent: Talent, releases: Sequence[Release], photos: Sequence[Reference], today: date) -> str:
    if talent.withdrawn_at:
        return "Withdrawn: the photos are deleted, and no picture is made any more."
    if not talent.synthetic:
        release = next(iter(releases), None)
        if release is None:
            return "Add the release that this person signed; photos come after it."
        if release.signed_at is None:
            return "Upload the signed release; photos come after it."
        if release.valid_until < today:
            return "The release has ended. Add a new one."
    usable = sum(photo.state == ReferenceState.READY for photo in photos)
    if usable < ADVISED:
        return f"{usable} of {ADVISED} photos: add {ADVISED - usable} more, from different sides and days."
    return ""
