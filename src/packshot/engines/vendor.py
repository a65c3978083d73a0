"""What engines of vendors share: their settings, what an answer means for the money, and how results are fetched."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

import httpx

from packshot.engines.base import (
    Artefact,
    Cost,
    Done,
    Engine,
    Failed,
    FailureKind,
    GenerationRequest,
    Model,
    Operation,
    Pending,
)
from packshot.engines.http import Answer, NoAnswerError, NotSentError, Part, UnusableError, exchange
from packshot.engines.models import models_of
from packshot.engines.pictures import from_base64, is_picture, is_video
from packshot.errors import BadInputError, PackshotError, TooLargeError
from packshot.fetch import BlockedAddressError, fetch

IMAGE_BYTES = 32 << 20
VIDEO_BYTES = 64 << 20
JSON_BYTES = 1 << 20
POLL_DEADLINE_S = 20.0
POLL_S = 5.0
TROUBLE_S = 30.0  # until a vendor is asked again that did not answer a poll
MESSAGE_CHARACTERS = 200  # of a vendor's own words that are passed on

Sense = tuple[re.Pattern[str], str]
"""What a setting has to look like, and that in words."""

_SECONDS = re.compile(r"(?=.*[1-9])\d{1,6}(\.\d{1,3})?"), "a number of seconds"
_MAKE_SENSE: Mapping[str, Sense] = {
    "API_KEY": (re.compile(r"[!-~]+"), "a key of ASCII letters, digits and signs"),
    "BASE_URL": (re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?"), "an address that begins with https:// or http://"),
    "DEADLINE_S": _SECONDS,
    "PATIENCE_S": _SECONDS,
    "WEBHOOK_SECRET": (re.compile(r"(whsec_)?[A-Za-z0-9+/]+={0,2}"), "a secret as the vendor shows it, whsec_…"),
}
_SECRETS = ("API_KEY", "WEBHOOK_SECRET", "SECRET_ACCESS_KEY")  # nobody reads them in a message
_PATIENCE = "seconds until what is under way is stopped and given up, and its credits given back"
_KINDS: Mapping[int, FailureKind] = {401: "auth", 403: "auth", 429: "rate_limited"}
_GONE = {404, 410}


class Vendor(Engine):
    """An engine that is somebody else's computer. Nothing here is ever sent twice.

    Outside, `submit` answers Failed as the rules of money want it: `transient` only where the vendor provably did not
    take the request on, `outcome_unknown` where it may have. `poll` fails only where the vendor itself says how it
    ended: whoever cannot be asked is asked again.
    """

    requires = ("API_KEY",)
    deadline_s: ClassVar[float] = 60.0
    """How long a submission may take, unless PACKSHOT_<ENGINE>_DEADLINE_S says so."""
    url: ClassVar[str]
    """Where the vendor is reached, unless PACKSHOT_<ENGINE>_BASE_URL says so."""
    usual_patience_s: ClassVar[float | None] = None
    """`patience_s` unless PACKSHOT_<ENGINE>_PATIENCE_S says so; with None there is no such setting."""
    others: ClassVar[Mapping[str, tuple[str, str]]] = MappingProxyType({})
    """Its own settings besides these: by name, what holds unless it is set, and what it is."""

    sense: ClassVar[Mapping[str, Sense]] = MappingProxyType({})
    """What its own settings have to look like, and that in words."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        reached = {"BASE_URL": (cls.url, f"where {cls.title} is reached")}
        cls.options = {
            **({} if "BASE_URL" in cls.requires else reached),
            "DEADLINE_S": (f"{cls.deadline_s:g}", "seconds that a submission or a result's file may take"),
            **({} if cls.usual_patience_s is None else {"PATIENCE_S": (f"{cls.usual_patience_s:g}", _PATIENCE)}),
            **cls.others,
        }

    @classmethod
    def models(cls) -> Sequence[Model]:
        return models_of(cls.id)

    def setting(self, name: str) -> str:
        """The setting `name`, or what holds unless it is set."""
        return self.workplace.settings.get(name, "").strip() or self.options.get(name, ("",))[0]

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        found: list[str] = []
        for name, (pattern, words) in {**_MAKE_SENSE, **self.sense}.items():
            if (value := self.setting(name)) and not pattern.fullmatch(value):
                instead = "" if name in _SECRETS else f", not {value[:80]!r}"
                found.append(f"{self.full(name)} ({words}{instead})")
        return tuple(found)

    @property
    def base_url(self) -> str:
        return self.setting("BASE_URL").rstrip("/")

    @property
    def deadline(self) -> float:
        """Seconds that a submission, or fetching what was made, may take."""
        return self._seconds("DEADLINE_S", self.deadline_s)

    @property
    def patience_s(self) -> float | None:
        return None if self.usual_patience_s is None else self._seconds("PATIENCE_S", self.usual_patience_s)

    def _seconds(self, name: str, usual: float) -> float:
        """What makes no sense is said by `wrong`; what is under way goes on all the same."""
        try:
            return max(float(self.setting(name)), 0.1)
        except ValueError:
            return usual

    @property
    def key(self) -> str:
        return self.setting("API_KEY")

    @property
    def headers(self) -> dict[str, str]:
        """What goes with every request to the vendor, and to nobody else."""
        return {"Authorization": f"Bearer {self.key}"}

    def refuses(self, request: GenerationRequest) -> Failed | None:
        """The same as `check`, for the last moment: a model may have been retired since, or a setting taken away."""
        if self.missing:
            return Failed("auth", f"{self.title} is not configured.", f"Set {', '.join(self.missing)}.")
        refusals = self.check(request)
        if not refusals:
            return None
        return Failed("refused", " ".join(one.words for one in refusals), refusals[0].remedy)

    async def sends(
        self,
        path: str,
        *,
        json: object = None,
        parts: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = JSON_BYTES,
    ) -> Answer | Failed:
        """POSTs something that costs money, once. Any answer but 2xx is a Failed already."""
        try:
            answer = await exchange(
                "POST",
                self.base_url + path,
                headers=self.headers | dict(headers or {}),
                json=json,
                parts=parts,
                deadline_s=self.deadline,
                max_bytes=max_bytes,
            )
        except NotSentError as error:
            return Failed("transient", f"{self.title} {error}.", "Try again later.")
        except NoAnswerError as error:
            return self.unknown(str(error))
        return answer if 200 <= answer.status < 300 else self.failed(answer)

    def unknown(self, why: str) -> Failed:
        """The vendor may have made it and may have charged for it."""
        return Failed("outcome_unknown", f"{self.title} {why}.", "It may have been made.", charged=None)

    def lost(self, why: str) -> Failed:
        """The vendor made it and charged for it, and yet there is nothing to show."""
        return Failed("outcome_unknown", f"{self.title} {why}.", "The vendor was paid.", charged=True)

    def is_moderated(self, answer: Answer) -> bool:
        """Whether an answer that is an error is the vendor's content rules."""
        return False

    def is_unpaid(self, answer: Answer) -> bool:
        """Whether an answer that is an error says that the operator's account is empty, which not all say by a 402."""
        return answer.status == 402

    def failed(self, answer: Answer) -> Failed:
        """What an answer other than 2xx to a submission means."""
        status, wait = answer.status, answer.retry_after_s
        if self.is_moderated(answer):
            return self.moderated(self.said(answer))
        if kind := "quota" if self.is_unpaid(answer) else _KINDS.get(status):
            words = {
                "auth": "does not accept the operator's key",
                "quota": "says that the operator's account is empty",
                "rate_limited": "is asked too often",
            }[kind]
            remedy = f"Check {self.full('API_KEY')}." if kind == "auth" else ""
            return Failed(kind, f"{self.title} {words}.", remedy, retry_after_s=wait)
        if status == 503 and wait is not None:  # "come back later" is said by whoever did not begin
            return Failed("transient", f"{self.title} is overloaded.", "Try again later.", retry_after_s=wait)
        if status >= 500 or status == 408:
            return self.unknown(f"had a problem of its own ({status})")
        return Failed("invalid", f"{self.title} refused the request ({status}): {self.said(answer)}")

    def moderated(self, said: str = "") -> Failed:
        words = f"{self.title}'s content rules do not allow this picture." + (f" It says: {said}" if said else "")
        return Failed("moderated", words, "Change the description or the photo.", charged=None)

    def said(self, answer: Answer) -> str:
        """The vendor's own words in an error, fit to be shown: short, printable, and without the key."""
        try:
            found: Any = answer.json()
        except NoAnswerError:
            return "no reason given"
        for name in ("error", "errors", "detail", "message", "name"):
            if isinstance(found, dict) and found.get(name):
                found = found[name]
        while isinstance(found, list) and found:
            found = found[0]
        return self.presentable(found)

    def presentable(self, said: object) -> str:
        """A vendor's words, fit to be shown."""
        words = said if isinstance(said, str) else "no reason given"
        if self.key:
            words = words.replace(self.key, "[key]")
        return "".join(c if c.isprintable() else " " for c in words)[:MESSAGE_CHARACTERS]

    async def asks(self, path: str, *, max_bytes: int = JSON_BYTES) -> Answer | Pending | Failed:
        """GETs how something under way stands. No answer is no failure: what was paid for is asked for again."""
        try:
            answer = await exchange(
                "GET",
                self.base_url + path,
                headers=self.headers,
                deadline_s=min(POLL_DEADLINE_S, self.deadline),
                max_bytes=max_bytes,
            )
        except (NotSentError, NoAnswerError):
            return Pending(TROUBLE_S)
        if 200 <= answer.status < 300:
            return answer
        if answer.status in _GONE:
            return self.unknown("no longer knows of it")
        return Pending(max(TROUBLE_S, answer.retry_after_s or 0))

    async def stops(self, method: str, path: str) -> None:
        """Tells the vendor to stop; whether it heard is not asked."""
        try:
            await exchange(
                method, self.base_url + path, headers=self.headers, deadline_s=POLL_DEADLINE_S, max_bytes=JSON_BYTES
            )
        except (NotSentError, NoAnswerError):
            return

    async def collects(self, url: object, *, video: bool = False) -> bytes | Pending | Failed:
        """The file behind a result's address: the vendor's own host, the open internet, or a data URL; nothing else.

        Pending where it is worth asking for again, Failed where it is not.
        """
        most = VIDEO_BYTES if video else IMAGE_BYTES
        within = self.deadline
        if not isinstance(url, str) or not url:
            return self.lost("gave no address of the result")
        if url.startswith("data:"):
            data = await asyncio.to_thread(from_base64, url)
            return self.whole(data, video=video) if data is not None else self.lost("sent a broken result")
        try:
            if _origin(url) == _origin(self.base_url):
                answer = await exchange("GET", url, headers={"Accept": "*/*"}, deadline_s=within, max_bytes=most)
                status, data = answer.status, answer.body
            else:
                status, data = 200, (await fetch(url, max_bytes=most, timeout_s=within)).data
        except BlockedAddressError:
            return self.lost("gave an address that Packshot does not fetch from")
        except (UnusableError, TooLargeError):
            return self.lost(f"sent a result that is compressed or has more than {most:,} bytes")
        except BadInputError as error:
            status, data = int(str(error.facts.get("status", 400))), b""
        except (NotSentError, NoAnswerError, PackshotError):
            return Pending(TROUBLE_S)
        if status == 429 or status >= 500:
            return Pending(TROUBLE_S)
        if not 200 <= status < 300:
            return self.lost(f"no longer has the result ({status})")
        return self.whole(data, video=video)

    def whole(self, data: bytes, *, video: bool = False) -> bytes | Failed:
        """`data` if it begins like what was asked for."""
        if is_video(data) if video else is_picture(data):
            return data
        return self.lost("sent something that is no " + ("video" if video else "picture"))


