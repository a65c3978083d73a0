"""The settings of the kernel, read from PACKSHOT_* environment variables."""

from __future__ import annotations

import os
import secrets
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from pydantic import AliasChoices, BeforeValidator, Field, PositiveFloat, PositiveInt, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from packshot.errors import BadInputError

SECRET_LENGTH = 32
SOCKETS = "run"  # the folder of the state directory that holds the sockets of our own servers
POSTGRES_USER = POSTGRES_DATABASE = "packshot"


def _also(name: str, *others: str) -> AliasChoices:
    """PACKSHOT_NAME first, then the names that other deployments already use for the same thing."""
    return AliasChoices(name, f"PACKSHOT_{name.upper()}", *others)


def _cache_dir() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "packshot")


def _state_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/packshot")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state", "packshot")


def _asyncpg(url: object) -> object:
    """What libpq and other ORMs write in a URL, as asyncpg takes it."""
    if not isinstance(url, str) or not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql", "postgresql+asyncpg"):
        raise ValueError("it has to start with postgresql://")
    query = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)]
    kept = urlencode([(name, value) for name, value in query if name not in ("schema", "connection_limit")])
    return urlunsplit(("postgresql+asyncpg", parts.netloc, parts.path, kept, ""))


class Settings(BaseSettings):
    """What an operator decides before Packshot starts; what an admin may change while it runs is in config.py."""

    model_config = SettingsConfigDict(
        env_prefix="PACKSHOT_",
        env_ignore_empty=True,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # a URL has a password in it
    )

    cache_dir: Path = Field(default_factory=_cache_dir, description="folder for what can be made again (cutouts)")
    cache_mb: PositiveInt = Field(
        default=512, description="what that folder may grow to, in megabytes; the oldest go first"
    )
    state_dir: Path = Field(
        default_factory=_state_dir, description="folder for the embedded servers' data, files and the secret key"
    )
    database_url: Annotated[str, BeforeValidator(_asyncpg)] = Field(
        default="",
        validation_alias=_also("database_url", "DATABASE_URL"),
        description="PostgreSQL ≥ 16 to use instead of the embedded one",
    )
    redis_url: str = Field(
        default="",
        validation_alias=_also("redis_url", "REDIS_URL"),
        description="Redis or Valkey to use instead of the embedded one (also `REDIS_HOST` and `REDIS_PORT`)",
    )
    redis_host: str = Field(default="", validation_alias="REDIS_HOST", exclude=True)
    redis_port: PositiveInt = Field(default=6379, validation_alias="REDIS_PORT", exclude=True)
    secret_key: str = Field(
        default="",
        validation_alias=_also("secret_key", "JWT_SECRET"),
        description="signs tokens and links; made and kept in the state directory when not given",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="where people reach this Packshot; links start with it"
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")

    smtp_url: str = Field(
        default="",
        description="mail server, as `smtp://user:password@host:587`; without one, mails are written to the log",
    )
    mail_from: str = Field(default="Packshot <packshot@localhost>", description="who mails come from")

    words_llm_url: str = Field(
        default="",
        description="base address of an OpenAI-compatible endpoint that reads descriptions, such as"
        " `http://127.0.0.1:11434/v1`; without one the grammar reads them",
    )
    words_llm_key: str = Field(default="", repr=False, description="its key, where it wants one")
    words_llm_model: str = Field(default="", description="the model that is asked there")
    words_llm_timeout_s: PositiveFloat = Field(default=8, description="seconds after which the grammar reads instead")

    free_credits: int = Field(default=5, ge=0, description="credits of the free tier, each month")
    studio_credits: int = Field(default=0, ge=0, description="credits for a picture of the embedded studio")
    rate_limit: PositiveInt = Field(default=100, description="requests a minute and account")

    face_similarity_threshold: float = Field(
        default=0.65,
        ge=0,
        le=1,
        validation_alias=_also("face_similarity_threshold", "FACE_SIMILARITY_THRESHOLD"),
        description="where the identity lock starts to accept, until an admin changes it",
    )
    product_ssim_threshold: float = Field(
        default=0.92,
        ge=0,
        le=1,
        validation_alias=_also("product_ssim_threshold", "PRODUCT_SSIM_THRESHOLD"),
        description="where the product lock starts to accept, until an admin changes it",
    )
    vendor_callbacks: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="whether vendors are told to call back; auto: if the base URL is https and of the internet",
    )

    lease_s: PositiveFloat = Field(default=60, description="a worker that is silent this long has lost its picture")
    heartbeat_s: PositiveFloat = Field(default=20, description="how often a working worker says so")
    sweep_s: PositiveFloat = Field(default=10, description="how often forgotten work is looked for")
    generation_deadline_s: PositiveFloat = Field(
        default=3600, description="a picture not made by then gives its credits back"
    )
    io_concurrency: PositiveInt = Field(default=64, description="tasks at once in an `io` worker")
    cpu_concurrency: PositiveInt = Field(
        default_factory=lambda: os.cpu_count() or 1, description="processes of a `cpu` worker"
    )
    face_model: str = Field(
        default="dlib",
        description="what tells faces apart: dlib, auraface, insightface or sface (docs/guides/faces.md)",
    )
    face_model_path: Path | None = Field(default=None, description="that model's ONNX file; dlib needs none")
    face_model_sha256: str = Field(default="", description="the hash that this file has to have")
    face_detector_path: Path | None = Field(
        default=None, description="YuNet's ONNX file, to find faces with instead of dlib's detector"
    )
    face_detector_sha256: str = Field(
        default="", description="the hash that this file has to have, if it is not YuNet 2023mar"
    )
    face_accept: float | None = Field(
        default=None, description="where that model accepts, in its own units, as `packshot lock calibrate` found it"
    )
    face_review: float | None = Field(
        default=None, description="where a person looks at a face, in the same units; both or neither"
    )
    face_noncommercial: bool = Field(
        default=False, description="you may use weights that are licensed for non-commercial use only"
    )
    max_upload_mb: PositiveInt = Field(default=25, description="the largest file that is accepted, in megabytes")

    @model_validator(mode="after")
    def _make_sense_together(self) -> Self:
        if 0 < len(self.secret_key) < SECRET_LENGTH:
            raise ValueError(f"PACKSHOT_SECRET_KEY or JWT_SECRET has to have at least {SECRET_LENGTH} characters")
        if self.words_llm_url and not self.words_llm_url.startswith(("http://", "https://")):
            raise ValueError("PACKSHOT_WORDS_LLM_URL has to start with http:// or https://")
        if self.words_llm_url and not self.words_llm_model:
            raise ValueError("PACKSHOT_WORDS_LLM_URL needs PACKSHOT_WORDS_LLM_MODEL")
        if (self.face_accept is None) != (self.face_review is None):
            raise ValueError("PACKSHOT_FACE_ACCEPT and PACKSHOT_FACE_REVIEW have to be given together")
        if self.heartbeat_s * 2 > self.lease_s:
            raise ValueError("PACKSHOT_HEARTBEAT_S has to be at most half of PACKSHOT_LEASE_S")
        return self

    @property
    def embeds_database(self) -> bool:
        """No database was named, so Packshot runs its own."""
        return not self.database_url

    @property
    def embeds_redis(self) -> bool:
        """No Redis was named, so Packshot runs its own."""
        return not (self.redis_url or self.redis_host)

    @property
    def sockets(self) -> Path:
        """The folder of our own servers' sockets."""
        return self.state_dir / SOCKETS

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database in use, named or our own."""
        return self.database_url or (
            f"postgresql+asyncpg://{POSTGRES_USER}@/{POSTGRES_DATABASE}?host={quote(str(self.sockets), safe='/')}"
        )

    @property
    def redis(self) -> str:
        """The redis-py URL of the Redis in use, named or our own."""
        if self.redis_url:
            return self.redis_url
        if self.redis_host:
            return f"redis://{self.redis_host}:{self.redis_port}/0"
        return f"unix://{quote(str(self.valkey_socket), safe='/')}?db=0"

    @cached_property
    def secret(self) -> str:
        """The secret key: the one given, else the one of the state directory, made at the first use."""
        return self.secret_key or kept_secret(self.state_dir / "secret_key")

    @classmethod
    def load(cls) -> Settings:
        """The settings of the environment; what makes no sense is a BadInputError that names every variable."""
        try:
            return cls()
        except ValidationError as error:
            raise BadInputError(
                "; ".join(f"{_variable(wrong['loc'])}: {wrong['msg']}" for wrong in error.errors()) + ".",
                remedy="Change or unset it; docs/reference/settings.md lists what there is.",
            ) from None


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "The settings"
    return f"PACKSHOT_{name.upper()}" if name in Settings.model_fields else name


@cache
def settings() -> Settings:
    """The settings of this process; tests call `settings.cache_clear()` after they changed the environment."""
    return Settings.load()


@cache
def kept_secret(path: Path, random_bytes: int = SECRET_LENGTH) -> str:
    """The secret in `path`, two characters a byte; made at the first use, readable by its owner only.

    Written beside and linked into place, so that of processes that start together all read the same one.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(random_bytes))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
