"""The contract of an engine: a frozen request in, a frozen result out, nothing dropped silently."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from packshot.errors import RefusedError

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
    from packshot.studio.staging import Staging

Kind = Literal["image", "video"]
Role = Literal["product", "person", "style", "pose"]
Per = Literal["picture", "second", "setting"]
Submits = Literal["idempotent", "once"]
Works = Literal["here", "elsewhere"]
Facts = Mapping[str, Any]
"""Findings for the record, ready for JSON: words, numbers, None, or an object of them."""
FailureKind = Literal[
    "refused",  # the engine looked at the pictures and will not do it; nothing was charged
    "undecided",  # a person has to decide something first; nothing was charged
    "moderated",  # the vendor's content rules; never retried
    "invalid",  # the vendor calls the request malformed: our fault
    "auth",  # key missing, wrong or without rights
    "quota",  # the operator's account at the vendor is empty
    "rate_limited",
    "transient",
    "unusable",  # it was made and paid for, and what came cannot be used
    "alike",  # it was made, and looks like another variation of its shoot
    "outcome_unknown",  # sent, and no answer: it may have been made and charged
    "late",  # taken on and not finished in time; it was told to stop, and may have been charged
]


@dataclass(frozen=True)
class Cost:
    """Money that the operator pays a vendor, in millionths of a US dollar."""

    micros: int = 0

    def __str__(self) -> str:
        if not self.micros:
            return "free"
        dollars, rest = divmod(self.micros, 1_000_000)
        return f"${dollars}.{f'{rest:06}'.rstrip('0').ljust(2, '0')}"


@dataclass(frozen=True)
class Capabilities:
    """What one model can do; a request that asks for more is refused by `Engine.check`.

    `references`: how many pictures it takes, and `roles`: of what; a drawing of a pose only where models.yaml says why.
    `count`: pictures per call. `sides` and `pixels`: smallest and largest side and area in pixels. `ratio`: longest
    side over shortest. `step`: both sides are multiples of it. `sizes`: the only sizes it makes, as "1024x1024", each
    with the vendor's own word for it; None for any within the bounds.
    `size_of_reference`: the picture gets its first reference's size, and no other can be asked for.
    `seconds`: the durations of its videos. `characters`: of its prompt. `styles`: slugs it knows, None for any words.
    `stages`: its styles can be set up otherwise (Staging). `keeps_product`: the product's pixels in the picture are the
    photo's own. `submits`: whether sending twice with the same key makes one picture, or must happen once.
    """

    kinds: frozenset[Kind] = frozenset({"image"})
    references: int = 0
    roles: frozenset[Role] = frozenset({"product", "person", "style"})
    needs_product: bool = False
    needs_person: bool = False
    words: bool = True
    needs_words: bool = False
    characters: int = 32_000
    count: int = 1
    sides: tuple[int, int] = (256, 4096)
    pixels: tuple[int, int] = (65_536, 16_777_216)
    ratio: float = 3.0
    step: int = 1
    sizes: Mapping[str, str] | None = None
    size_of_reference: bool = False
    depth: Literal[8, 16] = 8
    seconds: tuple[int, ...] = ()
    mask: bool = False
    seed: bool = False
    negative_words: bool = False
    styles: frozenset[str] | None = None
    framings: frozenset[str] = frozenset({"standard"})
    stages: bool = False
    keeps_product: bool = False
    submits: Submits = "once"

    @property
    def in_words(self) -> str:
        """What can be asked for, in a few words for lists: "video, 1 reference, seed"."""
        said = [*sorted(self.kinds)]
        if self.references:
            said.append("1 reference" if self.references == 1 else f"up to {self.references} references")
        flags = {"words": self.words, "mask": self.mask, "seed": self.seed, "negative words": self.negative_words}
        return ", ".join([*said, *(name for name, has in flags.items() if has)])

    @property
    def sizes_in_words(self) -> str:
        """The sizes that can be asked for: "the reference's", "1024×1024 and 8 more", "256 to 4096 a side"."""
        if self.size_of_reference:
            return "the reference's"
        if self.sizes is None:
            return f"{self.sides[0]} to {self.sides[1]} a side"
        first, *others = self.sizes
        return first.replace("x", "×") + (f" and {len(others)} more" if others else "")


@dataclass(frozen=True)
class Model:
    """One model of an engine, as data: what it can do, what it costs, who may sell its pictures and until when it runs.

    `price`: the operator's cost, `per` what: "setting" is what the operator says it is. `commercial`: whether its
    licence allows selling the pictures. `as_of` and `source` say when and where the facts were read. `own`: what only
    its engine reads, such as a version or the rates of its tokens.
    """

    id: str
    title: str
    capabilities: Capabilities
    price: Cost
    licence: str
    commercial: bool
    as_of: date
    source: str
    retires_on: date | None = None
    successor: str | None = None
    per: Per = "picture"
    own: Mapping[str, str | float] = field(default_factory=dict[str, "str | float"])

    @property
    def price_words(self) -> str:
        if self.per == "setting":
            return "as set"
        return f"{self.price} a second" if self.per == "second" else str(self.price)


@dataclass(frozen=True)
class Reference:
    """A picture that goes with the request: an encoded file as the customer gave it.

    `view` is a person's word on how the product was photographed, None to let the engine look. `approved`: a person has
    seen its cutout and takes it as it is. `alpha` is the product's outline where it is known already: a grey PNG of the
    picture's size, white where the product is.
    """

    data: bytes = field(repr=False)
    role: Role = "product"
    name: str = "photo"
    view: Literal["standing", "above"] | None = None
    approved: bool = False
    alpha: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class GenerationRequest:
    """One call of an engine: `count` pictures of `width` × `height` pixels, or videos that last `seconds`.

    `words` and `avoid` are prompt and negative prompt; `mask` is a PNG of the first reference's size where white may
    change. `seed` None lets the engine choose, `seconds` None is its shortest. `staging` sets a style up otherwise, for
    one variation of a shoot.

    `whose` is one word for all requests of an account that says nothing else of it: vendors who look for abuse can then
    turn one account away instead of the operator.
    """

    model: str
    width: int = 1024
    height: int = 1024
    kind: Kind = "image"
    style: str = ""
    framing: str = "standard"
    words: str = ""
    avoid: str = ""
    seed: int | None = None
    count: int = 1
    seconds: int | None = None
    references: tuple[Reference, ...] = ()
    mask: bytes | None = field(default=None, repr=False)
    depth: Literal[8, 16] = 8
    staging: Staging | None = None
    whose: str = ""


@dataclass(frozen=True)
class Unsupported:
    """One thing of a request that the model cannot honour: its field, why in words, and what could be asked instead."""

    field: str
    words: str
    remedy: str = ""


@dataclass(frozen=True)
class Artefact:
    """One finished picture: `content` is decoded pixels, or an encoded file that has still to be decoded with care.

    `facts` are the engine's findings for the record, such as the cutout's confidence.
    """

    content: Photo | bytes = field(repr=False)
    seed: int | None = None
    facts: Facts = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Done:
    """The pictures are made. `cost` is what it really cost; `warnings` are sentences for the person who asked."""

    artefacts: tuple[Artefact, ...]
    cost: Cost = Cost()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """Accepted and under way: `id` is the vendor's, `state` is JSON, and both are stored before the first poll."""

    id: str
    state: Mapping[str, str] = field(default_factory=dict[str, str])
    poll_after_s: float = 5.0


