"""Somebody without a mouse: signs in, raises a finding and follows its action, by keys alone."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from services.audit.models import Audit
from services.identity.models import Node
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.actions import factories as acting
from tests.helpers import Bus
from tests.portal.factories import lead_under_way, policy_in_force
from tests.world import PASSWORD, WORLD

MOST_KEYS = 120
FOCUSED = "() => document.activeElement.matches(':focus-visible')"


@pytest.fixture
def audit(served: str) -> Audit:
    policy_in_force()
    return lead_under_way()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """A window without a mouse: what is not reached by Tab is not reached."""
    context = browser.new_context(base_url=served, locale="fr-FR")
    yield context.new_page()
    context.close()


def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab, or another key, until something that fits has the focus, and is seen to."""
    fits = f"() => document.activeElement.matches({selector!r})"
    until(page, lambda: page.evaluate(fits), selector, key)
    assert page.evaluate(FOCUSED), f"nobody sees that {selector} has the focus"


def reach_link(page: Page, text: str) -> None:
    here = "() => document.activeElement.matches('main a') && document.activeElement.innerText"
    until(page, lambda: text in (page.evaluate(here) or ""), text)


def until(page: Page, there: Callable[[], bool], wanted: str, key: str = "Tab") -> None:
    for _ in range(MOST_KEYS):
        if there():
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {wanted}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    reach(page, f"main [name={name}]")
    page.keyboard.type(text)


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    write(page, "email", f"{name}@example.org")
    write(page, "password", PASSWORD)
    enter(page)


def test_a_finding_is_raised_and_its_action_followed(page: Page, audit: Audit) -> None:
    sign_in(page, "diane")
    reach(page, ".q-side a[href^='/audits']")
    enter(page)
    page.keyboard.press("Tab")
    reach_link(page, audit.title)
    enter(page)

    reach(page, "main [name=grade]")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.value") == "NC_MAJ"
    write(page, "process", "PROD")
    write(page, "requirement", "ISO 45001:2018 8.1.2")
    write(page, "statement", "Le carter de la presse 4 est démonté")
    write(page, "evidence", "Constaté le matin au poste 4")
    reach(page, "main form[action$='/findings'] button")
    enter(page)
    expect(page.locator("h1")).to_have_text("Non-conformité majeure")
    Bus().deliver_all()
    page.reload()
    reach(page, "main a[href^='/actions/']")
    enter(page)
    expect(page.locator("h1")).to_contain_text("PROD")
    reach(page, "main a[href^='/timeline/']")
    enter(page)
    expect(page.locator("h1")).to_have_text("Chronologie")


def test_a_form_sent_empty_puts_the_focus_where_it_is_wrong(page: Page, audit: Audit) -> None:
    sign_in(page, "greta")
    page.goto("/audits/new")
    reach(page, "main form button[type=submit]")
    enter(page)

    assert page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


def test_menus_open_and_close_and_give_the_focus_back(page: Page, audit: Audit) -> None:
    sign_in(page, "diane")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "q-skip"
    reach(page, ".q-person > summary")
    page.keyboard.press("Space")
    reach(page, ".q-person .q-account")
    page.keyboard.press("Escape")

    assert not page.evaluate("document.querySelector('.q-person').open")
    assert page.evaluate("document.activeElement.matches('.q-person > summary')")


def test_the_skip_link_leads_past_the_menu(page: Page, audit: Audit) -> None:
    sign_in(page, "diane")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_palette_finds_and_goes_by_keys_alone(page: Page, audit: Audit) -> None:
    sign_in(page, "diane")
    reach(page, ".q-side a[href^='/actions']")
    palette, field = page.locator("#palette"), page.locator("#palette-q")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("/")
    expect(field).to_have_value("/")
    page.keyboard.press("Escape")
    expect(palette).not_to_be_visible()
    assert page.evaluate("document.activeElement.matches('.q-side a[href^=\"/actions\"]')")

    page.keyboard.press("Control+k")
    expect(palette.get_by_role("link", name="Risques")).to_be_visible()
    page.keyboard.type("audti interne")
    expect(palette.get_by_role("link", name="Risques")).not_to_be_visible()
    expect(palette.get_by_role("status")).to_contain_text("pour « audti interne »")
    page.keyboard.press("ArrowDown")
    expect(palette.locator(f"a[href='/audits/{audit.id}']")).to_be_visible()
    assert page.evaluate(FOCUSED)
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    enter(page)
    expect(page.locator("h1")).to_contain_text("Audit interne")


