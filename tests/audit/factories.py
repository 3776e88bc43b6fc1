from datetime import date
from itertools import count
from uuid import UUID, uuid4

from services.audit import commands
from services.audit.fieldwork import checklist, planning, room
from services.audit.fieldwork.models import Answer
from services.audit.fieldwork.schemas import AnswerIn, QuestionIn, QuestionOut, SlotIn
from services.audit.library import commands as library
from services.audit.models import Audit, Finding
from services.audit.schemas import AuditIn, FindingIn, Grade, StepIn
from shared.auth import SYSTEM, Actor
from shared.work import unit_of_work
from tests.world import SINCE, WORLD

DAY = date(2030, 1, 7)
_numbers = count(90001)


def audit_in(site: UUID = WORLD.lyon, lead: UUID = WORLD.diane.id) -> AuditIn:
    return AuditIn(
        site_id=site,
        title="Audit interne production",
        criteria=["ISO 9001:2015 8.5"],
        planned_for=DAY,
        lead_id=lead,
        objectives="Vérifier la maîtrise des réglages",
        method_reason="Les réglages se voient à la presse",
    )


def finding_in(grade: Grade = Grade.MAJOR) -> FindingIn:
    return FindingIn(
        grade=grade,
        process="PROD",
        requirement="ISO 9001:2015 8.5.1",
        statement="Les réglages de la presse 4 ne sont pas enregistrés",
        evidence="Fiches de réglage du 3 au 7 janvier vides",
    )


def planned_audit(*references: UUID) -> Audit:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        data = audit_in().model_copy(update={"reference_ids": list(references)})
        return commands.plan_audit(uow, data)


def slot_in(**other: object) -> SlotIn:
    """The opening meeting, with the whole team and whoever owns the process."""
    return SlotIn.model_validate(
        {
            "kind": "opening",
            "day": DAY,
            "starts": "08:30",
            "ends": "09:00",
            "people": [WORLD.paul.id],
        }
        | other
    )


def prepared_audit() -> Audit:
    """Planned, with a slot in its plan and a question to ask: it may start."""
    audit = planned_audit(known_reference())
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        planning.add_slot(uow, audit.id, slot_in())
        checklist.add_question(uow, audit.id, question_in("Qui tient les fiches ?"))
    return audit


def started_audit() -> Audit:
    audit = prepared_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.start_audit(uow, audit.id, StepIn(version=audit.version))


def raised_finding(grade: Grade = Grade.MAJOR) -> Finding:
    audit = started_audit()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return commands.raise_finding(uow, audit.id, finding_in(grade))


def known_reference() -> UUID:
    """A small reference as compliance told of it: two chapters, three clauses to ask about."""
    reference, chapter = uuid4(), uuid4()
    code = f"ISO {next(_numbers)}"
    about = {"code": code, "edition": "2015", "kind": "standard", "in_force_from": SINCE}
    about |= {"title_fr": "Qualité", "title_en": "Quality", "in_force_until": None}
    clauses = [("8", "Réalisation", None), ("8.4", "Prestataires externes", chapter)]
    clauses += [("8.5", "Production", chapter), ("9", "Évaluation", None)]
    with unit_of_work("audit", SYSTEM) as uow:
        library.keep_reference(uow, reference, about)
        library.keep_requirements(
            uow,
            reference,
            [
                {
                    "id": chapter if number == "8" else uuid4(),
                    "number": number,
                    "parent_id": parent,
                    "title_fr": title,
                    "title_en": f"{title} (en)",
                    "theme": None,
                    "also": [],
                    "position": position,
                }
                for position, (number, title, parent) in enumerate(clauses)
            ],
        )
    return reference


def question_in(text: str = "Qui règle la presse 4 ?", **other: object) -> QuestionIn:
    return QuestionIn.model_validate({"text_fr": text, "process": "PROD"} | other)


def asked(audit: Audit, text: str = "Qui règle la presse 4 ?") -> QuestionOut:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return checklist.add_question(uow, audit.id, question_in(text))


def answer_in(*follows: UUID, **other: object) -> AnswerIn:
    given = {"id": uuid4(), "follows": list(follows), "edition": 1, "verdict": "conform"}
    return AnswerIn.model_validate(given | other)


def answered(question: QuestionOut, data: AnswerIn, by: Actor | None = None) -> list[Answer]:
    with unit_of_work("audit", by or WORLD.diane, permission="audit:conduct") as uow:
        return room.save_answer(uow, question.id, data)
