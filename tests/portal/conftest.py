import re
from collections.abc import Iterator
from html import unescape

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from runtime.services import SERVICES
from runtime.web import create_web
from services.audit.models import Audit
from shared import db
from tests import servers
from tests.conftest import Platform
from tests.helpers import Bus, beside
from tests.portal.factories import finding_form, lead_under_way
from tests.world import PASSWORD

OURS = "http://127.0.0.1:8080"


class Browser:
    """Somebody at a browser without JavaScript: follows links, fills in forms."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def read(self, path: str) -> str:
        """The page as it is shown, with typewriter spaces and apostrophes to compare with."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return shown(answer)

    def post(self, path: str, **typed: object) -> httpx.Response:
        """Send a form with the proof that a page of ours put into it."""
        [token, *_] = re.findall(r'name="csrf" value="([^"]+)"', self.get("/").text)
        return self.client.post(path, data={"csrf": token} | typed)

    def submit(self, page: str, action: str, **typed: object) -> httpx.Response:
        """Fill in a form that a page offers, with the hidden values it holds there."""
        return self.client.post(action, data=self.hidden(page, action) | typed)

    def hidden(self, page: str, action: str) -> dict[str, str]:
        return self.fields(self.get(page).text, action)

    def fields(self, text: str, action: str) -> dict[str, str]:
        form_of = rf'<form method="post"[^>]*action="{re.escape(action)}".*?</form>'
        [form, *_] = re.findall(form_of, text, re.DOTALL)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))

    def offers(self, page: str, action: str) -> bool:
        return f'action="{action}"' in self.get(page).text


def portal_in(web: TestClient) -> FastAPI:
    """The portal itself, inside of what serves it together with the services."""
    assert isinstance(web.app, FastAPI)
    [portal] = [r.app for r in web.app.routes if isinstance(r, Mount) and not r.path]
    assert isinstance(portal, FastAPI)
    return portal


def shown(answer: httpx.Response) -> str:
    text = (
        unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.fixture(scope="module")
def web(platform: Platform) -> Iterator[TestClient]:
    """The portal in front of the real services, on a database of this module's own."""
    name = platform.clone()
    servers.adopt(platform.environment(name) | {"QSE_BASE_URL": OURS})
    web = create_web(list(SERVICES), with_portal=True)
    with TestClient(web, base_url=OURS, follow_redirects=False) as client:
        client.headers["Origin"] = OURS
        yield client
    db.disconnect()
    platform.drop(name)


@pytest.fixture
def stranger(web: TestClient) -> Browser:
    client = beside(web, base_url=OURS, follow_redirects=False)
    client.headers["Origin"] = OURS
    return Browser(client)


class People:
    """A browser for each person, signed in when first needed."""

    def __init__(self, web: TestClient) -> None:
        self.web = web
        self.known: dict[str, Browser] = {}

    def __getitem__(self, name: str) -> Browser:
        if name not in self.known:
            self.known[name] = self.another(name)
        return self.known[name]

    def another(self, name: str, password: str = PASSWORD, agent: str = "Tests/1") -> Browser:
        """The same person at another screen."""
        client = beside(self.web, base_url=OURS, follow_redirects=False)
        client.headers.update({"Origin": OURS, "User-Agent": agent})
        typed = {"email": f"{name}@example.org", "password": password}
        assert client.post("/sign-in", data=typed).status_code == 303
        return Browser(client)


@pytest.fixture(scope="module")
def people(web: TestClient) -> People:
    return People(web)


@pytest.fixture
def audit(web: TestClient) -> Audit:
    """An audit that Diane leads at Lyon, under way."""
    return lead_under_way()


@pytest.fixture
def live_bus(web: TestClient) -> Bus:
    """What follows from something, delivered now instead of over Redis."""
    return Bus()


@pytest.fixture
def case(people: People, audit: Audit, live_bus: Bus) -> str:
    """A major nonconformity at Lyon and all that followed; gives the address of the finding."""
    page = f"/audits/{audit.id}"
    raised = people["diane"].submit(page, f"{page}/findings", **finding_form())
    live_bus.deliver_all()
    return raised.headers["location"]


def link_in(answer: httpx.Response, below: str) -> str:
    *_, last = re.findall(rf'href="({below}/[0-9a-f-]{{36}})[?"]', answer.text)
    return str(last)
