"""Nothing that was typed is lost: not with the network, not with the session, not by a reload."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from services.audit.models import Audit
from tests import chromium
from tests.evidence.factories import picture
from tests.portal.factories import lead_under_way
from tests.world import PASSWORD

SEEN = "Le carter de la presse est démonté"
FOUND = "[data-say=found]"
TABLET: ViewportSize = {"width": 820, "height": 1180}
PHOTOGRAPH = picture("PNG")


@pytest.fixture
def audit(served: str) -> Audit:
    return lead_under_way()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    context = browser.new_context(base_url=served, locale="fr-FR")
    opened = context.new_page()
    chromium.sign_in(opened, served, "diane@example.org", PASSWORD)
    yield opened
    context.close()


def kept(page: Page) -> int:
    return int(
        page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('qse-draft')).length")
    )


def fill(page: Page) -> None:
    page.get_by_role("radio", name="Non-conformité majeure").check(force=True)
    page.get_by_label("Processus").fill("PROD")
    page.get_by_role("textbox", name="Exigence").fill("ISO 45001:2018 8.1.2")
    page.get_by_role("textbox", name="Écart constaté").fill(SEEN)
    page.get_by_role("textbox", name="Preuve objective").fill("Vu au poste 4")


def test_what_was_typed_outlives_the_page_the_network_and_the_session(
    page: Page, served: str, audit: Audit
) -> None:
    room = f"/audits/{audit.id}"
    page.goto(room)
    assert not page.locator(FOUND).count()
    fill(page)

    page.reload()
    expect(page.get_by_role("textbox", name="Écart constaté")).to_have_value("")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_role("textbox", name="Écart constaté")).to_have_value(SEEN)
    expect(page.get_by_role("radio", name="Non-conformité majeure")).to_be_checked()

    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer le constat").click()
    expect(page.get_by_text("Pas de réseau.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Pas de réseau.")).not_to_be_visible()

    page.context.clear_cookies()
    page.get_by_role("button", name="Enregistrer le constat").click()
    page.wait_for_url("**/sign-in*")
    chromium.sign_in(page, served, "diane@example.org", PASSWORD)
    page.locator("[data-say=lost] a").click()
    page.get_by_role("button", name="Reprendre").click()
    page.get_by_role("button", name="Enregistrer le constat").click()

    page.wait_for_url("**/findings/*")
    assert kept(page) == 0
    page.goto(room)
    assert not page.locator(FOUND).count()


def test_a_tablet_in_the_workshop_loses_nothing(
    browser: Browser, served: str, audit: Audit
) -> None:
    """An auditor opens the audit, finds, loses the network, comes back, and adds a photograph."""
    context = browser.new_context(base_url=served, locale="fr-FR", has_touch=True, viewport=TABLET)
    page = context.new_page()
    chromium.sign_in(page, served, "diane@example.org", PASSWORD)
    page.goto("/audits")
    page.get_by_role("link", name=audit.title).first.tap()
    fill(page)
    context.set_offline(True)
    page.get_by_role("button", name="Enregistrer le constat").tap()
    expect(page.get_by_text("Pas de réseau.")).to_be_visible()
    context.set_offline(False)
    page.get_by_role("button", name="Enregistrer le constat").tap()
    page.wait_for_url("**/findings/*")

    page.locator("input[type=file]").first.set_input_files(
        {"name": "carter.png", "mimeType": "image/png", "buffer": PHOTOGRAPH}
    )
    context.set_offline(True)
    page.get_by_role("button", name="Joindre le fichier").tap()
    expect(page.get_by_text("Pas de réseau.")).to_be_visible()
    context.set_offline(False)
    page.get_by_role("button", name="Joindre le fichier").tap()
    expect(page.get_by_role("link", name="carter.png")).to_be_visible()
    context.close()


def test_somebody_else_at_the_same_tablet_sees_nothing_of_it(
    page: Page, served: str, audit: Audit
) -> None:
    page.goto(f"/audits/{audit.id}")
    fill(page)
    page.reload()
    expect(page.locator(FOUND)).to_be_visible()
    assert kept(page) == 1

    page.context.clear_cookies()
    chromium.sign_in(page, served, "alice@example.org", PASSWORD)
    page.goto(f"/audits/{audit.id}")
    assert not page.locator(FOUND).count()
    assert kept(page) == 0


def test_what_is_wrong_comes_back_as_typed_and_is_not_offered_twice(
    page: Page, audit: Audit
) -> None:
    page.goto(f"/audits/{audit.id}")
    fill(page)
    page.get_by_role("textbox", name="Écart constaté").fill("")
    page.get_by_role("button", name="Enregistrer le constat").click()

    expect(page.get_by_text("Un champ est à corriger.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Preuve objective")).to_have_value("Vu au poste 4")
    assert not page.locator(FOUND).count()
    page.get_by_role("textbox", name="Écart constaté").fill(SEEN)
    page.get_by_role("button", name="Enregistrer le constat").click()
    page.wait_for_url("**/findings/*")
    assert kept(page) == 0
