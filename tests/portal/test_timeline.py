"""A story on one page, told by all services.

In a module, and so a database, of its own: an alert that is raised already is not raised again.
"""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from tests.portal.conftest import People, link_in
from tests.portal.factories import policy_in_force


@pytest.fixture(scope="module", autouse=True)
def policy(web: TestClient) -> None:
    policy_in_force()


def test_the_timeline_tells_the_story_across_services(people: People, case: str) -> None:
    diane = people["diane"]
    story = link_in(diane.get(case), "/timeline")

    told = diane.read(story)

    assert "Constat : Non-conformité majeure, processus PROD" in told
    assert re.search(r"Action A-\d{4}-\d{4} ouverte : P2 · majeure, échéance le", told)
    assert "Réexamen de la politique demandé" in told
    assert "Message à Paul : Action ouverte" in told
    assert "après sa cause" in told
    assert "En direct" in told
    assert 'hx-trigger="every 1s"' in diane.get(story).text
    fragment = diane.get(f"{story}/steps")
    assert fragment.text.lstrip().startswith("<section")
    assert "Rien encore." in people["charlie"].read(story)


def test_a_story_that_is_quiet_is_not_asked_for_again(
    people: People, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = link_in(people["hugo"].get(case), "/timeline")
    monkeypatch.setattr("portal.pages.timeline.QUIET", timedelta())

    answer = people["hugo"].get(story)

    assert "Quiet" in answer.text
    assert "every 1s" not in answer.text
