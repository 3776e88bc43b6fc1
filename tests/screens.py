"""`make screens`: the pictures of the portal in docs/screens, taken of a fresh demo.

French, light, 1440 pixels wide; with `--look FOLDER` also in English, dark and narrow, to be
looked at by whoever changed a page.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from runtime.demo.group import BY_NAME, PASSWORD
from shared.child import free_port
from tests import chromium
from tests.processes import eventually, started

SHOWN = Path(__file__).parent.parent / "docs" / "screens"
PAGES = {
    "home": "/",
    "audits": "/audits",
    "findings": "/findings",
    "actions": "/actions",
    "indicators": "/indicators",
    "risks": "/risks",
    "policy": "/policy",
    "inbox": "/inbox",
}
WIDE, NARROW = 1440, 390
CHAIN_S = 30


@contextmanager
def demo_running() -> Iterator[str]:
    """A platform of its own, with the demo group, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="qse-screens-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "QSE_HOME": folder, "QSE_PORT": str(port)}
        with started(["-m", "runtime", "up"], environment, Path(folder) / "up.log"):
            eventually(lambda: "Ctrl-C" in (Path(folder) / "up.log").read_text(), 180)
            yield url


def signed_in(opened: Browser, url: str, name: str, width: int = WIDE, dark: bool = False) -> Page:  # noqa: FBT001, FBT002  what a picture depends on
    page = opened.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        locale="fr-FR",
    )
    chromium.sign_in(page, url, BY_NAME[name].email, PASSWORD)
    return page


def shoot(page: Page, url: str, path: str, file: Path) -> None:
    page.goto(f"{url}{path}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(file), full_page=True)


def pages_of(page: Page, url: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PAGES.items():
        shoot(page, url, path, folder / f"{name}.png")
    for listed, name in (("/audits", "audit"), ("/actions", "action"), ("/findings", "finding")):
        _first(page, url, listed, folder / f"{name}.png")
    _first(page, url, "/indicators", folder / "indicator.png")


def _first(page: Page, url: str, listed: str, file: Path) -> None:
    page.goto(f"{url}{listed}")
    links = page.eval_on_selector_all(
        f"main a[href^='{listed}/']", "found => found.map(link => link.getAttribute('href'))"
    )
    wanted = [link for link in links if not link.endswith("/new")]
    if wanted:
        shoot(page, url, wanted[0], file)


def main() -> None:
    with demo_running() as url, chromium.running() as opened:
        pages_of(signed_in(opened, url, "Claire Duval"), url, SHOWN)


if __name__ == "__main__":
    main()
