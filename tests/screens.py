"""`make screens`: the pictures of the portal in docs/screens, taken of a fresh demo.

French, light, 1440 pixels wide. `ARGS="--look FOLDER"` takes each page in English, dark and narrow
as well, into that folder, to be looked at by whoever changed a page.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Page

from runtime.bench.pages import addresses
from runtime.demo.group import BY_NAME, PASSWORD
from shared.child import free_port
from tests import chromium
from tests.processes import eventually, started

SHOWN = Path(__file__).parent.parent / "docs" / "screens"
BEFORE = ("/sign-in", "/forgot")
TIMELINE = "/timeline/{correlation_id}"
AUDITOR, COORDINATOR = "Diane Keller", "Claire Duval"
UNDER_WAY = "en cours - Saint-Nazaire"
WIDE, NARROW = 1440, 390
TALLEST = {WIDE: 1400, NARROW: 3000}
CHAIN_MS = 20_000

Language = Literal["fr", "en"]
Light = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    """How somebody has the portal before them."""

    language: Language = "fr"
    light: Light = "light"
    width: int = WIDE


LANGUAGES: tuple[Language, ...] = ("fr", "en")
LIGHTS: tuple[Light, ...] = ("light", "dark")
ALL = [Look(*each) for each in product(LANGUAGES, LIGHTS, (WIDE, NARROW))]


@contextmanager
def demo_running() -> Iterator[str]:
    """A platform of its own, with the demo group, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="qse-screens-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        environment = {**os.environ, "QSE_HOME": folder, "QSE_PORT": str(port)}
        with started(["-m", "runtime", "up"], environment, Path(folder) / "up.log"):
            eventually(lambda: "Ctrl-C" in (Path(folder) / "up.log").read_text(), 180)
            yield f"http://127.0.0.1:{port}"


@contextmanager
def window(browser: Browser, url: str, name: str, look: Look) -> Iterator[Page]:
    """What somebody sees who has signed in."""
    with at(browser, url, look) as page:
        chromium.sign_in(page, url, BY_NAME[name].email, PASSWORD)
        for field, value in (("language", look.language), ("theme", look.light)):
            button = f"header button[name={field}][value={value}]"
            with page.expect_navigation():
                page.eval_on_selector(button, "button => button.click()")
        yield page


@contextmanager
def at(browser: Browser, url: str, look: Look) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url,
        viewport={"width": look.width, "height": 900},
        color_scheme=look.light,
        locale="fr-FR" if look.language == "fr" else "en-GB",
    )
    yield context.new_page()
    context.close()


def raise_major_finding(browser: Browser, url: str) -> str:
    """As the auditor, in the form. Gives the address of what followed, once it has."""
    with window(browser, url, AUDITOR, Look()) as page:
        page.goto(first_in(page, "audits", "audits", named=UNDER_WAY))
        page.get_by_role("radio", name="Non-conformité majeure").check(force=True)
        page.get_by_label("Processus").select_option("PROD")
        page.get_by_role("textbox", name="Exigence").fill("ISO 45001:2018 8.1.2")
        gap = "Le carter de la presse 4 est démonté pendant la production"
        page.get_by_role("textbox", name="Écart constaté").fill(gap)
        page.get_by_role("textbox", name="Preuve objective").fill(
            "Vu au poste 4, sans consignation"
        )
        page.get_by_role("button", name="Enregistrer le constat").click()
        page.get_by_role("link", name="Chronologie").first.click()
        for told in ("Henri Le Goff", "Claire Duval"):
            page.get_by_text(f"Message à {told}").first.wait_for(timeout=CHAIN_MS)
        return page.url.removeprefix(url)


def first_in(page: Page, listed: str, kind: str, named: str = "") -> str:
    """The address of the first thing of this kind, and of this name, in a list."""
    page.goto(f"/{listed}")
    links = page.locator(f"main a[href*='/{kind}/']:not([href*='/new'])").filter(has_text=named)
    return links.first.get_attribute("href") or ""


def take_all(browser: Browser, url: str, look: Look, folder: Path, timeline: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with at(browser, url, look) as page:
        for path in BEFORE:
            take(page, path, folder / f"{name_of(path)}.png")
    with window(browser, url, COORDINATOR, look) as page:
        found = addresses(lambda address: page.request.get(address).text())
        for path, address in (found | {TIMELINE: timeline}).items():
            take(page, address, folder / f"{name_of(path)}.png")
    with window(browser, url, AUDITOR, look) as page:
        under_way = first_in(page, "audits", "audits", named=UNDER_WAY)
        take(page, under_way, folder / "audit-room.png")


def name_of(path: str) -> str:
    """A file's name for a page's path: `/actions/{action_id}` is `actions-action`."""
    parts = [part.strip("{}_").removesuffix("_id") for part in path.split("/") if part]
    return "-".join(parts) or "home"


def take(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    tall = min(TALLEST[width], page.evaluate("document.documentElement.scrollHeight"))
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": tall}
    page.screenshot(path=str(file), full_page=True, clip=clip)


def main() -> None:
    asked = argparse.ArgumentParser(prog="make screens")
    asked.add_argument("--look", type=Path, metavar="FOLDER")
    folder: Path | None = asked.parse_args().look
    with demo_running() as url, chromium.running() as browser:
        timeline = raise_major_finding(browser, url)
        take_all(browser, url, Look(), SHOWN, timeline)
        if folder is None:
            return
        for look in ALL:
            name = f"{look.language}-{look.light}-{look.width}"
            take_all(browser, url, look, folder / name, timeline)


if __name__ == "__main__":
    main()
