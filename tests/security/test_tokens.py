"""H3: no token is accepted that identity did not sign, for this service, a moment ago."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OKPKey

from runtime.services import SERVICES
from services.identity import access, signing_in
from services.identity.models import Person
from services.identity.schemas import PersonalTokenIn
from shared import auth
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.conftest import Platform
from tests.helpers import token_of
from tests.promises import Promise
from tests.world import WORLD

Bytes = dict[str, Any] | bytes
STRANGER = OKPKey.generate_key("Ed25519", auto_kid=True)
DOORS = ("/openapi.json", f"/timeline/{uuid4()}")


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def encoded(part: Bytes) -> str:
    return b64(part if isinstance(part, bytes) else json.dumps(part).encode())


def signed(header: Bytes, claims: Bytes, key: OKPKey) -> str:
    text = f"{encoded(header)}.{encoded(claims)}"
    private: Any = key.private_key
    return f"{text}.{b64(private.sign(text.encode()))}"


class Forger:
    """Somebody with a true token in hand, the public key, and any key of their own."""

    def __init__(self, key: OKPKey) -> None:
        self.key = key
        self.public = key.as_dict(private=False)
        header, claims, _ = token_of(WORLD.greta).split(".")
        self.header: dict[str, Any] = _decoded(header)
        self.claims: dict[str, Any] = _decoded(claims)

    def unsigned(self, alg: str, signature: str = "") -> str:
        return f"{encoded(self.header | {'alg': alg})}.{encoded(self.claims)}.{signature}"

    def by_secret(self, secret: bytes, alg: str = "HS256") -> str:
        text = f"{encoded(self.header | {'alg': alg})}.{encoded(self.claims)}"
        return f"{text}.{b64(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    def by_stranger(self, **header: object) -> str:
        return signed(self.header | header, self.claims, STRANGER)

    def saying(self, **claims: object) -> str:
        """As identity's own key would sign it: what must be refused for what it says."""
        said = {name: value for name, value in (self.claims | claims).items() if value is not None}
        return signed(self.header, said, self.key)

    def headed(self, **header: object) -> str:
        kept = {name: value for name, value in (self.header | header).items() if value is not None}
        return signed(kept, self.claims, self.key)


def _decoded(part: str) -> Any:  # noqa: ANN401  JSON
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def forged(by: Forger) -> dict[str, str]:
    now = int(time.time())
    true = signed(by.header, by.claims, by.key)
    text, _, signature = true.rpartition(".")
    header, _, claims = text.partition(".")
    pem: bytes = by.key.as_pem(private=False)
    raw = base64.urlsafe_b64decode(f"{by.public['x']}==")
    twice = json.dumps(by.claims)[:-1] + f', "sub": "{WORLD.adam.id}"}}'
    twice_headed = json.dumps(by.header)[:-1] + ', "alg": "none"}'
    held = {"role": "platform_admin", "sites": "*", "process": None}
    higher = by.claims | {"grants": [held]}
    jwks = {"keys": [STRANGER.as_dict(private=False)]}
    return {
        "alg none": by.unsigned("none"),
        "alg None": by.unsigned("None"),
        "alg nOnE": by.unsigned("nOnE"),
        "alg none, old signature": by.unsigned("none", signature),
        "alg empty": by.unsigned(""),
        "HS256 by public PEM": by.by_secret(pem),
        "HS256 by public bytes": by.by_secret(raw),
        "HS256 by public JWK": by.by_secret(json.dumps(by.public).encode()),
        "HS512 by public PEM": by.by_secret(pem, "HS512"),
        "another key, our kid": by.by_stranger(),
        "another key, its kid": by.by_stranger(kid=STRANGER.kid),
        "another key in jwk": by.by_stranger(jwk=STRANGER.as_dict(private=False)),
        "another key in jku": by.by_stranger(jku="https://evil.example/keys", kid=STRANGER.kid),
        "another key in x5u": by.by_stranger(x5u="https://evil.example/cert", kid=STRANGER.kid),
        "another key in jwks": by.by_stranger(jwks=jwks, kid=STRANGER.kid),
        "kid with a path": by.by_stranger(kid="../../../../dev/null"),
        "kid with SQL": by.by_stranger(kid="' or '1'='1"),
        "our key, jku beside": by.headed(jku="https://evil.example/keys"),
        "our key, crit": by.headed(crit=["exp"]),
        "our key, alg EdDSA": by.headed(alg="EdDSA"),
        "our key, no kid": by.headed(kid=None),
        "our key, kid a list": by.headed(kid=[by.header["kid"]]),
        "our key, another type": by.headed(typ="checkpoint+jwt"),
        "our key, no type": by.headed(typ=None),
        "empty signature": f"{text}.",
        "no signature": text,
        "signature cut": true[:-4],
        "signature of zeros": f"{text}.{b64(bytes(64))}",
        "claims altered": f"{header}.{encoded(higher)}.{signature}",
        "header altered": f"{encoded(by.header | {'x': 1})}.{claims}.{signature}",
        "expired": by.saying(iat=now - 120, exp=now - 61),
        "not yet valid": by.saying(iat=now + 30, exp=now + 90),
        "lives for an hour": by.saying(exp=now + 3_600),
        "never expires": by.saying(exp=None),
        "exp as text": by.saying(exp="9999999999"),
        "exp not a number": signed(
            by.header, json.dumps(by.claims | {"exp": float("nan")}).encode(), by.key
        ),
        "another issuer": by.saying(iss="audit"),
        "no issuer": by.saying(iss=None),
        "another audience": by.saying(aud=["portal"]),
        "audience as text that contains ours": by.saying(aud=" ".join(f"x{n}x" for n in SERVICES)),
        "no audience": by.saying(aud=None),
        "sub as a number": by.saying(sub=1),
        "no sub": by.saying(sub=None),
        "grants as text": by.saying(grants="*"),
        "claims twice": signed(by.header, twice.encode(), by.key),
        "header twice": signed(twice_headed.encode(), by.claims, by.key),
        "claims as a list": signed(by.header, b"[]", by.key),
        "claims nested deeply": signed(by.header, b"[" * 20_000, by.key),
        "header nested deeply": f"{b64(b'[' * 30_000)}.{claims}.{signature}",
        "a megabyte": by.saying(padding="x" * 1_000_000),
        "a megabyte of dots": "." * 1_000_000,
        "five parts": f"{true}.{claims}.{signature}",
        "blanks around": f"{header} .{claims}.{signature}",
        "nothing": "",
        "not ASCII": "é.é.é",
    }


