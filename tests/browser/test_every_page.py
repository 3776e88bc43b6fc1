"""Every page of the portal, in Chromium: nothing bars anybody's way, and nothing complains.

The pages are those of the portal's routes; one that no link leads to fails here. `make test` looks
at each in both languages and both lights, and sends each form empty in one of the two; `make axe`
does all of it in the four pairs.
"""

import re
from statistics import median
from typing import Final

import pytest
from playwright.sync_api import Browser

from runtime.bench.pages import OUTSIDE, addresses, page_paths
from tests.browser.everything import everything
from tests.browser.looking import NARROW, TALL, WIDE, Window, signed_in, window
from tests.promises import HowMany, Promise

pytestmark = pytest.mark.axe

LOOKS: Final = [("fr", "light"), ("en", "dark"), ("fr", "dark"), ("en", "light")]
OTHERS: Final = {
    "diane": (
        "/audits/{audit_id}",
        "/audits/{audit_id}/preparation",
        "/audits/{audit_id}/plan",
        "/audits/{audit_id}/checklist",
        "/audits/{audit_id}/slots/{slot_id}",
        "/findings/{finding_id}",
    ),
    "paul": ("/", "/actions/{action_id}"),
    "adam": ("/", "/admin/people/{person_id}", "/admin/identity-provider"),
}
"""Who is offered other forms than the group's coordinator, and where."""

SAYS: Final = re.compile(r'class="q-head-sub">[^<]*[a-zé]{2,} [^<]*[.?]</p>')

FORMS: Final = """() => [...document.querySelectorAll('main form[method=post]')]
  .flatMap((form, n) => [...form.elements].some(field => field.required) ? [n] : [])"""

SEND_EMPTY: Final = """n => {
  const form = document.querySelectorAll('main form[method=post]')[n];
  for (const field of form.elements) {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = false;
    else if (field.type !== 'hidden' && field.type !== 'submit') field.value = '';
  }
  form.noValidate = true;
  form.submit();
}"""


@pytest.fixture(scope="module")
def url(served: str) -> str:
    everything()
    return served


@pytest.fixture(scope="module")
def found(browser: Browser, url: str) -> dict[str, str]:
    """An address of each page of the portal, as links lead the group's coordinator there."""
    with window(browser, url, *LOOKS[0]) as opened:
        signed_in(opened, url, "greta", LOOKS[0][0])
        return addresses(opened.read)


def test_no_page_bars_the_way(
    browser: Browser, url: str, found: dict[str, str], how_many: HowMany, promise: Promise
) -> None:
    wrong: list[str] = []
    usable_ms: list[float] = []
    every = how_many(1, 2)
    for turn, (language, light) in enumerate(LOOKS[: how_many(4, 2)]):
        look = f"{language}, {light}"
        with window(browser, url, language, light) as opened:
            for address in sorted(OUTSIDE):
                wrong += _looked_at(opened, look, address, slice(turn % every, None, every))
            opened.page.goto("/nowhere")
            wrong += _said(look, "/nowhere", opened.barriers())
            signed_in(opened, url, "greta", language)
            for address in found.values():
                wrong += _looked_at(opened, look, address, slice(turn % every, None, every))
            wrong += _menus(opened, look) + _acted_on(opened, look)
            wrong += _searching(opened, look)
            usable_ms += opened.usable_ms
        for name, paths in OTHERS.items():
            with window(browser, url, language, light) as opened:
                signed_in(opened, url, name, language)
                for path in paths:
                    wrong += _said(
                        look, f"{found[path]} of {name}", _barriers_at(opened, found[path])
                    )
    promise("axe", f"barriers in {len(usable_ms)} views of {len(found)} pages", len(wrong), 0)
    times = f"{median(usable_ms):.0f} and {max(usable_ms):.0f} ms"
    promise("axe", "time until a page is whole in Chromium, median and most", times, "< 1,000 ms")
    assert sorted(found) == page_paths()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("look", LOOKS[:2], ids=["fr", "en"])