@dataclass(frozen=True)
class Pending:
    """Not finished yet; ask again after `poll_after_s` seconds. `progress` 0..1 where the vendor tells."""

    poll_after_s: float = 5.0
    progress: float | None = None


@dataclass(frozen=True)
class Failed:
    """No picture. `charged`: whether the vendor took money for it, None where it cannot be known; `cost`: how much."""

    kind: FailureKind
    words: str
    remedy: str = ""
    charged: bool | None = False
    retry_after_s: float | None = None
    facts: Facts = field(default_factory=dict[str, Any])
    cost: Cost = Cost()


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Heard:
    """A message that a vendor sent by itself: its own `id`, and the id of the operation that it is `about`."""

    id: str
    about: str


@dataclass(frozen=True)
class Workplace:
    """What an engine is handed: a folder for what can be made again, its own settings, and the date.

    `ends`: on which day models end by the vendor's own word, by their ids, which counts more than models.yaml's.

    `callback` gives the address at which the vendor may say that the attempt of a key has news; None where it cannot
    reach us.

    `settings` holds the environment's PACKSHOT_<ENGINE>_* under the part after the engine's name, such as API_KEY.
    """

    cache_dir: Path
    cache_mb: int = 512
    settings: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    today: Callable[[], date] = _today
    callback: Callable[[str], str] | None = None
    ends: Mapping[str, date] = field(default_factory=dict[str, date])