def accepted(web: TestClient, headers: dict[str, str], query: str = "") -> list[str]:
    """The services, and their doors, that let somebody in who shows this."""
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    doors = [f"/api/v1/{service}{door}" for service in SERVICES for door in DOORS]
    answers = {door: web.get(f"{door}{query}", headers=sent) for door in doors}
    return [door for door, answer in answers.items() if answer.status_code != 401]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def credentials() -> dict[str, str]:
    """What opens something elsewhere, or opened this once."""
    with unit_of_work("identity", WORLD.greta, permission="identity:read") as uow:
        revoked, row = access.make_personal_token(uow, PersonalTokenIn(name="revoked"))
        access.revoke_personal_token(uow, row.id)
    with unit_of_work("identity", WORLD.hugo, permission="identity:read") as uow:
        leaver, _ = access.make_personal_token(uow, PersonalTokenIn(name="of somebody who left"))
    with unit_of_work("identity", SYSTEM) as uow:
        session, _ = signing_in.open_session(uow, uow.get(Person, WORLD.greta.id))
        uow.get(Person, WORLD.hugo.id).active = False
    return {
        "a session": session,
        "a revoked personal token": revoked,
        "a personal token of somebody who left": leaver,
        "a personal token nobody made": "qse_" + "A" * 43,
        "a personal token with a wildcard": "qse_%",
    }


@pytest.mark.security
def test_no_service_accepts_a_forged_token(
    web: TestClient, platform: Platform, promise: Promise
) -> None:
    corpus = forged(Forger(platform.key)) | credentials()
    doors = len(SERVICES) * len(DOORS)
    assert len(accepted(web, bearer(token_of(WORLD.greta)))) == doors

    let_in = {name: accepted(web, bearer(token)) for name, token in corpus.items()}
    true = token_of(WORLD.greta)
    elsewhere = {
        "another scheme": accepted(web, {"Authorization": f"Basic {true}"}),
        "a cookie": accepted(web, {"Cookie": f"qse={true}; token={true}"}),
        "the address": accepted(web, {}, f"?access_token={true}"),
        "a header of a proxy": accepted(web, {"X-User-Id": str(WORLD.greta.id)}),
    }

    wrong = {name: doors for name, doors in (let_in | elsewhere).items() if doors}
    promise("H3", "tokens of the corpus", len(let_in) + len(elsewhere), "40 or more")
    promise("H3", "accepted by any of the services", len(wrong), 0)
    assert wrong == {}
    assert len(let_in) + len(elsewhere) >= 40


@pytest.mark.security
def test_the_corpus_finds_a_signature_that_nobody_checks(
    web: TestClient, platform: Platform, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: as somebody in a hurry reads a token."""
    unchecked: Callable[..., object] = lambda token, *_, **__: SimpleNamespace(  # noqa: E731
        payload=base64.urlsafe_b64decode(token.split(".")[1] + "==")
    )
    monkeypatch.setattr("shared.auth.jws.deserialize_compact", unchecked)

    corpus = forged(Forger(platform.key))
    let_in = [name for name, token in corpus.items() if accepted(web, bearer(token))]

    promise("H3", "control, signature not checked: accepted", len(let_in), "some")
    assert {"another key, our kid", "empty signature", "claims altered"} <= set(let_in)


@pytest.mark.security
def test_the_corpus_finds_claims_that_nobody_checks(
    web: TestClient, platform: Platform, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_check", lambda *_: None)

    corpus = forged(Forger(platform.key))
    let_in = [name for name, token in corpus.items() if accepted(web, bearer(token))]

    promise("H3", "control, claims not checked: accepted", len(let_in), "some")
    assert {"expired", "another audience", "another issuer", "lives for an hour"} <= set(let_in)
