"""What every process reads from its environment, and refuses to start without."""

import os
import stat
import sys
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import fit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LARGEST_FILE_MB = 200
NOT_AN_ERROR_OF_OURS = 78
"""EX_CONFIG of sysexits.h: starting again changes nothing until somebody mends the settings."""


class Misconfigured(SystemExit):
    """The settings are not fit to run with. Names the setting, never its value.

    It tells so itself: under Celery's own command nobody would print more than the number.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"qse: {problem}")
        self.problem = problem
        self.code = NOT_AN_ERROR_OF_OURS
        print(f"qse: {problem}", file=sys.stderr)  # noqa: T201


class Settings(BaseSettings):
    """One installation, as its processes see it. Nothing secret has a default."""

    model_config = SettingsConfigDict(env_prefix="QSE_", frozen=True, extra="ignore")

    env: Literal["production", "demo", "test"] = "production"
    port: int = Field(default=8080, ge=1, le=65_535)
    base_url: str
    public_keys: str
    redis_url: SecretStr | None = None
    celery_redis_url: SecretStr | None = None
    database_url: SecretStr | None = None
    signing_key: SecretStr | None = None
    checkpoint_key: SecretStr | None = None
    checkpoint_keys: str | None = None
    checkpoint_folder: Path | None = None
    files: str | None = None
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    largest_file_mb: int = Field(default=20, ge=1, le=LARGEST_FILE_MB)
    services_url: str | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "qse@localhost"
    mail_sink_url: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    instance: str = os.uname().nodename
    retry_idle_ms: int = Field(default=5_000, ge=100)
    max_deliveries: int = Field(default=5, ge=1)
    reconcile_after_s: float = Field(default=30.0, ge=0)
    reads_per_minute: int = Field(default=600, ge=1)
    writes_per_minute: int = Field(default=60, ge=1)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    portal_key: SecretStr | None = Field(default=None, min_length=fit.SHORTEST_SECRET)
    require_second_factor: bool | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_label: str = ""

    @model_validator(mode="after")
    def _fit_to_run(self) -> Self:
        fit.require_address("QSE_BASE_URL", self.base_url, plain=self.env == "test")
        if self.env == "production" and self.log_level == "DEBUG":
            raise ValueError("QSE_LOG_LEVEL is DEBUG; in production INFO tells enough")
        for name, url in (("QSE_DATABASE_URL", self.database_url),):
            if url is not None:
                fit.require_login(name, url.get_secret_value(), fit.DATABASES)
        for name, url in (
            ("QSE_REDIS_URL", self.redis_url),
            ("QSE_CELERY_REDIS_URL", self.celery_redis_url),
        ):
            if url is not None:
                fit.require_login(name, url.get_secret_value(), fit.BROKERS)
        key = self.signing_key
        fit.require_keys(self.public_keys, key.get_secret_value() if key else None)
        if self.oidc_issuer:
            _require_provider(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        return self

    def require_place(self, host: str) -> None:
        """Refuse to serve others what is set up for this machine only."""
        if self.env != "production" and host not in fit.LOOPBACK:
            raise Misconfigured(f"QSE_ENV is {self.env}: that is served on a loopback address only")

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints are copied to: best a volume that no database server writes."""
        if self.checkpoint_folder is not None:
            return self.checkpoint_folder
        if "QSE_HOME" not in os.environ:
            raise Misconfigured("QSE_CHECKPOINT_FOLDER is not set; checkpoints are copied there")
        return Path(os.environ["QSE_HOME"]) / "checkpoints"

    @property
    def files_place(self) -> str:
        """Where evidence files are kept: a folder, or s3://bucket/prefix."""
        if self.files:
            return self.files
        if "QSE_HOME" not in os.environ:
            raise Misconfigured("QSE_FILES is not set; evidence files are kept there")
        return str(Path(os.environ["QSE_HOME"]) / "files")

    @property
    def largest_file(self) -> int:
        return self.largest_file_mb * 1_000_000

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def wants_second_factor(self) -> bool:
        """Whether those who may do most, and outsiders, must hold a second factor."""
        if self.require_second_factor is None:
            return self.env == "production"
        return self.require_second_factor

    def url_of(self, service: str) -> str:
        """The login of one service. There is no way from it to another service's schema."""
        return _url(f"QSE_{service.upper()}_DATABASE_URL", None, fit.DATABASES)

    def owner_url_of(self, service: str) -> str:
        """The login that migrates: of all services, unless one lives on a server of its own."""
        return _url(f"QSE_{service.upper()}_OWNER_URL", self.database_url, fit.DATABASES)

    def redis_url_of(self, service: str) -> str:
        """The login with which one service announces and hears."""
        return self._broker(f"QSE_{service.upper()}_REDIS_URL", None)

    @property
    def celery_url(self) -> str:
        """The login that hands work to Celery, and with which Celery takes it."""
        return self._broker("QSE_CELERY_REDIS_URL", self.celery_redis_url)

    @property
    def operator_url(self) -> str:
        """The login of who looks after the streams of all: no service has it."""
        return self._broker("QSE_REDIS_URL", self.redis_url)

    def _broker(self, name: str, otherwise: SecretStr | None) -> str:
        url = _url(name, otherwise, fit.BROKERS)
        if self.env == "production" and urlsplit(url).username in (None, "", "default"):
            raise Misconfigured(f"{name} names no user of its own; `default` is to be off")
        return url


