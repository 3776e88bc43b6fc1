"""The files of a finding, as a browser without JavaScript sends and sees them."""

import re

import httpx2 as httpx

from tests.access.doors import measurement
from tests.actions import factories as actions
from tests.audit import factories as audits
from tests.evidence.factories import picture
from tests.portal.conftest import Browser, People, shown


def send(browser: Browser, page: str, action: str, name: str, content: bytes) -> httpx.Response:
    hidden = browser.hidden(page, action)
    return browser.client.post(action, data=hidden, files={"file": (name, content)})


def test_a_photo_is_put_with_a_finding_shown_and_fetched(people: People) -> None:
    finding = audits.raised_finding()
    page, action = f"/findings/{finding.id}", f"/evidence/audit?object_id={finding.id}"
    diane, bob, content = people["diane"], people["bob"], picture("PNG")

    refused = send(diane, page, action, "page.png", b"<html>")
    assert refused.status_code == 422
    assert "enregistrez-le de nouveau" in shown(refused)
    assert send(diane, page, action, "carter.png", content).headers["location"] == page
    assert "carter.png" in bob.read(page)
    assert not bob.offers(page, action)
    [at, *_] = re.findall(r'src="([^"]+)/preview"', bob.get(page).text)
    assert bob.get(f"{at}/preview").content.startswith(b"\x89PNG")
    fetched = bob.get(f"{at}/content")
    assert fetched.content == content
    assert fetched.headers["content-disposition"] == "attachment; filename*=UTF-8''carter.png"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert people["charlie"].get(f"{at}/content").status_code == 404


def test_actions_and_measurements_take_files_too(people: People) -> None:
    action, measured = actions.open_action(), measurement()
    alice, content = people["alice"], picture("JPEG")

    for page, service, id in (
        (f"/actions/{action.id}", "actions", action.id),
        (f"/evidence/indicators/{measured.id}", "indicators", measured.id),
    ):
        sending = f"/evidence/{service}?object_id={id}"
        assert send(alice, page, sending, "preuve.jpg", content).headers["location"] == page
        assert "preuve.jpg" in alice.read(page)
    assert (
        f"/evidence/indicators/{measured.id}"
        in alice.get(f"/indicators/{measured.definition_id}").text
    )
