"""The system's Chromium, driven as a person would use it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
MISSING: Final = "No Chromium is installed here; on Debian: apt-get install chromium"
FLAGS: Final = [
    "--no-sandbox",  # it will not start as root with one, and the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A window, and all that the browser complains of in it."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR")
    opened = context.new_page()
    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened, complaints
    context.close()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("input[type=email]", email)
    page.fill("input[type=password]", password)
    page.click('form[action="/sign-in"] button')
    page.wait_for_url(lambda at: "/sign-in" not in at)
