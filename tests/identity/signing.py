"""Somebody who signs in step by step, as the portal has them do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pyotp
import pytest
import time_machine
from fastapi.testclient import TestClient

from shared.settings import settings
from shared.work import clock
from tests.helpers import all_services
from tests.world import PASSWORD

IDENTITY = "/api/v1/identity"


def services() -> TestClient:
    return TestClient(all_services(), raise_server_exceptions=False)


def sign_in(web: TestClient, name: str = "alice", **changes: str) -> httpx.Response:
    body = {"email": f"{name}@example.org", "password": PASSWORD} | changes
    return web.post(f"{IDENTITY}/sessions", json=body)


def enter(web: TestClient, half: str, code: str) -> httpx.Response:
    return web.post(f"{IDENTITY}/sessions/code", json={"credential": half, "code": code})


def exchange(web: TestClient, credential: str) -> httpx.Response:
    body = {"credential": credential, "audience": ["identity", "audit"]}
    return web.post(f"{IDENTITY}/tokens", json=body)


def as_(web: TestClient, session: str) -> dict[str, str]:
    answer = exchange(web, session)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def with_factor(web: TestClient, name: str = "alice") -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app on one's account; gives it, and the recovery codes."""
    headers = as_(web, sign_in(web, name).json()["token"])
    made = web.post(f"{IDENTITY}/me/factor", headers=headers).json()
    app = pyotp.TOTP(made["secret"])
    body = {"code": code_now(app)}
    answer = web.post(f"{IDENTITY}/me/factor/confirm", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    codes: list[str] = answer.json()["codes"]
    return app, codes


def code_now(app: pyotp.TOTP) -> str:
    return app.at(clock())


@contextmanager
def later(**time: int) -> Iterator[Any]:
    with time_machine.travel(clock() + timedelta(**time)) as traveller:
        yield traveller


@contextmanager
def setting(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name, value in values.items():
            patch.setenv(f"QSE_{name.upper()}", value)
        settings.cache_clear()
        yield
    settings.cache_clear()
