"""The compose file, for real: every service in containers of its own, behind the gateway."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from tests.deploy.group import (
    PASSWORD,
    Group,
    address_of,
    open_group,
    publish_policy,
    start_audit,
)
from tests.deploy.installation import Installation
from tests.processes import eventually
from tests.servers import NAMES

pytestmark = pytest.mark.deploy

FINDING = {
    "grade": "NC_MAJ",
    "process": "PROD",
    "requirement": "ISO 45001:2018 8.1.2",
    "statement": "Le carter de la presse 4 est démonté pendant la production",
    "evidence": "Constaté le matin, photographie P4-12",
}
TOLD = {"paul": "action_opened", "alice": "finding_raised", "greta": "review_requested"}
SERVERS = {"postgres", "redis"}
RAN_ONCE = "migrate"


@pytest.fixture(scope="module")
def group(installation: Installation) -> Iterator[Group]:
    opened = open_group(installation)
    yield opened
    for client in opened.clients.values():
        client.close()


def test_a_major_finding_travels_through_the_containers(
    installation: Installation, group: Group
) -> None:
    publish_policy(group)
    audit_id = start_audit(group)
    started = time.monotonic()
    finding = group.do("diane", f"/audit/audits/{audit_id}/findings", **FINDING)

    def asked_for() -> Any:  # noqa: ANN401  JSON
        return group.ask("greta", "/policy/review-requests")["items"]

    def opened() -> Any:  # noqa: ANN401  JSON
        return group.ask("alice", "/actions/actions", finding_id=finding["id"])["items"]

    [asked] = eventually(asked_for, 60)
    assert (asked["indicator_code"], asked["status"]) == ("NC_MAJ_12M", "pending")
    [action] = eventually(opened, 60)
    assert action["correlation_id"] == finding["correlation_id"]
    [alert] = group.ask("alice", "/indicators/alerts", place=group.places["lyon"])["items"]
    assert alert["code"] == "NC_MAJ_12M"
    for name, kind in TOLD.items():
        mails = eventually(lambda name=name: news_of(installation, name), 60)  # type: ignore[misc]
        assert len(mails) == 1
        assert [told["kind"] for told in group.ask(name, "/notifications/inbox")["items"]] == [kind]
    print(f"the chain took {time.monotonic() - started:.1f} s")  # noqa: T201  shown with -s


def news_of(installation: Installation, name: str) -> list[dict[str, Any]]:
    """Somebody's mails, but for the one they were invited with."""
    mails = installation.mails_to(address_of(name))
    return [mail for mail in mails if "/welcome?token=" not in mail["text"]]


def test_the_portal_answers_behind_the_gateway(installation: Installation, group: Group) -> None:
    with httpx.Client(base_url=installation.url, timeout=20) as browser:
        assert browser.get("/").headers["location"].startswith("/sign-in")
        who = {"email": address_of("diane"), "password": PASSWORD}
        origin = {"Origin": installation.url}
        assert (
            browser.post("/sign-in", data=who, headers=origin).status_code == httpx.codes.SEE_OTHER
        )
        home = browser.get("/")
        assert home.status_code == httpx.codes.OK
        assert "Diane Martin" in home.text


def test_a_service_that_is_away_is_said_to_be(installation: Installation) -> None:
    answer = httpx.get(f"{installation.url}/api/v1/nowhere/health", timeout=20)
    assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")
    assert httpx.get(f"{installation.url}/api/v2/audit", timeout=20).status_code == 404


def test_every_container_has_the_secrets_of_its_own_work_only(installation: Installation) -> None:
    held = {
        part: {entry.partition("=")[0] for entry in one["Config"]["Env"]}
        for part, one in installation.containers().items()
    }
    logins = {f"QSE_{name.upper()}_DATABASE_URL" for name in NAMES}
    assert {part for part, names in held.items() if "QSE_SIGNING_KEY" in names} == {"identity-web"}
    assert {part for part, names in held.items() if "QSE_CHECKPOINT_KEY" in names} == {"worker"}
    assert {part for part, names in held.items() if "QSE_DATABASE_URL" in names} == {RAN_ONCE}
    for name in NAMES:
        for part in (f"{name}-web", f"{name}-work"):
            assert held[part] & logins == {f"QSE_{name.upper()}_DATABASE_URL"}
    for part in ("portal", "gateway", "mails", "beat"):
        assert not held[part] & logins


def test_no_container_of_ours_is_root_or_may_write_beside_its_code(
    installation: Installation,
) -> None:
    for part, one in installation.containers().items():
        assert one["HostConfig"]["ReadonlyRootfs"], part
        assert one["HostConfig"]["Memory"], part
        if part not in SERVERS:
            assert one["Config"]["User"] == "qse", part
            assert one["HostConfig"]["CapDrop"] == ["ALL"], part


def test_from_the_doors_there_is_no_way_to_the_servers(installation: Installation) -> None:
    try_it = "import socket; socket.create_connection(('{}', {}), 2)"
    for part in ("gateway", "portal", "mails"):
        for server, port in (("postgres", 5432), ("redis", 6379)):
            with pytest.raises(AssertionError, match=r"gaierror|timed out|unreachable"):
                installation.compose(
                    "exec", "-T", part, "python", "-c", try_it.format(server, port)
                )


def test_a_service_cannot_read_anothers_schema(installation: Installation) -> None:
    look = (
        "import os, psycopg; url = os.environ['QSE_AUDIT_DATABASE_URL'].replace('+psycopg', '');"
        "psycopg.connect(url).execute('select 1 from identity.person')"
    )
    with pytest.raises(AssertionError, match="permission denied for schema identity"):
        installation.compose("exec", "-T", "audit-web", "python", "-c", look)


def test_everything_becomes_healthy(installation: Installation) -> None:
    def all_well() -> bool:
        states = {part: one["State"] for part, one in installation.containers().items()}
        assert states.pop(RAN_ONCE)["ExitCode"] == 0
        return all(state["Health"]["Status"] == "healthy" for state in states.values())

    eventually(all_well, 150)


def test_preparing_again_changes_nothing(installation: Installation) -> None:
    before = installation.settings.read_text()
    assert "complete already" in installation.prepare()
    assert installation.settings.read_text() == before
    assert installation.settings.stat().st_mode & 0o077 == 0