def lasts(request: GenerationRequest, model: Model) -> int:
    """How many seconds a video of `request` has."""
    return request.seconds or min(model.capabilities.seconds, default=0)


class Engine(ABC):
    """A maker of pictures. One file, one class; registry, command line, price list and documentation read the class."""

    id: ClassVar[str]
    title: ClassVar[str]
    words: ClassVar[str]
    """One sentence for people on what this engine is good for."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Names of the settings without which it cannot work, such as API_KEY."""
    options: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Its other settings: by name, what holds unless it is set, and what it is."""
    works: ClassVar[Works] = "elsewhere"
    """Whether `submit` computes on this machine, and so blocks its thread, or waits for somebody else to."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace

    @property
    def patience_s(self) -> float | None:
        """How long an operation may take before it is stopped and given up; None: as long as its picture may wait."""
        return None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the operator has to set: full names of settings, and why if they are wrong; empty means configured."""
        unset = [self.full(name) for name in self.requires if not self.workplace.settings.get(name)]
        return (*unset, *self.wrong)

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        """Settings that make no sense as they are, each with what it has to be."""
        return ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Settings under its name that there are not: a slip of the pen does nothing, and says nothing."""
        known = {*self.requires, *self.options}
        return tuple(sorted(name for name in self.workplace.settings if name not in known))

    @classmethod
    def full(cls, name: str) -> str:
        """The environment's name for the setting `name`."""
        return f"PACKSHOT_{cls.id.upper()}_{name}"

    @cached_property
    def known(self) -> dict[str, Model]:
        """The models by their ids, the default first."""
        return {model.id: model for model in self.models()}

    @classmethod
    @abstractmethod
    def models(cls) -> Sequence[Model]:
        """The models this engine offers, the default first."""

    def model(self, request: GenerationRequest) -> Model | None:
        return self.known.get(request.model)

    def check(self, request: GenerationRequest) -> list[Unsupported]:
        """Everything of `request` that cannot be honoured, all at once; empty means it can. Pure: costs nothing."""
        from packshot.engines.check import against_capabilities

        model = self.model(request)
        if model is None:
            offered = ", ".join(known.id for known in self.models())
            return [Unsupported("model", f"{self.title} has no model {request.model!r}.", f"It has: {offered}.")]
        return [*self.bars(model), *against_capabilities(request, model)]

    def bars(self, model: Model) -> list[Unsupported]:
        """Why nothing of `model` may be sold today: it has ended, or its licence does not allow that. Pure."""
        from packshot.engines.check import against_licence

        ends = self.workplace.ends.get(model.id, model.retires_on)
        return [*against_licence(replace(model, retires_on=ends), self.workplace.today())]

    def estimate(self, request: GenerationRequest) -> Cost:
        """The most that this request can cost the operator. Pure."""
        model = self.model(request)
        if model is None:
            return Cost()
        return Cost(model.price.micros * request.count * (lasts(request, model) if model.per == "second" else 1))

    def prepare(self, reference: Reference) -> None:
        """Opens a reference and does what all requests with it share; a BadInputError if it cannot be read."""
        from packshot.imaging.decode import decode

        decode(reference.data, name=reference.name)

    @abstractmethod
    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Operation | Failed:
        """Make it, or start making it. `key` is the attempt's own: vendors that know idempotency keys are given it."""

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        """How `operation` stands. An engine that answers at once never starts one."""
        raise LookupError(f"{self.title} starts no operations, so {operation.id!r} cannot be one of its own.")

    def heard(self, headers: Mapping[str, str], body: bytes) -> Heard:
        """What a message to an address of `Workplace.callback` is about; a RefusedError unless the vendor sent it.

        What it says is not believed: the operation is polled instead, so copies and old ones do no harm.
        """
        raise RefusedError(f"{self.title} does not call back.")

    async def retirements(self) -> Mapping[str, date]:
        """On which day the vendor itself says that its models end, by their ids; empty where it does not tell."""
        return {}

    async def cancel(self, operation: Operation) -> None:
        """Ask the vendor to stop. Best effort: the operation may still finish."""
        raise LookupError(f"{self.title} starts no operations, so {operation.id!r} cannot be one of its own.")
