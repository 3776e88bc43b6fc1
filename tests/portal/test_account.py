"""The page of one's own account: password, sessions, tokens."""

import re

import pytest

from portal import formats
from tests.portal.conftest import OURS, Browser, People, shown
from tests.world import PASSWORD

NEW = "Quatre-chevaux-bais-43"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def at_another_screen(people: People, password: str = PASSWORD) -> Browser:
    """Hugo once more, signed in somewhere else."""
    return people.another("hugo", password, agent=FIREFOX)


def test_a_password_is_changed_by_who_knows_it(people: People) -> None:
    paul, other = people["paul"], people.another("paul", PASSWORD)

    wrong = paul.submit("/account", "/account/password", current="non", new=NEW)
    weak = paul.submit("/account", "/account/password", current=PASSWORD, new="paul@example.org")
    done = paul.submit("/account", "/account/password", current=PASSWORD, new=NEW)

    assert (wrong.status_code, weak.status_code, done.status_code) == (422, 422, 303)
    assert "Ce n'est pas votre mot de passe actuel" in shown(wrong)
    assert "facile à deviner" in shown(weak)
    for answer in (wrong, weak):
        assert NEW not in answer.text
        assert PASSWORD not in answer.text
    assert "Vos autres sessions sont déconnectées" in paul.read("/account")
    assert other.get("/account").headers["location"].startswith("/sign-in")
    assert people.another("paul", NEW).get("/account").status_code == 200


def test_a_session_elsewhere_is_seen_and_ended(people: People) -> None:
    hugo, other = people["hugo"], at_another_screen(people)
    assert "Firefox · Linux" in hugo.read("/account")
    assert "This session" in hugo.read("/account")

    [end, *_] = re.findall(r'action="(/account/sessions/[^"]+/end)"', hugo.get("/account").text)
    assert hugo.submit("/account", end).status_code == 303

    assert other.get("/").headers["location"].startswith("/sign-in")
    assert hugo.get("/").status_code == 200


def test_a_token_is_shown_once_and_revoked(people: People) -> None:
    greta = people["greta"]

    made = greta.submit(
        "/account", "/account/tokens", name="Tableau de bord", days="30", reads_only="true"
    )

    [token] = re.findall(r"<code>(qse_[\w-]+)</code>", made.text)
    program = greta.client.get(
        f"{OURS}/api/v1/audit/audits", headers={"Authorization": f"Bearer {token}"}
    )
    assert program.status_code == 200
    page = greta.get("/account")
    assert token not in page.text
    assert "Tableau de bord" in page.text
    [revoke] = re.findall(r'action="(/account/tokens/[^"]+/revoke)"', page.text)
    assert greta.submit("/account", revoke).status_code == 303
    assert "Tableau de bord" not in greta.get("/account").text


def test_a_token_of_another_is_not_there(people: People) -> None:
    answer = people["alice"].post("/account/tokens/0190c7e2-0000-7000-8000-000000000000/revoke")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("curl/8.5.0", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, said: str) -> None:
    assert formats.device(agent) == said
