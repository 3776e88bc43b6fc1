"""H11: what is not fit to run with does not start; it is named, and no secret is printed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from runtime import startup
from runtime.__main__ import main
from runtime.services import SERVICES
from shared import auth, db
from shared import settings as configuration
from shared.embedded import Valkey
from shared.settings import Misconfigured, settings
from tests import servers
from tests.conftest import Platform
from tests.promises import Promise

CANARY = "Canari-7f3a-tres-secret-9Zk"
EX_CONFIG = 78

Environment = Mapping[str, str | None]
Bad = tuple[str, Callable[[dict[str, str]], Environment]]


def with_password(url: str, password: str, user: str | None = None) -> str:
    address = urlsplit(url)
    place = f"{user or address.username}:{password}@{address.hostname}:{address.port}"
    return urlunsplit(address._replace(netloc=place))


def jwks(*keys: Mapping[str, object]) -> str:
    return json.dumps({"keys": keys})


def _key(kind: str = "Ed25519") -> OKPKey:
    return OKPKey.generate_key(kind, auto_kid=True)  # type: ignore[arg-type]


AUDIT, REDIS, OWNER = "QSE_AUDIT_DATABASE_URL", "QSE_AUDIT_REDIS_URL", "QSE_DATABASE_URL"
KEY, KEYS, BASE, ENV = "QSE_SIGNING_KEY", "QSE_PUBLIC_KEYS", "QSE_BASE_URL", "QSE_ENV"
CELERY = "QSE_CELERY_REDIS_URL"

BAD: dict[str, Bad] = {
    "no base url": (BASE, lambda _: {BASE: None}),
    "empty base url": (BASE, lambda _: {BASE: ""}),
    "http off loopback": (BASE, lambda _: {BASE: "http://qse.example", ENV: "production"}),
    "wildcard host": (BASE, lambda _: {BASE: "https://*", ENV: "production"}),
    "wildcard below a host": (BASE, lambda _: {BASE: "https://*.example", ENV: "production"}),
    "base url with a path": (BASE, lambda _: {BASE: "https://qse.example/qse", ENV: "production"}),
    "base url with a password": (BASE, lambda _: {BASE: f"https://a:{CANARY}@qse.example"}),
    "base url not http": (BASE, lambda _: {BASE: "javascript://127.0.0.1"}),
    "test mode off loopback": (BASE, lambda _: {BASE: "https://qse.example"}),
    "demo mode off loopback": (BASE, lambda _: {BASE: "https://qse.example", ENV: "demo"}),
    "unknown mode": (ENV, lambda _: {ENV: "debug"}),
    "debug log in production": (
        "QSE_LOG_LEVEL",
        lambda _: {ENV: "production", "QSE_LOG_LEVEL": "DEBUG"},
    ),
    "unknown log level": ("QSE_LOG_LEVEL", lambda _: {"QSE_LOG_LEVEL": "LOUD"}),
    "debug switch": ("QSE_DEBUG", lambda _: {"QSE_DEBUG": "1"}),
    "misspelt setting": ("QSE_SIGNING_KEYS", lambda _: {"QSE_SIGNING_KEYS": CANARY}),
    "misspelt smtp": ("QSE_SMPT_URL", lambda _: {"QSE_SMPT_URL": f"smtp://a:{CANARY}@mail"}),
    "wildcard origins": ("QSE_CORS_ORIGINS", lambda _: {"QSE_CORS_ORIGINS": "*"}),
    "port zero": ("QSE_PORT", lambda _: {"QSE_PORT": "0"}),
    "port too high": ("QSE_PORT", lambda _: {"QSE_PORT": "65536"}),
    "port in words": ("QSE_PORT", lambda _: {"QSE_PORT": CANARY}),
    "limit zero": ("QSE_WRITES_PER_MINUTE", lambda _: {"QSE_WRITES_PER_MINUTE": "0"}),
    "retries in words": ("QSE_MAX_DELIVERIES", lambda _: {"QSE_MAX_DELIVERIES": CANARY}),
    "no keys": (KEYS, lambda _: {KEYS: None}),
    "keys no JSON": (KEYS, lambda _: {KEYS: CANARY}),
    "keys empty": (KEYS, lambda _: {KEYS: jwks()}),
    "keys that sign": (KEYS, lambda _: {KEYS: jwks(_key().as_dict(private=True))}),
    "keys of RSA": (
        KEYS,
        lambda _: {KEYS: jwks(RSAKey.generate_key(2048, auto_kid=True).as_dict())},
    ),
    "keys of EC": (
        KEYS,
        lambda _: {KEYS: jwks(ECKey.generate_key("P-256", auto_kid=True).as_dict())},
    ),
    "a shared secret as key": (KEYS, lambda _: {KEYS: jwks(OctKey.generate_key(256).as_dict())}),
    "keys of X25519": (KEYS, lambda _: {KEYS: jwks(_key("X25519").as_dict())}),
    "key without kid": (
        KEYS,
        lambda _: {KEYS: jwks(OKPKey.generate_key("Ed25519", auto_kid=False).as_dict())},
    ),
    "signing key no JSON": (KEY, lambda _: {KEY: CANARY}),
    "signing key public": (KEY, lambda had: {KEY: json.dumps(json.loads(had[KEYS])["keys"][0])}),
    "signing key of another": (KEY, lambda _: {KEY: json.dumps(_key().as_dict(private=True))}),
    "signing key with a kid of ours": (
        KEY,
        lambda had: {
            KEY: json.dumps(_key().as_dict(private=True) | {"kid": json.loads(had[KEY])["kid"]})
        },
    ),
    "no login of a service": (AUDIT, lambda _: {AUDIT: None}),
    "empty login": (AUDIT, lambda _: {AUDIT: ""}),
    "login without password": (AUDIT, lambda had: {AUDIT: with_password(had[AUDIT], "")}),
    "login short": (AUDIT, lambda had: {AUDIT: with_password(had[AUDIT], CANARY[:12])}),
    "login default": (AUDIT, lambda had: {AUDIT: with_password(had[AUDIT], "changeme-changeme")}),
    "login of its name": (
        AUDIT,
        lambda had: {AUDIT: with_password(had[AUDIT], "qse_audit-qse_audit")},
    ),
    "login of one letter": (AUDIT, lambda had: {AUDIT: with_password(had[AUDIT], "a" * 32)}),
    "login wrong": (AUDIT, lambda had: {AUDIT: with_password(had[AUDIT], CANARY)}),
    "login of the superuser": (AUDIT, lambda had: {AUDIT: had[OWNER]}),
    "login of another kind of database": (AUDIT, lambda _: {AUDIT: f"mysql://a:{CANARY}@db/qse"}),
    "login no address": (AUDIT, lambda _: {AUDIT: f"postgresql://a:{CANARY}@[db/qse"}),
    "owner's login default": (
        OWNER,
        lambda had: {OWNER: with_password(had[OWNER], "postgres-postgres")},
    ),
    "no broker": (REDIS, lambda _: {REDIS: None}),
    "broker without password": (REDIS, lambda _: {REDIS: "redis://127.0.0.1:6379/0"}),
    "broker default": (
        REDIS,
        lambda had: {REDIS: with_password(had[REDIS], "redis-password-default")},
    ),
    "broker no address": (REDIS, lambda _: {REDIS: f"http://qse:{CANARY}@127.0.0.1"}),
    "no broker of Celery": (CELERY, lambda _: {CELERY: None}),
    "broker's default user": (
        REDIS,
        lambda had: {**_all_different(had), REDIS: with_password(had[REDIS], CANARY, "default")},
    ),
    "two logins with one password": ("QSE_", lambda _: {ENV: "production"}),
    "broker with a service's password": (
        REDIS,
        lambda had: {**_all_different(had), REDIS: with_password(had[REDIS], f"{AUDIT}-{CANARY}")},
    ),
}
AS_COMMANDS = (
    "test mode off loopback",
    "misspelt setting",
    "port in words",
    "signing key of another",
    "login of the superuser",
)


def _all_different(had: dict[str, str]) -> dict[str, str]:
    """In production, where no two logins may have the same password."""
    urls = {name: url for name, url in had.items() if name.endswith("_URL") and "@" in url}
    return {
        ENV: "production",
    } | {name: with_password(url, f"{name}-{CANARY}") for name, url in urls.items()}


@pytest.fixture
def environment(platform: Platform, own_database: str) -> dict[str, str]:
    """Settings that are fit: everything starts with them."""
    return platform.environment(own_database)


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator[Callable[[Environment], None]]:
    """Start a service in this process, with some settings changed, up to where it would serve."""

    def start(changes: Environment) -> None:
        _adopt({**environment, **changes})
        given = settings()
        _ = given.celery_url
        startup.require_fit(["audit"])

    yield start
    _adopt({**environment})


def _adopt(values: Environment) -> None:
    for name in [name for name in os.environ if name.startswith("QSE_")]:
        del os.environ[name]
    os.environ.update({name: value for name, value in values.items() if value is not None})
    db.disconnect()
    for cached in (settings, configuration._file, auth.public_keys):  # noqa: SLF001  read anew
        cached.cache_clear()


def command(values: Environment, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QSE_")}
    given = {name: value for name, value in values.items() if value is not None}
    return subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "runtime", *arguments],
        env=kept | given,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.security
def test_nothing_starts_on_a_bad_setting(
    environment: dict[str, str],
    process: Callable[[Environment], None],
    capsys: pytest.CaptureFixture[str],
    promise: Promise,
) -> None:
    process({})
    started, unnamed, leaked = [], [], []
    for case, (name, change) in BAD.items():
        try:
            process(change(environment))
        except Misconfigured:
            said = capsys.readouterr().err
            unnamed += [case] if name not in said else []
            leaked += [case] if CANARY[:12] in said else []
        else:
            started.append(case)
    promise("H11", "bad configurations that started", f"{len(started)} of {len(BAD)}", 0)
    promise("H11", "of them refused without the setting's name", len(unnamed), 0)
    promise("H11", "of them refused with a secret printed", len(leaked), 0)
    assert (started, unnamed, leaked) == ([], [], [])


@pytest.mark.security
def test_the_command_itself_ends_with_the_number_for_it(
    environment: dict[str, str], promise: Promise, tmp_path: Path
) -> None:
    readable = tmp_path / "settings.env"
    readable.write_text(f"QSE_SIGNING_KEY='{CANARY}'\n")
    readable.chmod(0o644)
    (tmp_path / "folder" / "settings.env").mkdir(parents=True)
    tries: dict[str, tuple[str, Environment, tuple[str, ...]]] = {
        case: (BAD[case][0], {**environment, **BAD[case][1](environment)}, ("web", "all"))
        for case in AS_COMMANDS
    }
    tries |= {
        "settings others can read": ("chmod 600", {"QSE_HOME": str(tmp_path)}, ("web", "all")),
        "settings that are a folder": (
            "settings.env",
            {"QSE_HOME": str(tmp_path / "folder")},
            ("web", "all"),
        ),
        "served to everybody in test mode": (ENV, environment, ("web", "all", "--host", "0.0.0.0")),  # noqa: S104
        "a worker": (REDIS, {**environment, REDIS: None}, ("work", "audit")),
        "the signing key by name only": (KEY, {**environment, KEY: CANARY}, ("config",)),
    }
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda one: command(one[1], *one[2]), tries.values()))
    wrong = [
        (case, done.returncode, done.stderr[-300:])
        for (case, (name, _, _)), done in zip(tries.items(), ended, strict=True)
        if done.returncode != EX_CONFIG
        or name not in done.stderr
        or CANARY[:12] in done.stdout + done.stderr
        or "Traceback" in done.stderr
    ]
    promise(
        "H11", "commands that did not end with 78 and a name", f"{len(wrong)} of {len(tries)}", 0
    )
    assert wrong == []


@pytest.mark.security
def test_a_role_or_a_table_that_protects_nothing_is_refused(
    process: Callable[[Environment], None], platform: Platform, own_database: str, promise: Promise
) -> None:
    """What an operator might do to the database in a hurry, one after the other."""
    url = servers.named(platform.postgres_url, own_database)
    secure = "alter table audit.audit {} row level security"
    deeds = {
        "bypasses": ("alter role qse_audit bypassrls", "alter role qse_audit nobypassrls"),
        "superuser": ("alter role qse_audit superuser", "alter role qse_audit nosuperuser"),
        "member of the owner": ("grant qse_owner to qse_audit", "revoke qse_owner from qse_audit"),
        "not forced": (f"{secure.format('no force')}", f"{secure.format('force')}"),
        "not enabled": (f"{secure.format('disable')}", f"{secure.format('enable')}"),
    }
    started, named = [], 0
    for deed, (done, undone) in deeds.items():
        servers.execute(url, done)
        try:
            process({})
        except Misconfigured as refused:
            named += AUDIT in refused.problem
        else:
            started.append(deed)
        finally:
            servers.execute(url, undone)
    process({})
    promise("H11", "services started on such a database", f"{len(started)} of {len(deeds)}", 0)
    assert started == []
    assert named == len(deeds)


@pytest.mark.security
def test_a_server_that_lets_anybody_in_is_refused(
    environment: dict[str, str],
    process: Callable[[Environment], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    promise: Promise,
) -> None:
    monkeypatch.setattr("shared.embedded.users", lambda _: ["user default on nopass ~* &* +@all"])
    monkeypatch.setattr(Valkey, "_answers", lambda self: self.port and not _free(self.port))
    tmp_path.chmod(0o755)
    with Valkey(tmp_path / "open", CANARY) as server:
        address = urlsplit(environment[REDIS])
        place = address.netloc.replace(str(address.port), str(server.port))
        with pytest.raises(Misconfigured, match="lets anybody in"):
            process({REDIS: urlunsplit(address._replace(netloc=place))})
    promise("H11", "services started on an open Redis server", 0, 0)


def _free(port: int) -> bool:
    from shared.child import is_free  # noqa: PLC0415

    return is_free(port)


@pytest.mark.security
def test_without_the_checks_they_would_start(
    environment: dict[str, str],
    process: Callable[[Environment], None],
    monkeypatch: pytest.MonkeyPatch,
    promise: Promise,
) -> None:
    """The control: it is our checks that refuse, not an accident on the way."""
    for check in (
        "require_login",
        "require_known",
        "require_address",
        "require_keys",
        "require_loopback",
    ):
        monkeypatch.setattr(f"shared.fit.{check}", lambda *_, **__: None)
    monkeypatch.setattr("runtime.startup.require_fit", lambda _: None)
    started = 0
    for _, change in BAD.values():
        try:
            process(change(environment))
        except Misconfigured:
            continue
        started += 1
    promise("H11", "control, without the checks: started", f"{started} of {len(BAD)}", "most")
    assert started > len(BAD) / 2


def test_the_effective_settings_are_shown_without_their_secrets(
    environment: dict[str, str],
    process: Callable[[Environment], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process({})
    monkeypatch.setattr(sys, "argv", ["qse", "config"])
    main()

    shown = capsys.readouterr().out
    secrets = {urlsplit(environment[name]).password for name in (AUDIT, REDIS, OWNER)}
    secrets.add(json.loads(environment[KEY])["d"])
    assert not [secret for secret in secrets if secret and secret in shown]
    assert "QSE_SIGNING_KEY=********" in shown
    assert "QSE_PORT=8080" in shown
    for name in SERVICES:
        assert f"qse_{name}:********@" in shown
