"""A small group, loaded through the API by the people whose work it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx

from tests.deploy.installation import Installation
from tests.processes import eventually

TODAY = date.today()  # noqa: DTZ011, TID251  the containers run by the real clock
PASSWORD = "Quatre-presses-et-1-carter"
SECONDS = 60

ROLES = {
    "hugo": ("group_coordinator", "group", None),
    "alice": ("site_coordinator", "lyon", None),
    "paul": ("process_owner", "lyon", "PROD"),
    "diane": ("auditor", "lyon", None),
}


def ok(answer: httpx.Response) -> Any:  # noqa: ANN401  JSON
    assert answer.is_success, answer.text
    return answer.json()


def address_of(name: str) -> str:
    return f"{name}@alvea.example"


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
    """The first person from the command line, everything else over HTTP."""
    installation.qse("admin", address_of("greta"), "Greta Faure", "Groupe Alvéa", said=PASSWORD)
    greta = installation.as_(installation.qse("token", address_of("greta")))
    [root] = ok(greta.get("/identity/nodes"))["items"]
    group = Group({"group": root["id"]}, {"greta": greta})
    group.do("greta", "/identity/processes", code="PROD", name_fr="Produire", name_en="Production")
    for name, kind, above in (("composites", "division", "group"), ("lyon", "site", "composites")):
        parent = group.places[above]
        node = group.do(
            "greta", "/identity/nodes", kind=kind, parent_id=parent, name=name.capitalize()
        )
        group.places[name] = node["id"]
    for name in ROLES:
        _add(installation, group, name)
    return group


def _add(installation: Installation, group: Group, name: str) -> None:
    role, place, process = ROLES[name]
    person = group.do(
        "greta",
        "/identity/people",
        name=f"{name.capitalize()} Martin",
        email=address_of(name),
        password=PASSWORD,
    )
    group.do(
        "greta",
        "/identity/grants",
        person_id=person["id"],
        role=role,
        node_id=group.places[place],
        process=process,
        valid_from=str(TODAY),
    )
    group.clients[name] = installation.as_(_personal_token(installation, name))


def _personal_token(installation: Installation, name: str) -> str:
    """Sign in, and make a token for programs: as a person does in the portal."""
    stranger = httpx.Client(base_url=f"{installation.url}/api/v1", timeout=20)
    with stranger:
        who = {"email": address_of(name), "password": PASSWORD}
        session = ok(stranger.post("/identity/sessions", json=who))["token"]
        wanted = {"credential": session, "audience": ["identity"]}
        access = ok(stranger.post("/identity/tokens", json=wanted))["access_token"]
    with installation.as_(access) as client:
        return str(ok(client.post("/identity/me/tokens", json={"name": "deploy test"}))["token"])


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
    )
    group.do("diane", f"/audit/audits/{audit['id']}/start", version=audit["version"])
    return UUID(audit["id"])


def _id_of(group: Group, name: str) -> str:
    return str(group.ask(name, "/identity/me")["id"])
