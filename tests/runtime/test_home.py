"""The settings of an installation: generated once, kept, and yielding to the environment."""

import json
import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from runtime.home import home, needs_mail_sink, prepare, servers
from shared.notes import opened, private_key, public_keys, sign
from shared.settings import Misconfigured, read_file

SERVICES = ("audit", "identity")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("QSE_")]:
        monkeypatch.delenv(name)


def test_secrets_are_generated_once_and_kept(tmp_path: Path) -> None:
    first = prepare(tmp_path / "home", SERVICES, 8080)
    second = prepare(tmp_path / "home", SERVICES, 8080)

    path = tmp_path / "home" / "settings.env"
    assert second == first == read_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_every_login_has_a_password_of_its_own(tmp_path: Path) -> None:
    settings = prepare(tmp_path, SERVICES, 8080)

    urls = [urlsplit(url) for name, url in settings.items() if name.endswith("DATABASE_URL")]
    audit = urlsplit(settings["QSE_AUDIT_DATABASE_URL"])
    owner = urlsplit(settings["QSE_DATABASE_URL"])
    assert len({url.password for url in urls}) == len(SERVICES) + 1
    assert min(len(url.password or "") for url in urls) >= 32
    assert audit.username == "qse_audit"
    assert (audit.scheme, audit.port, audit.path) == (owner.scheme, owner.port, owner.path)


def test_the_public_key_checks_what_the_private_one_signs(tmp_path: Path) -> None:
    settings = prepare(tmp_path, SERVICES, 8080)

    private = OKPKey.import_key(json.loads(settings["QSE_SIGNING_KEY"]))
    public = KeySet.import_key_set(json.loads(settings["QSE_PUBLIC_KEYS"]))
    header = {"alg": "Ed25519", "kid": private.kid}
    token = jwt.encode(header, {"sub": "Alice"}, private, algorithms=["Ed25519"])
    assert jwt.decode(token, public, algorithms=["Ed25519"]).claims["sub"] == "Alice"
    assert '"d"' not in settings["QSE_PUBLIC_KEYS"]


def test_the_record_is_sealed_with_a_key_of_its_own(tmp_path: Path) -> None:
    settings = prepare(tmp_path, SERVICES, 8080)

    name, key = private_key(settings["QSE_CHECKPOINT_KEY"])
    known = public_keys(settings["QSE_CHECKPOINT_KEYS"])
    assert opened(sign("sealed\n", name, key), known) == "sealed\n"
    assert settings["QSE_CHECKPOINT_KEY"] != settings["QSE_SIGNING_KEY"]
    assert '"d"' not in settings["QSE_CHECKPOINT_KEYS"]


def test_a_new_service_gets_what_it_misses(tmp_path: Path) -> None:
    before = prepare(tmp_path, SERVICES, 8080)
    after = prepare(tmp_path, (*SERVICES, "risk"), 9090)

    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "QSE_RISK_DATABASE_URL",
        "QSE_RISK_REDIS_URL",
        "QSE_PORT",
        "QSE_BASE_URL",
    }
    assert after["QSE_BASE_URL"] == "http://127.0.0.1:9090"


def test_given_servers_are_used_and_their_secrets_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = prepare(tmp_path, SERVICES, 8080)
    monkeypatch.setenv("QSE_DATABASE_URL", "postgres://boss:hidden-word@db.example:5433/qse?a=b")
    monkeypatch.setenv("QSE_REDIS_URL", "redis://:hidden-word@broker.example:6379/2")
    monkeypatch.setenv("QSE_SMTP_URL", "smtp://mail.example:25")
    settings = prepare(tmp_path, SERVICES, 8080)

    assert settings["QSE_DATABASE_URL"].startswith("postgresql+psycopg://boss:hidden-word@")
    login = urlsplit(settings["QSE_AUDIT_DATABASE_URL"])
    assert (login.hostname, login.port, login.path) == ("db.example", 5433, "/qse")
    assert (login.scheme, login.query) == ("postgresql+psycopg", "a=b")
    assert login.password == urlsplit(embedded["QSE_AUDIT_DATABASE_URL"]).password
    assert servers(tmp_path, settings) == []
    assert not needs_mail_sink(tmp_path, settings)
    assert "hidden-word" not in (tmp_path / "settings.env").read_text()


def test_the_embedded_servers_are_found_again_after_others_were_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = prepare(tmp_path, SERVICES, 8080)
    monkeypatch.setenv("QSE_DATABASE_URL", "postgresql://boss:hidden-word@db.example/qse")
    assert [server.name for server in servers(tmp_path, prepare(tmp_path, SERVICES, 8080))] == [
        "valkey"
    ]
    monkeypatch.delenv("QSE_DATABASE_URL")

    after = prepare(tmp_path, SERVICES, 8080)
    assert after == before
    assert [server.url for server in servers(tmp_path, after)] == [
        before["QSE_DATABASE_URL"],
        before["QSE_REDIS_URL"],
    ]
    assert needs_mail_sink(tmp_path, after)


def test_exported_settings_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepare(tmp_path, SERVICES, 8080)
    for name, value in before.items():
        monkeypatch.setenv(name, value)

    after = prepare(tmp_path, SERVICES, 9090)
    assert after["QSE_BASE_URL"] == "http://127.0.0.1:9090"
    assert len(servers(tmp_path, after)) == 2
    assert read_file(tmp_path / "settings.env") == after


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path, SERVICES, 8080)
    (tmp_path / "settings.env").chmod(0o640)

    with pytest.raises(Misconfigured, match="chmod 600"):
        prepare(tmp_path, SERVICES, 8080)


def test_the_home_is_chosen_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QSE_HOME", str(tmp_path))
    assert home() == tmp_path

    monkeypatch.delenv("QSE_HOME")
    monkeypatch.setenv("HOME", "/home/alice")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert home() == Path("/home/alice/.qse")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert home() == Path("/var/lib/qse")