def _url(name: str, otherwise: SecretStr | None, schemes: frozenset[str]) -> str:
    url = os.environ.get(name) or _file().get(name)
    if url:
        try:
            fit.require_login(name, url, schemes)
        except ValueError as refused:
            raise Misconfigured(str(refused)) from None
        return url
    if otherwise is None:
        raise Misconfigured(f"{name} is not set")
    return otherwise.get_secret_value()


def _require_provider(issuer: str, client: str, secret: SecretStr | None) -> None:
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in fit.LOOPBACK:
        raise ValueError("QSE_OIDC_ISSUER must be https, unless it is a loopback address")
    if not client or secret is None or not secret.get_secret_value():
        raise ValueError("QSE_OIDC_ISSUER needs QSE_OIDC_CLIENT_ID and QSE_OIDC_CLIENT_SECRET")


@cache
def _file() -> dict[str, str]:
    """The settings that `qse up` generated for this home, if there is one."""
    home = os.environ.get("QSE_HOME")
    return read_file(Path(home) / "settings.env") if home else {}


def read_file(path: Path) -> dict[str, str]:
    """Read the settings of a home, unless others can read them too."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Misconfigured(f"{path} can be read by others; run: chmod 600 {path}")
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise Misconfigured(f"{path} cannot be read: {type(problem).__name__}") from None
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value.strip().strip("'\"") for name, _, value in pairs}


@cache
def settings() -> Settings:
    """Read once: the real environment first, then the home's file. Refuse by name."""
    given = given_settings()
    known: dict[str, Any] = {
        field: given[name] for field in Settings.model_fields if (name := name_of(field)) in given
    }
    try:
        fit.require_known(given, {name_of(field) for field in Settings.model_fields})
        made = Settings(**known)
        if made.env != "production":
            fit.require_loopback("QSE_BASE_URL", made.base_url, made.env)
        if made.env != "test":
            fit.require_different(given)
    except ValidationError as refused:
        raise Misconfigured("; ".join(_problems(refused))) from None
    except ValueError as refused:
        raise Misconfigured(str(refused)) from None
    return made


def given_settings() -> dict[str, str]:
    """All that was set, by whom it may be, before anything is checked."""
    return _file() | {name: value for name, value in os.environ.items() if _is_ours(name)}


def name_of(field: str) -> str:
    return f"QSE_{field.upper()}"


def _is_ours(name: str) -> bool:
    return name.startswith("QSE_")


def _problems(refused: ValidationError) -> list[str]:
    """One sentence per setting. Pydantic's own text would repeat the value."""
    problems = []
    for error in refused.errors(include_input=False, include_url=False):
        name = name_of(str(error["loc"][0])) if error["loc"] else ""
        missing = error["type"] == "missing"
        text = "is not set" if missing else error["msg"].removeprefix("Value error, ")
        problems.append(f"{name} {text}".strip())
    return problems