def test_the_arrows_go_from_card_to_card_on_the_board(page: Page, served: str) -> None:
    waiting, begun = acting.planned_action(), acting.started_action()
    sign_in(page, "alice")
    page.goto("/actions/board")
    reach(page, ".q-piece a")
    card = "() => document.activeElement.closest('.q-piece').outerHTML"
    lane = "() => document.activeElement.closest('.q-lane').getAttribute('aria-labelledby')"

    for _ in range(MOST_KEYS):
        if str(waiting.id) in page.evaluate(card):
            break
        page.keyboard.press("ArrowDown")
    assert str(waiting.id) in page.evaluate(card)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(lane) == "lane-in_progress"
    for _ in range(MOST_KEYS):
        page.keyboard.press("ArrowUp")
    first = page.evaluate(card)
    page.keyboard.press("ArrowUp")
    assert page.evaluate(card) == first, "the column ends here"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(lane) == "lane-open"

    reach(page, f"a[hx-get*='{begun.id}']")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED)


def test_rows_of_a_list_are_chosen_and_assigned(page: Page, audit: Audit) -> None:
    actions = [acting.open_action() for _ in range(3)]
    sign_in(page, "alice")
    reach(page, ".q-side a[href^='/actions']")
    enter(page)

    for action in actions[:2]:
        reach(page, f"main [name='rows.{action.id}']")
        page.keyboard.press("Space")
    expect(page.locator(".q-chosen output")).to_have_text("2 lignes choisies")
    reach(page, ".q-menu:has([name=owner_id]) > summary", "Shift+Tab")
    page.keyboard.press("Space")
    reach(page, ".q-chosen [name=owner_id]")
    page.keyboard.type("Alice")
    reach(page, ".q-chosen .q-panel button")
    enter(page)

    expect(page.get_by_text("Les actions choisies ont un nouveau pilote.")).to_be_visible()
    owners = page.locator("main tbody tr").filter(has_text="Alice")
    expect(owners).to_have_count(2)
    reach(page, "main [data-choose-all]")
    page.keyboard.press("Space")
    every = page.locator("main [name^='rows.']").count()
    assert every >= len(actions)
    expect(page.locator(".q-chosen output")).to_have_text(f"{every} lignes choisies")


def test_a_day_of_the_calendar_leads_to_its_audit(page: Page, audit: Audit) -> None:
    sign_in(page, "diane")
    reach(page, ".q-side a[href^='/calendar']")
    enter(page)
    page.goto(f"/calendar?view=month&day={audit.planned_for}")
    reach_link(page, audit.title)
    enter(page)
    expect(page.locator("h1")).to_have_text(audit.title)


def test_a_branch_of_the_tree_is_opened_folded_and_opened_again(page: Page, audit: Audit) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        lyon = uow.get(Node, WORLD.lyon)
        unit = Node(
            id=uuid4(), kind="work_unit", parent_id=lyon.id, name="Four 3", code="", path=[]
        )
        unit.path = [*lyon.path, unit.id]
        uow.add(unit)
    sign_in(page, "alice")
    reach(page, ".q-side a[href^='/admin/places']")
    enter(page)
    oven = page.get_by_text("Four 3", exact=True)
    toggle = f"[data-branch][aria-controls='below-{WORLD.lyon}']"
    expect(oven).to_have_count(0)

    reach(page, toggle)
    page.keyboard.press("Enter")
    expect(oven).to_be_visible()
    page.keyboard.press("Enter")
    expect(oven).not_to_be_visible()
    assert page.get_attribute(toggle, "aria-expanded") == "false"
    page.keyboard.press("Enter")
    expect(oven).to_be_visible()
    assert page.get_attribute(toggle, "aria-expanded") == "true"
