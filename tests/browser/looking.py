"""What a page must not have, looked for in Chromium: barriers, complaints, sideways scrolling."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Page, Request, Response

from shared.headers import REPORTS
from tests import chromium
from tests.world import PASSWORD

AXE: Final = Path("portal/node_modules/axe-core/axe.min.js")
RULES: Final = (
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"),
    "best-practice",
)
WIDE, NARROW, TALL = 1440, 390, 900
SMALLEST_PX: Final = 12

RUN_AXE: Final = (
    "axe.run(document, {runOnly: RULES, resultTypes: ['violations']}).then(found => JSON.stringify("
    "found.violations.map(one => one.id + ' ' + one.nodes.map(node => node.target.join(' ') + ': '"
    " + node.any.concat(node.all, node.none).map(check => check.message).join(', '))"
    ".slice(0, 3).join(' | '))))"
).replace("RULES", json.dumps(RULES))

UNFOLD: Final = """() => {
  for (const folded of document.querySelectorAll('details:not(.q-menu)')) folded.open = true;
  scrollTo(0, 0);  // what the head of the window covers is no smaller for it
}"""

TOO_SMALL: Final = """least => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const around = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !around.checkVisibility()) continue;
    if (around.closest('script, style, noscript')) continue;
    const size = parseFloat(getComputedStyle(around).fontSize);
    if (size < least) found.add(`${size} px: ${walk.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...found];
}"""

SIDEWAYS: Final = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > wide + 1 && one.checkVisibility()
      && !one.closest('.table-responsive'))
    .slice(0, 3).map(one => `${one.tagName}.${one.className} reaches beyond ${wide} px`)
    .concat([`scrolls to ${document.documentElement.scrollWidth} px`]);
}"""

USABLE: Final = "performance.getEntriesByType('navigation')[0].domComplete"

# An answer that refuses a form is a refusal also to the browser, which says so; we asked for it.
EXPECTED: Final = "the server responded with a status of 4"

LEFT: Final = "net::ERR_ABORTED"
"""We went on to another page while something of this one, its icon say, was still coming."""


@dataclass
class Window:
    """A window of the browser, and what anybody complained about in it since it was last asked."""

    page: Page
    cdp: CDPSession
    complaints: list[str] = field(default_factory=list)
    usable_ms: list[float] = field(default_factory=list)
    """How long each page took from the request until it was whole."""

    def go(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        if answer.status >= 400:
            self.complaints.append(f"{address} answers {answer.status}")
        self.usable_ms.append(self.page.evaluate(USABLE))

    def read(self, address: str) -> str:
        """The page as it is sent, without showing it."""
        return self.page.request.get(address).text()

    def barriers(self) -> list[str]:
        """Everything wrong with what is shown, unfolded, and with its layout when narrow."""
        self.page.evaluate(UNFOLD)
        found = [*self._axe(), *self.page.evaluate(TOO_SMALL, SMALLEST_PX)]
        self.page.set_viewport_size({"width": NARROW, "height": TALL})
        found += self.page.evaluate(SIDEWAYS)
        found += self.page.evaluate(TOO_SMALL, SMALLEST_PX)
        self.page.set_viewport_size({"width": WIDE, "height": TALL})
        found += self.complaints
        self.complaints.clear()
        return found

    def _axe(self) -> list[str]:
        """By the debugger, which no policy of the page binds: the policy itself stays as it is."""
        self._evaluate(f"{AXE.read_text()};0")
        answer = self._evaluate(RUN_AXE, awaitPromise=True)
        return list(json.loads(answer))

    def _evaluate(self, expression: str, **how: bool) -> Any:  # noqa: ANN401  what the page gives
        answer = self.cdp.send("Runtime.evaluate", {"expression": expression, **how})
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")


@contextmanager
def window(browser: Browser, url: str, language: str, light: str) -> Iterator[Window]:
    """A window of somebody who reads this language, in this light."""
    if not AXE.exists():
        pytest.skip("axe-core is not here; `make setup` fetches it")
    context = browser.new_context(
        base_url=url,
        viewport={"width": WIDE, "height": TALL},
        locale="fr-FR" if language == "fr" else "en-GB",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "qse-theme", "value": light, "url": url}])
    page = context.new_page()
    opened = Window(page, context.new_cdp_session(page))
    _listen(opened)
    yield opened
    context.close()


def signed_in(opened: Window, url: str, name: str, language: str) -> None:
    """Let somebody in, and have them read this language."""
    chromium.sign_in(opened.page, url, f"{name}@example.org", PASSWORD)
    if opened.page.get_attribute("html", "lang") != language:
        button = f"header button[name=language][value={language}]"
        with opened.page.expect_navigation():
            opened.page.eval_on_selector(button, "button => button.click()")


def _listen(opened: Window) -> None:
    complaints = opened.complaints

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and EXPECTED not in message.text:
            complaints.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            complaints.append(f"{response.status} for {response.url}")
        if response.url.endswith(REPORTS):
            complaints.append(f"a breach of the policy was reported: {response.request.post_data}")

    def failed(request: Request) -> None:
        if request.failure != LEFT:
            complaints.append(f"failed: {request.url} {request.failure}")

    opened.page.on("console", said)
    opened.page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    opened.page.on("response", answered)
    opened.page.on("requestfailed", failed)