def prompt(request: GenerationRequest) -> str:
    """What a model that reads words is told: the description, and the style by its name."""
    style = f"Style: {request.style}." if request.style else ""
    return f"{request.words.strip()} {style}".strip()


def done(request: GenerationRequest, files: Sequence[bytes], cost: Cost, *, seed: int | None = None) -> Done:
    """The files as a result; a warning where there are fewer than were asked for."""
    missing = request.count - len(files)
    warnings = (f"{missing} of {request.count} pictures were not made.",) if missing > 0 else ()
    return Done(tuple(Artefact(file, seed=seed) for file in files), cost=cost, warnings=warnings)


def paid(failed: Pending | Failed, cost: Cost) -> Pending | Failed:
    """`failed` with what it cost, where the vendor was paid for it all the same."""
    return replace(failed, cost=cost) if isinstance(failed, Failed) and failed.charged else failed


def begun(id: str, **state: str) -> Operation:
    """An operation, first asked about after a moment that differs, so that many do not ask at once."""
    return Operation(id, state, poll_after_s=pause())


def pause() -> float:
    return POLL_S * random.uniform(0.8, 1.2)  # noqa: S311 - nothing secret


def _origin(url: str) -> tuple[str, bytes, str, int | None]:
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return "", b"", "", None
    return parts.scheme, parts.userinfo, parts.host, parts.port