def test_every_page_says_what_it_is_for(
    browser: Browser, url: str, found: dict[str, str], look: tuple[str, str]
) -> None:
    """In a sentence, below its title: names and dates are no sentence."""
    with window(browser, url, *look) as opened:
        signed_in(opened, url, "greta", look[0])
        silent = [path for path, address in found.items() if not SAYS.search(opened.read(address))]
    assert silent == []


MENUS: Final = [
    ("/", ".q-person", WIDE),
    ("/", ".q-burger", NARROW),
    *(("/risks", f".q-tools > details:nth-of-type({n})", NARROW) for n in (1, 2, 3)),
]
A_MOMENT_MS: Final = 100
SPOILT: Final = {
    "a name taken away": "document.querySelector('header select').labels[0].remove()",
    "a pale text": "document.querySelector('h1').attributeStyleMap.set('color', '#cccccc')",
    "a tiny text": "document.querySelector('h1').attributeStyleMap.set('font-size', CSS.px(11))",
    "too wide": "document.querySelector('h1').attributeStyleMap.set('min-width', CSS.px(700))",
    "a breach of the policy": "document.body.insertAdjacentHTML('beforeend', '<i style=top:0>')",
    "a script that fails": "setTimeout(() => { throw new Error('spoilt') })",
    "a missing file": "new Image().src = '/static/none.png'",
}


def test_a_spoilt_page_is_noticed(browser: Browser, url: str) -> None:
    with window(browser, url, "fr", "light") as opened:
        signed_in(opened, url, "bob", "fr")
        for name, spoil in SPOILT.items():
            opened.go("/")
            opened.page.evaluate(spoil)
            opened.page.wait_for_timeout(A_MOMENT_MS)
            assert opened.barriers() != [], name
        opened.go("/")
        assert opened.barriers() == []


def _looked_at(opened: Window, look: str, address: str, forms: slice) -> list[str]:
    """What is wrong with a page, and with each of these of its forms when it was sent empty."""
    wrong = _said(look, address, _barriers_at(opened, address))
    for form, number in enumerate(opened.page.evaluate(FORMS)[forms]):
        if form:
            opened.go(address)
        with opened.page.expect_navigation():
            opened.page.evaluate(SEND_EMPTY, number)
        wrong += _said(look, f"{address}, form {number} sent empty", opened.barriers())
    return wrong


def _barriers_at(opened: Window, address: str) -> list[str]:
    opened.go(address)
    return opened.barriers()


def _menus(opened: Window, look: str) -> list[str]:
    """What is wrong while the menu of the person is open, of a narrow window, and of a list."""
    wrong: list[str] = []
    for address, menu, width in MENUS:
        opened.page.set_viewport_size({"width": width, "height": TALL})
        opened.go(address)
        opened.page.locator(f"{menu} > summary").press("Enter")
        wrong += _said(look, menu, opened.barriers())
    return wrong


def _searching(opened: Window, look: str) -> list[str]:
    """What is wrong with what a search found, on its page and in the palette."""
    wrong = _said(look, "what was found", _barriers_at(opened, "/search?q=audit"))
    opened.page.keyboard.press("Control+k")
    opened.page.keyboard.type("audit")
    opened.page.locator("#palette [role=status]").wait_for()
    return wrong + _said(look, "the palette", opened.barriers())


def _acted_on(opened: Window, look: str) -> list[str]:
    """What is wrong while a row of home is acted on in its dialog, which Escape leaves."""
    opened.go("/")
    opened.page.locator(".q-act").first.press("Enter")
    opened.page.locator("dialog[open] #act-title").wait_for()
    assert opened.page.evaluate("document.activeElement.closest('dialog') !== null")
    wrong = _said(look, "a row acted on", opened.barriers())
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator("dialog[open]").count()
    return wrong


def _said(look: str, where: str, barriers: list[str]) -> list[str]:
    return [f"{look}: {where}: {barrier}" for barrier in barriers]
