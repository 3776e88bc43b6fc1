"""The fictional Groupe Alvéa: its places, its people and what they hold."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

PASSWORD = "Alvea-demo-2026!"  # noqa: S105  a demo's password, printed at every start
DOMAIN = "alvea.example"

GROUP = "Groupe Alvéa"
DIVISIONS = {
    "Composites": ("Saint-Nazaire", "Figeac", "Le Havre", "Moirans"),
    "Chimie fine": ("Roussillon", "Pont-de-Claix", "Lacq"),
}
SITES = [site for sites in DIVISIONS.values() for site in sites]
MOVED_IN = timedelta(days=400)


def id_of(name: str) -> UUID:
    """The same id for the same name: loading twice changes nothing."""
    return uuid5(NAMESPACE_URL, f"alvea:{name}")


@dataclass(frozen=True)
class Someone:
    """A person of the demo, and the roles they hold: role, place, process."""

    name: str
    holds: tuple[tuple[str, str, str | None], ...]
    language: Literal["fr", "en"] = "fr"
    superior: str = ""

    @property
    def id(self) -> UUID:
        return id_of(self.name)

    @property
    def email(self) -> str:
        plain = self.name.lower().translate(str.maketrans("éèêëàâçôïî '", "eeeeaacoii.."))
        return f"{plain.replace('..', '.')}@{DOMAIN}"


COORDINATORS = {
    "Saint-Nazaire": "Aline Morvan",
    "Figeac": "Bruno Castan",
    "Le Havre": "Cécile Lemoine",
    "Moirans": "Denis Perrin",
    "Roussillon": "Elsa Fontaine",
    "Pont-de-Claix": "Fabien Royer",
    "Lacq": "Gaëlle Etchart",
}
OWNERS = {
    "Saint-Nazaire": ("Henri Le Goff", "Inès Jaouen"),
    "Figeac": ("Jules Delmas", "Karine Roux"),
    "Le Havre": ("Lucas Hébert", "Manon Vasseur"),
    "Moirans": ("Nadia Brun", "Olivier Faure"),
    "Roussillon": ("Pauline Girard", "Quentin Vial"),
    "Pont-de-Claix": ("Rachid Amrani", "Sophie Blanc"),
    "Lacq": ("Thomas Laborde", "Ugo Barthe"),
}
ALSO = {"Inès Jaouen": (("auditor", "Composites", None),)}
"""Who pilots a process at home and audits elsewhere."""
OTHERS = [
    Someone("Claire Duval", (("group_coordinator", GROUP, None),)),
    Someone("Marc Weber", (("group_coordinator", GROUP, None),), "en"),
    Someone("Sacha Nguyen", (("platform_admin", GROUP, None),)),
    Someone("Odile Marchand", (("records_officer", GROUP, None),)),
    Someone("Diane Keller", (("auditor", "Composites", None),)),
    Someone("Paul Sarrazin", (("auditor", "Chimie fine", None),)),
    Someone("Emma Wilson", (("auditor", GROUP, None),), "en"),
    Someone("Karim Benali", (("auditor", GROUP, None),)),
    Someone("Mathilde Renaud", (("auditor", "Composites", None),)),
    Someone("Hélène Vidal", (("process_owner", GROUP, "ACHATS"),)),
    Someone("Mathieu Roche", (("process_owner", "Composites", "LOG"),)),
    Someone("Nora Belkacem", (("process_owner", "Chimie fine", "LOG"),)),
    Someone("Sylvie Mercier", (("process_owner", GROUP, "RH"),)),
    Someone("Yann Tanguy", (("contributor", "Saint-Nazaire", None),), superior="Henri Le Goff"),
    Someone("Zoé Carlier", (("reader", "Roussillon", None),)),
    Someone("Victor Hamel", (("certifier", "Saint-Nazaire", None),)),
    Someone("Inspection DREAL", (("inspector", "Roussillon", None),)),
]
PEOPLE = [
    *OTHERS,
    *(Someone(name, (("site_coordinator", site, None),)) for site, name in COORDINATORS.items()),
    *(
        Someone(name, (("process_owner", site, process), *ALSO.get(name, ())), superior=superior)
        for site, (head, maintainer) in OWNERS.items()
        for name, process, superior in ((head, "PROD", ""), (maintainer, "MAINT", head))
    ),
]
BY_NAME = {someone.name: someone for someone in PEOPLE}
AUDITORS = {"Composites": "Diane Keller", "Chimie fine": "Paul Sarrazin"}


def division_of(site: str) -> str:
    return next(name for name, sites in DIVISIONS.items() if site in sites)


def auditor_of(site: str) -> Someone:
    return BY_NAME[AUDITORS[division_of(site)]]


def coordinator_of(site: str) -> Someone:
    return BY_NAME[COORDINATORS[site]]


def greeters() -> list[tuple[str, str]]:
    """Those worth signing in as first, with what they do."""
    firsts = [
        ("auditrice, audit en cours", "Diane Keller"),
        ("pilote de processus", "Henri Le Goff"),
        ("coordinatrice du site", "Aline Morvan"),
        ("coordinatrice du groupe", "Claire Duval"),
        ("group coordinator (EN)", "Marc Weber"),
        ("administrateur technique", "Sacha Nguyen"),
    ]
    return [(what, BY_NAME[name].email) for what, name in firsts]
