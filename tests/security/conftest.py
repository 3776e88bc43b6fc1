from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from runtime.services import SERVICES
from runtime.web import create_web
from shared import db
from tests import chromium, servers
from tests.conftest import Platform

OURS = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def web(platform: Platform) -> Iterator[TestClient]:
    """Services and portal on a database of the module's own."""
    database = platform.clone()
    servers.adopt(platform.environment(database) | {"QSE_BASE_URL": OURS})
    app = create_web(list(SERVICES), with_portal=True)
    with TestClient(
        app, base_url=OURS, follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client
    db.disconnect()
    platform.drop(database)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium.path() is None:
        pytest.skip(chromium.MISSING)
    with chromium.running() as opened:
        yield opened
