"""What was done to an object, as people read it: asked for when somebody opens it."""

import re
from html import unescape

import pytest

from portal.changes import ANSWERS, COLUMNS
from tests.portal.conftest import People, link_in


def test_a_history_says_who_changed_what_into_what_and_why(people: People, case: str) -> None:
    alice, action = people["alice"], link_in(people["paul"].get(case), "/actions")
    page = alice.get(action).text
    path = re.findall(r'hx-get="([^"]*/history/actions/[^"]*)" hx-trigger="toggle once"', page)
    alice.submit(action, f"{action}/cancel", reason="Devenue sans objet")

    [history] = path
    told = alice.read(history)

    assert told.index("Modification · Alice") < told.index("Création · le système")
    assert "État Ouverte → Annulée" in told
    assert "Motif : Devenue sans objet" in told
    assert "à la suite d'un acte de Diane" in told
    assert "Pilote Paul" in told
    fragment = alice.client.get(history, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith("<li")


def test_older_changes_are_a_link_away(
    people: People, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.pages.history.SHOWN", 1)
    alice, action = people["alice"], link_in(people["paul"].get(case), "/actions")
    alice.submit(action, f"{action}/cancel", reason="Devenue sans objet")

    newest = alice.get(f"/history{action.partition('?')[0]}")
    older = unescape(re.findall(r'<a href="(/history/[^"]*after=[^"]*)"', newest.text)[0])

    assert "Annulée" in newest.text
    assert "Annulée" not in alice.read(older)
    assert "Création" in alice.read(older)


def test_nobody_reads_the_history_of_another_site(people: People, case: str) -> None:
    action = link_in(people["paul"].get(case), "/actions").partition("?")[0]

    assert "Rien que vous puissiez voir" in people["charlie"].read(f"/history{action}")
    assert people["paul"].get("/history/notifications/" + action.split("/")[-1]).status_code == 404


def test_what_an_object_shows_has_a_name_in_its_history() -> None:
    """Left out are ids of other things, the place and what every row has."""
    unnamed = {
        name
        for answer in ANSWERS.values()
        for name in answer.model_fields
        if name not in COLUMNS and not name.endswith(("_id", "_ids"))
    }
    assert unnamed <= UNNAMED


UNNAMED = {
    *("id", "version", "source", "superseded_by", "readers"),
    *("qualified_for", "prepared", "current", "is_composed"),
}
"""How a figure is computed is a program's word: no page shows it. What took over, and who is to
read, are ids. The last are worked out when they are asked for, and nowhere kept."""
