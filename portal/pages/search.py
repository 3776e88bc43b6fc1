"""Finding something by words, of whatever kind, in all services at once."""

import asyncio
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from portal.i18n import N_
from portal.render import fragment, page
from portal.session import Visit, Visitor, address
from shared.schemas import Hit

LONGEST: Final = 100
SHORTEST: Final = 2


@dataclass(frozen=True)
class Kind:
    """What people look for: what it is called, who finds it, and below which address it is."""

    name: str
    service: str
    title: str
    icon: str
    path: str

    def address(self, visit: Visit, hit: Hit) -> str:
        """Where to see it. Who may not see somebody's sheet may still write to them."""
        if self.name == "place":
            return address(self.path, hit.id)
        if self.name == "person" and not visit.may("identity:protect"):
            return f"mailto:{hit.reference}"
        return address(f"{self.path}/{hit.id}", visit.place)


KINDS: Final = (
    Kind("action", "actions", N_("Actions"), "list-check", "/actions"),
    Kind("finding", "audit", N_("Constats"), "eye", "/findings"),
    Kind("audit", "audit", N_("Audits"), "clipboard-check", "/audits"),
    Kind("risk", "risk", N_("Risques"), "alert-triangle", "/risks"),
    Kind("indicator", "indicators", N_("Indicateurs"), "chart-line", "/indicators"),
    Kind("reference", "compliance", N_("Référentiels"), "scale", "/references"),
    Kind("requirement", "compliance", N_("Exigences"), "scale", "/requirements"),
    Kind("process", "processes", N_("Processus"), "git-branch", "/processes"),
    Kind("person", "identity", N_("Personnes"), "users", "/admin/people"),
    Kind("place", "identity", N_("Lieux"), "building-factory-2", "/"),
)


@dataclass(frozen=True)
class Group:
    """What was found of a kind, each with where to see it."""

    kind: Kind
    hits: list[tuple[Hit, str]]


router = APIRouter()


@router.get("/search")
async def search(visit: Visitor, q: str = "") -> Response:
    """The page of what was found, or for htmx the list alone."""
    asked = " ".join(q[:LONGEST].replace("\0", "").split())
    groups = await look(visit, asked) if len(asked) >= SHORTEST else []
    context = {"asked": asked, "groups": groups}
    if visit.request.headers.get("hx-request"):
        return fragment(visit, "found.html", context | {"places": await visit.places()})
    return await page(visit, "search.html", context)


async def look(visit: Visit, asked: str) -> list[Group]:
    """Ask every service that this person may read."""
    services = dict.fromkeys(kind.service for kind in KINDS)
    readable = [name for name in services if visit.may(f"{name}:read")]
    answers = await asyncio.gather(
        *(
            visit.api.get(f"/{name}/search", list[Hit], q=asked, place=visit.place)
            for name in readable
        )
    )
    hits = [hit for answer in answers for hit in answer]
    return [group for kind in KINDS if (group := _group(visit, kind, hits)).hits]


def _group(visit: Visit, kind: Kind, hits: list[Hit]) -> Group:
    own = (hit for hit in hits if hit.kind == kind.name)
    return Group(kind, [(hit, kind.address(visit, hit)) for hit in own])
