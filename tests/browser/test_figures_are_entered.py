"""A coordinator at the grid: by keyboard and by paste, a correction, and an alert to its end."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal import formats
from services.indicators.models import Definition
from tests import chromium
from tests.helpers import Bus
from tests.indicators.factories import adopted_in, defined, definition_in
from tests.world import PASSWORD, WORLD


@dataclass(frozen=True)
class Said:
    """What the pages say in one of the two languages, and how a number is written in it."""

    switch: str
    decimal: str
    reason: str
    save: str
    saved: str
    why: str
    acknowledge: str
    answer: str
    close: str
    closed: str
    water: str
    again: str


FRENCH = Said(
    switch="Français",
    decimal="1,5",
    reason="Raison des corrections",
    save="Enregistrer",
    saved="Les valeurs sont enregistrées",
    why="dites pourquoi elle change",
    acknowledge="Prendre en compte",
    answer="Raison",
    close="Clore l\u2019alerte",
    closed="L\u2019alerte est close",
    water="Eau prélevée",
    again="2",
)
ENGLISH = Said(
    switch="English",
    decimal="1.5",
    reason="Reason for the corrections",
    save="Save",
    saved="The figures are saved",
    why="say why it changes",
    acknowledge="Acknowledge",
    answer="Reason",
    close="Close the alert",
    closed="The alert is closed",
    water="Water withdrawn",
    again="3",
)


@pytest.fixture(scope="module")
def waste(served: str) -> Definition:
    """Water with a limit, and waste with a formula of four parts."""
    defined(definition_in(target=100, alert=500))
    return defined(adopted_in("DECH_VAL"))


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """A window that complains of nothing but the figures that are refused on purpose."""
    with chromium.watched(browser) as (opened, complaints):
        yield opened
    assert [text for text in complaints if "422" not in text] == []


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["in French", "in English"])
def test_figures_are_entered_corrected_and_an_alert_is_closed(
    served: str, waste: Definition, page: Page, said: Said
) -> None:
    month = 1 if said is FRENCH else 3
    chromium.sign_in(page, served, "alice@example.org", PASSWORD)
    page.locator(".q-person > summary").click()
    page.locator(".q-person").get_by_role("button", name=said.switch).click()
    page.goto(f"{served}/indicators/entry?site={WORLD.lyon}&year={formats.today().year}")

    by_keyboard(page, month, said)
    pasted(page, month + 1)
    page.get_by_role("button", name=said.save).click()
    expect(page.get_by_text(said.saved)).to_be_visible()
    assert value_of(page, "REUSED", month) == said.decimal
    assert value_of(page, "TOTAL", month + 1) == "80"

    field(page, "TOTAL", month).fill("60")
    page.get_by_role("button", name=said.save).click()
    expect(page.locator("#wrong")).to_contain_text(said.why)
    assert value_of(page, "TOTAL", month) == "60"
    page.get_by_label(said.reason).fill("Bordereau oublié")
    page.get_by_role("button", name=said.save).click()
    expect(page.get_by_text(said.saved)).to_be_visible()

    raise_an_alert(page, said)
    page.get_by_role("button", name=said.acknowledge).click()
    page.get_by_label(said.answer).fill("Fuite réparée le jour même")
    page.get_by_role("button", name=said.close).last.click()
    expect(page.get_by_text(said.closed)).to_be_visible()


def by_keyboard(page: Page, month: int, said: Said) -> None:
    """Enter goes down the parts of a month, and arrows come back up."""
    field(page, "REUSED", month).click()
    for text in (said.decimal, "30", "8", "50"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    expect(field(page, "RECOVERED", month)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(field(page, "RECOVERED", month + 1)).to_be_focused()


def pasted(page: Page, month: int) -> None:
    """Four cells of a spreadsheet, one below the other."""
    field(page, "REUSED", month).focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true,
                cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }""",
        "10\n20\n5\n80\n",
    )
    assert value_of(page, "RECYCLED", month) == "20"


def raise_an_alert(page: Page, said: Said) -> None:
    """Too much water this month; the second time it is corrected to even more, and said anew."""
    page.locator(f'input[name^="EAU_TOT|{formats.today():%Y-%m}"]').last.fill(f"{said.again}000")
    page.get_by_label(said.reason).fill("Compteur relu")
    page.get_by_role("button", name=said.save).click()
    expect(page.get_by_text(said.saved)).to_be_visible()
    Bus().deliver_all()
    page.goto(page.url.partition("/indicators")[0] + "/alerts")
    page.locator("main").get_by_role("link", name=said.water).first.click()


def field(page: Page, key: str, month: int) -> Locator:
    year = formats.today().year
    return page.locator(f'input[name="DECH_VAL|{year}-{month:02}-01|{key}"]')


def value_of(page: Page, key: str, month: int) -> str:
    return str(field(page, key, month).input_value())
