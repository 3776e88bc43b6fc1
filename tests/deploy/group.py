"""A small group, loaded through the API by the people whose work it is."""

import re
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
from typing_extensions import override

from tests.deploy.installation import Installation
from tests.processes import eventually
from tests.servers import NAMES

TODAY = date.today()  # noqa: DTZ011, TID251  the containers run by the real clock
PASSWORD = "Quatre-presses-et-1-carter"
QUARTER = timedelta(days=90)
SECONDS = 60
KEPT_S = 30

FIRST = {"greta": "Greta Faure", "hugo": "Hugo Martin"}
ROLES = {
    "alice": ("site_coordinator", "lyon", None),
    "paul": ("process_owner", "lyon", "PROD"),
    "diane": ("auditor", "lyon", None),
}


def ok(answer: httpx.Response) -> Any:  # noqa: ANN401  JSON
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def address_of(name: str) -> str:
    return f"{name}@alvea.example"


@dataclass
class SignedIn(httpx.Auth):
    """Somebody who signed in, as the portal sends them on: with a short token for all services."""

    url: str
    session: str
    token: str = ""
    made: float = field(default_factory=lambda: time.monotonic() - KEPT_S)

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if time.monotonic() - self.made >= KEPT_S:
            wanted = {"credential": self.session, "audience": list(NAMES)}
            answer = httpx.post(f"{self.url}/identity/tokens", json=wanted, timeout=20)
            self.token, self.made = ok(answer)["access_token"], time.monotonic()
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


def sign_in(installation: Installation, name: str) -> httpx.Client:
    url = f"{installation.url}/api/v1"
    who = {"email": address_of(name), "password": PASSWORD}
    session = ok(httpx.post(f"{url}/identity/sessions", json=who, timeout=20))["token"]
    return httpx.Client(base_url=url, auth=SignedIn(url, session), timeout=20)


@dataclass(frozen=True)
class Group:
    """Its places by name, and a client for each of its people."""

    places: dict[str, str]
    clients: dict[str, httpx.Client]

    def ask(self, name: str, path: str, /, **query: object) -> Any:  # noqa: ANN401  JSON
        return ok(self.clients[name].get(path, params=query))  # type: ignore[arg-type]

    def do(self, name: str, path: str, /, **body: object) -> Any:  # noqa: ANN401  JSON
        return ok(self.clients[name].post(path, json=body))

    def do_once_known(self, name: str, path: str, /, **body: object) -> Any:  # noqa: ANN401  JSON
        """Repeat until every service has heard of the people and places. The id makes it one."""
        body["id"] = str(uuid4())

        def attempt() -> Any:  # noqa: ANN401
            answer = self.clients[name].post(path, json=body)
            return answer.json() if answer.is_success else None

        return eventually(attempt, SECONDS)


def open_group(installation: Installation) -> Group:
    """The first two people from the command line, everything else over HTTP."""
    for name, called in FIRST.items():
        installation.qse("admin", address_of(name), called, "Groupe Alvéa", said=PASSWORD)
    group = Group({}, {name: sign_in(installation, name) for name in FIRST})
    [root] = group.ask("greta", "/identity/nodes")["items"]
    group.places["group"] = root["id"]
    group.do(
        "greta",
        "/processes/processes",
        code="PROD",
        name_fr="Produire",
        name_en="Production",
        category="operational",
    )
    for name, kind, above in (("composites", "division", "group"), ("lyon", "site", "composites")):
        parent = group.places[above]
        node = group.do(
            "greta", "/identity/nodes", kind=kind, parent_id=parent, name=name.capitalize()
        )
        group.places[name] = node["id"]
    for name in ROLES:
        _add(group, name)
        _choose_password(installation, name)
        group.clients[name] = sign_in(installation, name)
    return group


def _add(group: Group, name: str) -> None:
    """One person gives a role, and a coordinator's takes a second one who agrees."""
    role, place, process = ROLES[name]
    person = group.do(
        "greta",
        "/identity/people",
        name=f"{name.capitalize()} Martin",
        email=address_of(name),
    )
    group.do("greta", f"/identity/people/{person['id']}/invite")
    held = {
        "person_id": person["id"],
        "role": role,
        "node_id": group.places[place],
        "process": process,
        "valid_from": str(TODAY),
        "valid_to": str(TODAY + QUARTER),
    }
    if role.endswith("coordinator"):
        proposal = group.do("greta", "/identity/proposals", **held)
        group.do("hugo", f"/identity/proposals/{proposal['id']}/confirm")
    else:
        group.do("greta", "/identity/grants", **held)


def _choose_password(installation: Installation, name: str) -> None:
    """Follow the link of the invitation."""
    [letter] = eventually(lambda: installation.mails_to(address_of(name)), SECONDS)
    [token] = re.findall(r"welcome\?token=([\w-]+)", letter["text"])
    chosen = {"credential": token, "password": PASSWORD}
    url = f"{installation.url}/api/v1/identity/links/redeem"
    assert httpx.post(url, json=chosen, timeout=20).is_success


def publish_policy(group: Group) -> None:
    policy = group.do_once_known(
        "greta",
        "/policy/policies",
        title="Politique QSE du groupe",
        text="Nous protégeons les personnes, l'environnement et nos clients.",
        domains=["Q", "S", "E"],
        commitments=["Éliminer les dangers et réduire les risques"],
        owner_id=_id_of(group, "greta"),
    )
    path = f"/policy/policies/{policy['id']}"
    for name, step in (("greta", "submit"), ("hugo", "approve"), ("greta", "publish")):
        policy = group.do(name, f"{path}/{step}", version=policy["version"])


def start_audit(group: Group) -> UUID:
    audit = group.do_once_known(
        "alice",
        "/audit/audits",
        site_id=group.places["lyon"],
        title="Audit interne production",
        criteria=["ISO 45001:2018"],
        planned_for=str(TODAY),
        lead_id=_id_of(group, "diane"),
        objectives="Vérifier la maîtrise de la production",
        method_reason="Les postes se voient sur place",
    )
    meeting = {"kind": "opening", "day": str(TODAY), "starts": "08:00", "ends": "09:00"}
    group.do("diane", f"/audit/audits/{audit['id']}/slots", **meeting)
    group.do("diane", f"/audit/audits/{audit['id']}/start", version=audit["version"])
    return UUID(audit["id"])


def _id_of(group: Group, name: str) -> str:
    return str(group.ask(name, "/identity/me")["id"])
