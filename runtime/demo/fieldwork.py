"""How the demo's audits are conducted: their plans, their checklists, what was answered so far."""

from datetime import date, time, timedelta
from itertools import cycle
from typing import Final
from uuid import UUID

from runtime.demo.acting import acting, today
from runtime.demo.group import BY_NAME, OWNERS, auditor_of, coordinator_of, id_of
from services.audit.fieldwork import checklist, planning, queries, room
from services.audit.fieldwork.schemas import (
    AnswerIn,
    MetIn,
    QuestionIn,
    SlotIn,
    TemplateIn,
    Verdict,
)
from services.audit.models import Audit
from services.audit.schemas import SlotKind
from shared.schemas import Change

OBJECTIVES: Final = (
    "Établir si le système intégré est conforme aux trois normes et tenu au poste, et si les"
    " actions du dernier audit ont produit leur effet."
)
REASON: Final = "Les réglages, les consignations et le tri des déchets ne se voient qu'au poste."
ANSWERED: Final = 24
CODE: Final = "INTEGRE"

# Each slot of a full plan: from, to, what, where, process, functions to meet.
Planned = tuple[time, time, SlotKind, str, str, list[str]]
FULL: Final[tuple[Planned, ...]] = (
    (time(8, 30), time(9, 0), SlotKind.OPENING, "Salle Loire", "", ["Comité de direction du site"]),
    (time(9, 0), time(10, 0), SlotKind.REVIEW, "Bureau QSE", "", []),
    (time(10, 0), time(11, 45), SlotKind.VISIT, "Atelier presses", "PROD", ["Chef d'équipe"]),
    (time(13, 30), time(14, 30), SlotKind.INTERVIEW, "Magasin", "LOG", ["Cariste"]),
    (time(14, 30), time(15, 45), SlotKind.INTERVIEW, "Atelier maintenance", "MAINT", []),
    (time(15, 45), time(16, 30), SlotKind.TEAM, "Salle Loire", "", []),
    (time(16, 30), time(17, 15), SlotKind.CLOSING, "Salle Loire", "", ["Direction du site"]),
)
SAID: Final = (
    (Verdict.CONFORM, "Vu avec l'encadrement : tenu à jour et connu de l'équipe.", "Revue 2026"),
    (Verdict.CONFORM, "Dernière édition affichée au poste, comprise du régleur.", "Presses 2 et 4"),
    (
        Verdict.OBSERVATION,
        "Le registre est rempli en fin de semaine.",
        "Semaines 40 à 46",
    ),
    (
        Verdict.CONFORM,
        "Objectifs suivis chaque mois, écarts expliqués.",
        "Tableau d'octobre",
    ),
    (
        Verdict.STRENGTH,
        "Les opérateurs proposent eux-mêmes les améliorations.",
        "12 fiches",
    ),
    (Verdict.IMPROVEMENT, "Le plan de formation gagnerait à citer les remplaçants.", "Plan 2026"),
    (Verdict.NONCONFORMITY, "Deux vérifications périodiques dépassées.", "Pont 3, chariot 12"),
    (Verdict.CONFORM, "Consignations tracées, cadenas nominatifs.", "4 consignations du mois"),
)


def plan(audit_id: UUID, site: str, day: date, *, full: bool = False) -> None:
    """Write the plan of an audit, a week before it; the full one is sent to those it names."""
    lead = auditor_of(site)
    with acting("audit:conduct", lead, day - timedelta(days=7)) as uow:
        for slot in FULL if full else FULL[::6]:
            planning.add_slot(uow, audit_id, _slot(site, day, slot))
        if full:
            version = uow.get(Audit, audit_id).version
            planning.send_plan(uow, audit_id, Change(version=version))


def _slot(site: str, day: date, slot: Planned) -> SlotIn:
    starts, ends, kind, place, process, functions = slot
    owners = dict(zip(("PROD", "MAINT"), OWNERS[site], strict=True))
    meeting = [coordinator_of(site).id] if kind in (SlotKind.OPENING, SlotKind.CLOSING) else []
    owner = [BY_NAME[owners[process]].id] if process in owners else []
    return SlotIn(
        kind=kind,
        day=day,
        starts=starts,
        ends=ends,
        place=place,
        process=process,
        people=meeting + owner,
        functions=functions,
    )


def ask(audit_id: UUID, site: str) -> None:
    """Compose the checklist of an audit, and ask something of one's own."""
    with acting("audit:conduct", auditor_of(site), today()) as uow:
        checklist.generate_checklist(uow, audit_id)
        own = QuestionIn(
            text_fr="Que devient une pièce douteuse entre deux postes, la nuit ?",
            text_en="What becomes of a doubtful part between two stations at night?",
            process="PROD",
        )
        checklist.add_question(uow, audit_id, own)


def answer(audit_id: UUID, site: str) -> None:
    """Answer some of it, as on the first morning; nothing is answered of the rest."""
    with acting("audit:conduct", auditor_of(site), today()) as uow:
        asked = queries.questions(uow, audit_id)[:ANSWERED]
        for question, (verdict, note, sample) in zip(asked, cycle(SAID), strict=False):
            given = AnswerIn(
                id=id_of(f"answer {question.id}"),
                edition=question.edition,
                verdict=verdict,
                note=note,
                sample=sample,
            )
            room.save_answer(uow, question.id, given)
        for name, function in (("Karim Aït", "Régleur"), ("Louise Pons", "Magasinière")):
            room.note_met(uow, audit_id, MetIn(name=name, function=function))


def keep(audit_id: UUID, site: str) -> None:
    """Keep the checklist for the next integrated audits."""
    with acting("audit:conduct", auditor_of(site), today()) as uow:
        data = TemplateIn(code=CODE, title="Audit intégré, trois normes")
        checklist.keep_as_template(uow, audit_id, data)
