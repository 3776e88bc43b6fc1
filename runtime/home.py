"""The folder of an installation, and the settings that are generated in it once.

`settings.env` is written whole or not at all. What the environment gives is used and never
written down; everything else is generated at the first start and kept.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from joserfc.jwk import OKPKey
from sqlalchemy import make_url

from shared.broker import CELERY, OPERATOR, login_of
from shared.child import LOOPBACK, free_port
from shared.embedded import Postgres, Valkey
from shared.servers import Server
from shared.settings import read_file

DATABASE, EMBEDDED_DATABASE = "QSE_DATABASE_URL", "QSE_EMBEDDED_DATABASE_URL"
REDIS, EMBEDDED_REDIS = "QSE_REDIS_URL", "QSE_EMBEDDED_REDIS_URL"
CELERY_REDIS = "QSE_CELERY_REDIS_URL"
KEYS = {"QSE_SIGNING_KEY": "QSE_PUBLIC_KEYS", "QSE_CHECKPOINT_KEY": "QSE_CHECKPOINT_KEYS"}
"""Where each secret key is kept, and where what checks its signatures."""


def home() -> Path:
    """QSE_HOME, or where a user's and a system's programs keep their data.

    For root that is /var/lib/qse: the data of a machine should not sit in a person's home.
    """
    given = os.environ.get("QSE_HOME")
    if given:
        return Path(given).expanduser().resolve()
    return Path("/var/lib/qse") if os.geteuid() == 0 else Path.home() / ".qse"


def prepare(home: Path, services: Collection[str], port: int) -> dict[str, str]:
    """Complete the settings of this home, and return them with what the environment gives.

    Call it while holding the home: two that prepare at once would generate different secrets.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "settings.env"
    kept = read_file(path)
    given = _given(kept)
    if DATABASE in given:
        given[DATABASE] = _driven(given[DATABASE])
    brokers = [*(f"QSE_{service.upper()}_REDIS_URL" for service in services), CELERY_REDIS]
    if REDIS in given:
        given = dict.fromkeys(brokers, given[REDIS]) | given
    settings = kept | _embedded(home, kept) | _addresses(kept, port) | {"QSE_ENV": "demo"}
    settings |= {
        DATABASE: settings[EMBEDDED_DATABASE],
        REDIS: settings[EMBEDDED_REDIS],
        **{name: kept.get(name) or _new_key() for name in KEYS},
    } | given
    settings |= _logins(settings[DATABASE], services, kept) | _public(settings)
    settings |= _broker_logins(settings[EMBEDDED_REDIS], brokers, kept) | given
    written = {name: value for name, value in settings.items() if name not in given}
    if written != kept:
        _write(path, written)
    return settings


def servers(home: Path, settings: dict[str, str]) -> list[Server]:
    """List the embedded servers that these settings need: none where an address was given."""
    database, broker = urlsplit(settings[EMBEDDED_DATABASE]), urlsplit(settings[EMBEDDED_REDIS])
    needed: list[Server] = []
    if settings[DATABASE] == settings[EMBEDDED_DATABASE]:
        needed.append(Postgres(home / "postgres", database.password or "", database.port))
    if settings[REDIS] == settings[EMBEDDED_REDIS]:
        needed.append(_valkey(home, broker, settings))
    return needed


def needs_mail_sink(home: Path, settings: dict[str, str]) -> bool:
    """Whether mails go to our own sink. An address from the environment is never written down."""
    return read_file(home / "settings.env").get("QSE_SMTP_URL") == settings["QSE_SMTP_URL"]


def _write(path: Path, settings: dict[str, str]) -> None:
    """Quote the values, so that a shell, Compose and python-dotenv read the same as we do."""
    text = "".join(f"{name}='{value}'\n" for name, value in sorted(settings.items()))
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=".settings-")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    Path(partial).replace(path)


def _given(kept: dict[str, str]) -> dict[str, str]:
    """Take what the environment says differently. The port is an argument and not among it."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("QSE_")
        and name not in ("QSE_HOME", "QSE_PORT")
        and value not in ("", kept.get(name))
    }


def _embedded(home: Path, kept: dict[str, str]) -> dict[str, str]:
    """Keep the embedded servers' passwords and ports, also while other servers are in use."""
    fresh = {
        EMBEDDED_DATABASE: Postgres(home / "postgres", _secret()).url,
        EMBEDDED_REDIS: Valkey(home / "valkey", _secret()).url,
    }
    found = {name: kept.get(name, url) for name, url in fresh.items()}
    # Homes of before there were users on the server keep their password, and get the name.
    return found | {EMBEDDED_REDIS: found[EMBEDDED_REDIS].replace("//:", f"//{OPERATOR}:")}


def _addresses(kept: dict[str, str], port: int) -> dict[str, str]:
    smtp, sink = f"smtp://{LOOPBACK}:{free_port()}", f"http://{LOOPBACK}:{free_port()}"
    return {
        "QSE_PORT": str(port),
        "QSE_BASE_URL": f"http://{LOOPBACK}:{port}",
        "QSE_SMTP_URL": kept.get("QSE_SMTP_URL", smtp),
        "QSE_MAIL_SINK_URL": kept.get("QSE_MAIL_SINK_URL", sink),
    }


def _logins(database: str, services: Iterable[str], kept: dict[str, str]) -> dict[str, str]:
    """Give every service a login of its own on the same server, with the password it had."""
    logins = {}
    for service in services:
        name = f"QSE_{service.upper()}_DATABASE_URL"
        password = urlsplit(kept.get(name, "")).password or _secret()
        url = make_url(database).set(username=f"qse_{service}", password=password)
        logins[name] = url.render_as_string(hide_password=False)
    return logins


def _broker_logins(operator: str, names: Iterable[str], kept: dict[str, str]) -> dict[str, str]:
    """The same on our own Redis server. One that was given has the users it was given."""
    server = urlsplit(operator)
    logins = {}
    for name in names:
        user = CELERY if name == CELERY_REDIS else login_of(name.split("_")[1].lower())
        password = urlsplit(kept.get(name, "")).password or _secret()
        place = f"{user}:{password}@{server.hostname}:{server.port}"
        logins[name] = server._replace(netloc=place).geturl()
    return logins


def _valkey(home: Path, operator: SplitResult, settings: dict[str, str]) -> Valkey:
    urls = (urlsplit(url) for name, url in settings.items() if name.endswith("REDIS_URL"))
    logins = {url.username or "": url.password or "" for url in urls}
    del logins[OPERATOR]
    return Valkey(home / "valkey", operator.password or "", operator.port, logins=logins)


def _driven(url: str) -> str:
    """Name our driver where the address names none, as a hosting company's usually does."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _new_key() -> str:
    key = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True), separators=(",", ":"))


def _public(settings: dict[str, str]) -> dict[str, str]:
    return {public: _public_half(settings[secret]) for secret, public in KEYS.items()}


def _public_half(key: str) -> str:
    keys = {"keys": [OKPKey.import_key(json.loads(key)).as_dict(private=False)]}
    return json.dumps(keys, separators=(",", ":"))
