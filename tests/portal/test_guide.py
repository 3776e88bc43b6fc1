"""A group from nothing: who is first follows the guide of the home page to its end."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from portal.i18n import catalogue
from runtime.migrate import migrate
from runtime.operator import first_person
from runtime.services import SERVICES
from runtime.web import create_web
from services.indicators.definition_schemas import DefinitionIn
from services.indicators.method.commands import define
from services.indicators.schemas import Aggregation, Direction
from shared import db
from shared.auth import SYSTEM
from shared.work import clock, unit_of_work
from tests import servers
from tests.conftest import Platform
from tests.helpers import Bus
from tests.portal.conftest import OURS, Browser, People, shown
from tests.world import PASSWORD

TODAY = clock().date()
WATER = DefinitionIn(
    code="EAU",
    name_fr="Eau prélevée",
    name_en="Water taken",
    unit="m3",
    direction=Direction.LOW,
    aggregation=Aggregation.SUM,
)
GUIDE = "Pour commencer"
NEXT = "À faire maintenant"
STEPS = [
    "Nommer un second coordinateur du groupe",
    "Ouvrir les divisions et les sites",
    "Nommer les processus",
    "Inviter les personnes",
    "Écrire la politique et la mettre en vigueur",
    "Saisir une première mesure",
    "Inscrire les premiers risques",
    "Planifier le premier audit",
]


@pytest.fixture
def empty(platform: Platform) -> Iterator[TestClient]:
    """An installation right after `qse migrate`, served."""
    servers.execute(platform.postgres_url, "create database qse_nothing")
    servers.adopt(platform.environment("qse_nothing") | {"QSE_BASE_URL": OURS})
    migrate(list(SERVICES))
    web = create_web(list(SERVICES), with_portal=True)
    with TestClient(web, base_url=OURS, follow_redirects=False) as client:
        yield client
    db.disconnect()
    platform.drop("qse_nothing")


class Founder:
    """Somebody who opens a group at the command line, and does what the guide says."""

    def __init__(self, web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        self.people = People(web)
        self.monkeypatch = monkeypatch
        self.name_coordinator("claire")
        with unit_of_work("indicators", SYSTEM) as uow:  # no page of the portal defines one yet
            define(uow, WATER)
        self.claire = self.people["claire"]
        self.site = ""

    def name_coordinator(self, name: str) -> None:
        self.monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        first_person(f"{name}@example.org", name.title(), "Groupe Alvéa")
        Bus().deliver_all()

    def next(self) -> str:
        """The step that the guide asks for now, after following its link."""
        [row] = [one for one in rows(self.claire) if NEXT in one]
        [(path, title)] = re.findall(r'<a class="q-row-title" href="([^"]+)">([^<]+)', row)
        assert self.claire.get(path).status_code == 200, path
        self.path = path
        return str(title.replace("&#39;", "'"))

    def send(self, page: str, action: str, **typed: object) -> str:
        answer = self.claire.submit(page, action, **typed)
        assert answer.status_code == 303, shown(answer)
        Bus().deliver_all()
        return answer.headers["location"].partition("?")[0]

    def do(self, title: str) -> None:
        [
            lambda: self.name_coordinator("marc"),
            self.open_places,
            self.name_process,
            self.invite,
            self.put_policy_in_force,
            self.measure,
            self.add_risk,
            self.plan_audit,
        ][STEPS.index(title)]()

    def open_places(self) -> None:
        page = self.claire.get(self.path).text
        [group] = set(re.findall(r"edit=([0-9a-f-]{36})", page))
        below = f"{self.path}/{group}/below"
        self.send(f"{self.path}?edit={group}", below, kind="site", name="Lyon", parent_id=group)
        options = self.claire.get("/risks/new").text
        [self.site] = re.findall(r'<option value="([0-9a-f-]{36})" >Lyon', options)

    def name_process(self) -> None:
        named = {"code": "PROD", "name_fr": "Produire", "name_en": "Production"}
        page = f"{self.path}/new"
        self.send(page, page, **named, category="operational")

    def invite(self) -> None:
        who = {"name": "Diane Keller", "email": "diane@example.org", "language": "fr"}
        page = self.send(f"{self.path}/new", f"{self.path}/new", **who)
        held = {"valid_from": TODAY, "valid_to": TODAY + timedelta(days=300)}
        role = {"role": "auditor", "node_id": self.site, "process": ""}
        self.send(page, f"{page}/roles", **role, **held)
        self.diane = page.rpartition("/")[2]

    def put_policy_in_force(self) -> None:
        writing = self.claire.get("/policy/new").text
        [owner, *_] = re.findall(r'<option value="([0-9a-f-]{36})" selected', writing)
        written = {"title": "Politique QSE", "text": "Nous protégeons nos équipes et nos clients."}
        assert 'href="/policy/new' in self.claire.get(self.path).text
        covers = {"domains": ["Q", "S"], "commitments": "Agir", "owner_id": owner}
        page = self.send("/policy/new", "/policy/new", **written, **covers)
        self.send(page, f"{page}/submit")
        assert self.next() == STEPS[4]
        approved = self.people["marc"].submit(page, f"{page}/approve")
        assert approved.status_code == 303, shown(approved)
        self.send(page, f"{page}/publish")

    def measure(self) -> None:
        typed = {"site_id": self.site, "period": TODAY, "numerator": "2", "unit": "", "comment": ""}
        [page] = re.findall(
            r'href="(/indicators/[0-9a-f-]{36})"[^>]*>Eau', self.claire.get(self.path).text
        )
        self.send(page, f"{page}/measurements", **typed)

    def add_risk(self) -> None:
        rated = {"method": "GP4", "initial.gravity": "2", "initial.probability": "2"}
        said = {"title": "Chute de hauteur", "method_reason": "La grille du groupe"}
        where = {"site_id": self.site, "domain": "S", "process": "PROD"}
        self.send(self.path, self.path, **said, **where, **rated)

    def plan_audit(self) -> None:
        planned = {"title": "Audit de la production", "criteria": "ISO 9001:2015 8.5"}
        when = {"planned_for": TODAY + timedelta(days=30), "site_id": self.site}
        self.send(self.path, self.path, **planned, **when, lead_id=self.diane)


def rows(browser: Browser) -> list[str]:
    guide = re.search(
        r'<section class="card q-guide.*?</section>', browser.get("/").text, re.DOTALL
    )
    return re.findall(r'<li class="q-row.*?</li>', guide[0], re.DOTALL) if guide else []


def test_the_guide_leads_from_nothing_to_the_first_audit(
    empty: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    founder = Founder(empty, monkeypatch)
    for number, title in enumerate(STEPS):
        assert founder.next() == title
        assert sum(">Fait<" in row for row in rows(founder.claire)) == number
        founder.do(title)

    ended = founder.claire.get("/")
    assert GUIDE not in shown(ended)
    assert "qse-guide=away" in ended.headers["set-cookie"]


def test_the_guide_offers_what_one_may_and_can_be_put_away(people: People) -> None:
    alice = people.another("alice")
    told = shown(alice.get("/"))
    assert GUIDE in told
    assert STEPS[1] in told
    assert STEPS[0] not in told
    assert STEPS[4] not in told
    assert GUIDE not in people["bob"].read("/")

    put = alice.submit("/", "/guide/away")

    assert put.status_code == 303
    assert GUIDE not in alice.read("/")
    assert rows(alice) == []


def test_the_guide_is_told_in_english(people: People) -> None:
    told = people.another("hugo").read("/")

    assert "To begin with" in told
    assert catalogue("en").gettext(STEPS[0]) in told
