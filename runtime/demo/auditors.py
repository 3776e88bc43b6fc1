"""Who audits in the Groupe Alvéa: what shows that they can, and what stands against some."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from runtime.demo.acting import acting, today
from runtime.demo.group import BY_NAME, id_of
from services.audit.auditors import files
from services.audit.auditors.schemas import (
    AuditorIn,
    CompetenceIn,
    EngagementIn,
    EngagementKind,
    Level,
    LinkIn,
    LinkKind,
    PracticeIn,
)
from shared.work import UnitOfWork

CLAIRE = BY_NAME["Claire Duval"]
ALL = ("ISO 9001", "ISO 14001", "ISO 45001")
TRAINED = {
    "ISO 9001": "Formation auditeur interne ISO 9001 (35 h), évaluation favorable, ISO 19011",
    "ISO 14001": "Formation auditeur ISO 14001 (21 h), veille réglementaire ICPE à jour",
    "ISO 45001": "Formation auditeur ISO 45001 (21 h), accueil sécurité chimie niveau 2",
}


@dataclass(frozen=True)
class Qualified:
    """Somebody who audits: where they work, by what they may, and for how many days more."""

    name: str
    home: str
    codes: tuple[str, ...]
    level: Level = Level.LEAD
    days_left: int = 500
    works_in: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr",)
    practised: int = 3


AUDITORS = (
    Qualified("Diane Keller", "Le Havre", ALL, languages=("fr", "de")),
    Qualified("Paul Sarrazin", "Roussillon", ALL),
    Qualified("Emma Wilson", "Moirans", ALL[:2], languages=("en", "fr"), days_left=300),
    Qualified("Karim Benali", "Pont-de-Claix", ALL[:1], days_left=26, works_in=("QSE",)),
    Qualified("Inès Jaouen", "Saint-Nazaire", ALL, Level.AUDITOR, works_in=("MAINT",)),
    Qualified("Mathilde Renaud", "Figeac", ALL[1:2], Level.TRAINEE, works_in=("PROD",)),
)


def qualify_auditors() -> None:
    """Before the year of audits begins: each has a file at the site where they work."""
    begun = today() - timedelta(days=399)
    with acting("audit:plan", CLAIRE, begun) as uow:
        for auditor in AUDITORS:
            _open(uow, auditor, begun)
    with acting("audit:plan", CLAIRE, today()) as uow:
        _stand_in_the_way(uow)


def _open(uow: UnitOfWork, auditor: Qualified, begun: date) -> None:
    person = BY_NAME[auditor.name]
    file = AuditorIn(
        id=file_of(auditor.name),
        site_id=id_of(auditor.home),
        person_id=person.id,
        works_in=list(auditor.works_in),
        languages=list(auditor.languages),
    )
    files.open_file(uow, file)
    for code in auditor.codes:
        competence = CompetenceIn(
            id=id_of(f"competence {auditor.name} {code}"),
            code=code,
            level=auditor.level,
            proof=TRAINED[code],
            valid_from=begun - timedelta(days=60),
            valid_to=today() + timedelta(days=auditor.days_left),
        )
        files.grant_competence(uow, file_of(auditor.name), competence)
    for number in range(auditor.practised):
        _practise(uow, auditor, begun - timedelta(days=20 + 90 * number), number)


def _practise(uow: UnitOfWork, auditor: Qualified, day: date, number: int) -> None:
    past = PracticeIn(
        id=id_of(f"practice {auditor.name} {number}"),
        held_on=day,
        code=auditor.codes[0],
        tutored=number > 0,
        proof="Audit croisé chez un confrère de la filière, rapport et grille d'évaluation signés",
    )
    files.declare_practice(uow, file_of(auditor.name), past)


def _stand_in_the_way(uow: UnitOfWork) -> None:
    """A training, a former job and a family tie, for the proposals of the months to come."""
    training = EngagementIn(
        id=id_of("training of Emma Wilson"),
        kind=EngagementKind.TRAINING,
        since=today() + timedelta(days=18),
        until=today() + timedelta(days=24),
        note="Mise à niveau sur les éditions 2026",
    )
    files.declare_engagement(uow, file_of("Emma Wilson"), training)
    job = LinkIn(
        id=id_of("former job of Karim Benali"),
        kind=LinkKind.JOB,
        process="PROD",
        at_site=id_of("Figeac"),
        until=today() - timedelta(days=260),
        note="Chef d'équipe avant sa mutation",
    )
    files.declare_link(uow, file_of("Karim Benali"), job)
    tie = LinkIn(
        id=id_of("tie of Mathilde Renaud"),
        kind=LinkKind.FAMILY,
        other_id=BY_NAME["Jules Delmas"].id,
        note="Sœur de son conjoint",
    )
    files.declare_link(uow, file_of("Mathilde Renaud"), tie)


def file_of(name: str) -> UUID:
    return id_of(f"auditor {name}")
