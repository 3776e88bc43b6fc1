"""Every page of the portal, with an address at which a group has something to show.

Both come from the portal itself, its routes and its links: no list of pages can fall behind them.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, Final

import httpx2 as httpx
from fastapi.routing import APIRoute

from portal.app import create_portal
from portal.pages.lists import LISTS

NO_PAGES: Final = frozenset(
    {
        "/health",
        "/inbox/count",  # pieces that htmx puts into a page
        "/actions/{action_id}/act",
        "/alerts/{alert_id}/act",
        "/audits/{audit_id}/act",
        "/indicators/{definition_id}/act",
        "/review-requests/{request_id}/act",
        "/proof/jobs",
        "/jobs/rows",
        "/admin/places/{node_id}/below",
        "/imports/{name}/{import_id}/state",
        "/jobs/{service}/{job_id}/file",  # files
        "/imports/{name}/template.xlsx",
        "/audits/{audit_id}/calendar.ics",
        "/coverage/export.{format}",
        "/statistics/export.{format}",
        "/coverage/cell",  # of a row and a column, which only its query names
        "/reports/{report_id}/files/{language}",
        "/reports/{report_id}/state",  # pieces that htmx puts into a page
        "/audits/{audit_id}/repeats",
        "/windows/{window_id}",  # on to its certificate
        "/timeline/{correlation_id}/steps",
        "/sign-in/sso",  # on to the identity provider, and back from it
        "/sign-in/sso/done",
        "/imports/{name}/export.{format}",
        "/admin/people/export.{format}",
        *(f"/{name}/export.{{format}}" for name in LISTS),
        "/indicators/export.{format}",
        "/proof/checkpoints/{number}.txt",
        "/proof/files/{proof_id}.zip",
        "/evidence/{service}/{evidence_id}/content",
        "/evidence/{service}/{evidence_id}/preview",
        "/photographs/{evidence_id}/content",
        "/photographs/{evidence_id}/preview",
        "/audits/{audit_id}/room/answers",  # what the audit room asks for
    }
)
"""What the portal answers that is no page of its own. Everything else it answers is one."""

OUTSIDE: Final = frozenset({"/sign-in", "/sign-in/code", "/forgot", "/reset", "/welcome"})
"""The pages of who is not signed in."""

SAMPLES: Final = "/_components"
"""Its links lead to things that are not there."""

TRIED: Final = 12
"""How many things of a kind are opened in search of a link to what a page is still wanted of."""


def page_paths() -> list[str]:
    """The routes of all pages for who is signed in, such as `/audits/{audit_id}`."""
    routes = _flat(create_portal(httpx.AsyncClient()).router.routes)
    gets = {r.path for r in routes if isinstance(r, APIRoute) and "GET" in (r.methods or ())}
    return sorted(gets - NO_PAGES - OUTSIDE)


def addresses(read: Callable[[str], str]) -> dict[str, str]:
    """An address for each page, found as a person finds it: from home, by following links."""
    paths = page_paths()
    found = {path: path for path in paths if "{" not in path}
    patterns = {path: _pattern(path) for path in paths}
    seen, opened = set(found.values()), Counter[str]()
    ahead = deque(sorted(seen))
    while ahead and len(found) < len(paths):
        opened_at = ahead.popleft()
        for link in _links(read(opened_at)) if opened_at != SAMPLES else ():
            path = next((path for path, fits in patterns.items() if fits.fullmatch(link)), None)
            if path is None or link in seen or opened[path] == TRIED:
                continue
            seen.add(link)
            opened[path] += 1
            ahead.append(link)
            found.setdefault(path, link)
    return found


def _links(html: str) -> list[str]:
    return [unescape(link).partition("?")[0] for link in re.findall(r'href="(/[^"#]*)', html)]


def _pattern(path: str) -> re.Pattern[str]:
    def gap(named: re.Match[str]) -> str:
        return "[0-9a-f-]{36}" if named[1].endswith("_id") else "[a-z]+"

    return re.compile(re.sub(r"\{(\w+)\}", gap, path))


def _flat(routes: Any) -> Iterator[object]:  # noqa: ANN401  FastAPI keeps included routers whole
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is None:
            yield route
        else:
            yield from _flat(inner)
