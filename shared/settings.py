"""What every process reads from its environment, and refuses to start without."""

import json
import os
import stat
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WORTHLESS = {"changeme", "change-me", "secret", "password", "postgres", "admin", "qse", "test"}
MINIMUM_SECRET = 16


class Misconfigured(SystemExit):
    """The settings are not fit to run with. Names the setting, never its value."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"qse: {problem}")
        self.problem = problem


class Settings(BaseSettings):
    """One installation, as its processes see it. Nothing secret has a default."""

    model_config = SettingsConfigDict(env_prefix="QSE_", frozen=True, extra="ignore")

    env: Literal["production", "demo", "test"] = "production"
    port: int = 8080
    base_url: str
    redis_url: SecretStr
    public_keys: str
    database_url: SecretStr | None = None
    signing_key: SecretStr | None = None
    services_url: str | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "qse@localhost"
    mail_sink_url: str | None = None
    log_level: str = "INFO"
    instance: str = os.uname().nodename
    retry_idle_ms: int = 5_000
    max_deliveries: int = 5
    reconcile_after_s: float = 30.0
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    portal_key: SecretStr | None = Field(default=None, min_length=MINIMUM_SECRET)
    require_second_factor: bool | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_label: str = ""

    @model_validator(mode="after")
    def _fit_to_run(self) -> Self:
        address = urlsplit(self.base_url)
        if address.scheme != "https" and address.hostname not in LOOPBACK and self.env != "test":
            raise ValueError("QSE_BASE_URL must be https, unless it is a loopback address")
        _require_password("QSE_REDIS_URL", self.redis_url)
        for name, url in (("QSE_DATABASE_URL", self.database_url),):
            if url is not None:
                _require_password(name, url)
        if not json.loads(self.public_keys).get("keys"):
            raise ValueError("QSE_PUBLIC_KEYS holds no key")
        if self.oidc_issuer:
            _require_provider(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        return self

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
        return _url(f"QSE_{service.upper()}_DATABASE_URL", None)

    def owner_url_of(self, service: str) -> str:
        """The login that migrates: of all services, unless one lives on a server of its own."""
        return _url(f"QSE_{service.upper()}_OWNER_URL", self.database_url)


def _url(name: str, otherwise: SecretStr | None) -> str:
    url = os.environ.get(name) or _file().get(name)
    if url:
        try:
            _require_password(name, SecretStr(url))
        except ValueError as refused:
            raise Misconfigured(str(refused)) from None
        return url
    if otherwise is None:
        raise Misconfigured(f"{name} is not set")
    return otherwise.get_secret_value()


def _require_password(name: str, url: SecretStr) -> None:
    password = urlsplit(url.get_secret_value()).password or ""
    if len(password) < MINIMUM_SECRET or password.lower() in WORTHLESS:
        raise ValueError(f"{name} needs a password of at least {MINIMUM_SECRET} characters")


def _require_provider(issuer: str, client: str, secret: SecretStr | None) -> None:
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ValueError("QSE_OIDC_ISSUER must be https, unless it is a loopback address")
    if not client or secret is None or not secret.get_secret_value():
        raise ValueError("QSE_OIDC_ISSUER needs QSE_OIDC_CLIENT_ID and QSE_OIDC_CLIENT_SECRET")


@cache
def _file() -> dict[str, str]:
    """The settings that `qse up` generated for this home, if there is one."""
    home = os.environ.get("QSE_HOME")
    path = Path(home) / "settings.env" if home else None
    if path is None or not path.exists():
        return {}
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Misconfigured(f"{path} can be read by others; run: chmod 600 {path}")
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name: value.strip().strip("'\"") for name, _, value in lines}


@cache
def settings() -> Settings:
    """Read once: the real environment first, then the home's file. Refuse by name."""
    from_file: dict[str, Any] = {
        name.removeprefix("QSE_").lower(): value
        for name, value in _file().items()
        if name not in os.environ
    }
    known = {name: value for name, value in from_file.items() if name in Settings.model_fields}
    try:
        return Settings(**known)
    except ValidationError as refused:
        raise Misconfigured("; ".join(_problems(refused))) from None
    except ValueError as refused:
        raise Misconfigured(str(refused)) from None


def _problems(refused: ValidationError) -> list[str]:
    """One sentence per setting. Pydantic's own text would repeat the value."""
    problems = []
    for error in refused.errors(include_input=False, include_url=False):
        name = f"QSE_{str(error['loc'][0]).upper()}" if error["loc"] else ""
        missing = error["type"] == "missing"
        text = "is not set" if missing else error["msg"].removeprefix("Value error, ")
        problems.append(f"{name} {text}".strip())
    return problems
