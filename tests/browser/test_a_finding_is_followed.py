"""An auditor at a screen: signs in, raises a finding, and watches what follows arrive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from services.audit.models import Audit
from tests import chromium
from tests.live import Live
from tests.portal.factories import lead_under_way, policy_in_force
from tests.world import PASSWORD

CHAIN_MS = 20_000


@dataclass(frozen=True)
class Said:
    """What the pages say in one of the two languages."""

    switch: str
    grade: str
    process: str
    requirement: str
    statement: str
    evidence: str
    send: str
    timeline: str
    steps: list[str]


FRENCH = Said(
    switch="Français",
    grade="Non-conformité majeure",
    process="Processus",
    requirement="Exigence",
    statement="Écart constaté",
    evidence="Preuve objective",
    send="Enregistrer le constat",
    timeline="Chronologie",
    steps=[
        "Constat : Non-conformité majeure, processus PROD",
        "Action A-",
        "Message à Paul : Action ouverte",
        "Alerte :",
        "Réexamen de la politique demandé",
        "Message à Greta",
        "Message à Alice",
    ],
)
ENGLISH = Said(
    switch="English",
    grade="Major nonconformity",
    process="Process",
    requirement="Requirement",
    statement="Gap observed",
    evidence="Objective evidence",
    send="Raise the finding",
    timeline="Timeline",
    steps=[
        "Finding: Major nonconformity, process PROD",
        "Action A-",
        "Message to Paul: Action opened",
        "Alert:",
        "Policy review asked for",
        "Message to Greta",
        "Message to Alice",
    ],
)


@pytest.fixture
def audit(live: Live) -> Audit:
    """An audit that is under way at Lyon, in a group with a policy."""
    policy_in_force()
    return lead_under_way()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window in which anything that the browser complains about fails the test."""
    with chromium.watched(browser) as (opened, complaints):
        yield opened
    assert complaints == []


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["in French", "in English"])
def test_a_finding_is_raised_and_its_chain_arrives(
    live: Live, audit: Audit, page: Page, said: Said
) -> None:
    chromium.sign_in(page, live.url, "diane@example.org", PASSWORD)
    page.locator(".q-person > summary").click()
    page.locator(".q-person").get_by_role("button", name=said.switch).click()
    page.get_by_role("link", name="Audits").first.click()
    page.get_by_role("link", name=audit.title).click()

    page.get_by_role("radio", name=said.grade).check(force=True)
    page.get_by_role("textbox", name=said.process).fill("PROD")
    page.get_by_role("textbox", name=said.requirement).fill("ISO 45001:2018 8.1.2")
    page.get_by_role("textbox", name=said.statement).fill("Le carter de la presse 4 est démonté")
    page.get_by_role("textbox", name=said.evidence).fill("Constaté le matin au poste 4")
    page.get_by_role("button", name=said.send).click()
    page.get_by_role("link", name=said.timeline).first.click()

    for step in said.steps:
        expect(page.locator("#steps")).to_contain_text(step, timeout=CHAIN_MS)
    services = {"audit", "actions", "indicators", "policy", "notifications"}
    assert services <= set(page.locator("#steps .q-service").all_inner_texts())
    expect(
        page.locator("#steps").get_by_text(re.compile(r"\+\s[\d.,]+\sm?s")).first
    ).to_be_visible()
