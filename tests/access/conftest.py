from collections.abc import Callable, Iterator

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from runtime.services import SERVICES
from runtime.web import create_web
from shared import db
from shared.auth import Actor
from tests import servers
from tests.access.canaries import sing
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import let_everybody_in
from tests.conftest import Platform
from tests.helpers import token_of

OURS = "http://127.0.0.1:8080"

Try = Callable[[str, Knock, Actor], httpx.Response]


@pytest.fixture(scope="module")
def web(platform: Platform) -> Iterator[TestClient]:
    """Services and portal on a database of the module's own, with people of every role in it."""
    database = platform.clone()
    servers.adopt(platform.environment(database) | {"QSE_BASE_URL": OURS})
    let_everybody_in()
    app = create_web(list(SERVICES), with_portal=True)
    with TestClient(app, base_url=OURS, raise_server_exceptions=False) as client:
        yield client
    db.disconnect()
    platform.drop(database)


@pytest.fixture(scope="module")
def knocks(web: TestClient) -> dict[str, Knock]:
    """A request at every door about something at Lyon, where the word stands in every text."""
    made = {name: knock() for name, knock in DOORS.items()}
    sing()
    return made


@pytest.fixture
def knocked(web: TestClient) -> Try:
    """Somebody's try at a door: `knocked("audit POST /audits", knock, actor)`."""

    def knock(door: str, asked: Knock, actor: Actor) -> httpx.Response:
        service, method, _ = door.split()
        return web.request(
            method,
            f"/api/v1/{service}{asked.path}",
            json=asked.body,
            content=asked.content,
            params=asked.query,
            headers={"Authorization": f"Bearer {token_of(actor)}"},
        )

    return knock
