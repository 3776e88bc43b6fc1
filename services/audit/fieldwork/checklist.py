"""Writing the checklist of an audit: from its references, from a template, or by hand."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from services.audit.fieldwork.errors import (
    ChecklistEmpty,
    NoRequirementKnown,
    QuestionAtTheEnd,
    TooManyQuestions,
)
from services.audit.fieldwork.gates import audit_to_question
from services.audit.fieldwork.models import ChecklistTemplate, Question, Wording
from services.audit.fieldwork.queries import (
    last_position,
    neighbour,
    question,
    questions,
    template,
)
from services.audit.fieldwork.schemas import (
    DropIn,
    FromTemplateIn,
    Made,
    MoveIn,
    QuestionIn,
    QuestionOut,
    RewordIn,
    TemplateIn,
    TemplateQuestion,
)
from services.audit.library.models import KnownReference, KnownRequirement
from services.audit.library.queries import cited, references_named, requirements_of
from services.audit.models import Audit
from shared.work import UnitOfWork

MOST_QUESTIONS: Final = 5_000
ASKED_FR: Final = (
    "{title}\u00a0: comment le site s'en assure-t-il, et qu'est-ce qui le montre\u00a0?"
)
ASKED_EN: Final = "{title}: how does the site make sure of it, and what shows it?"


def generate_checklist(uow: UnitOfWork, audit_id: UUID) -> Made:
    """Ask a question for each requirement of the audit's references that has none yet.

    A clause that only holds others is no question: 8.4 is asked by 8.4.1 to 8.4.3.
    """
    audit = audit_to_question(uow, audit_id)
    references = references_named(uow, audit.reference_ids)
    known = requirements_of(uow, audit.reference_ids)
    if not known:
        raise NoRequirementKnown
    headings = {requirement.parent_id for requirement in known}
    asked = [
        _asked_of(audit, requirement, reference)
        for reference in references
        for requirement in known
        if requirement.reference_id == reference.id and requirement.id not in headings
    ]
    return _add(uow, audit, asked)


def add_question(uow: UnitOfWork, audit_id: UUID, data: QuestionIn) -> QuestionOut:
    known = uow.find(Question, data.id)
    if known is not None:
        return question(uow, known)
    audit = audit_to_question(uow, audit_id)
    own = data.model_dump(exclude={"id"}) | {"requirement_id": None, "clause": ""}
    [added] = _ask(uow, audit, [TemplateQuestion.model_validate(own)], [data.id])
    return question(uow, added)


def reword_question(uow: UnitOfWork, question_id: UUID, data: RewordIn) -> QuestionOut:
    """Ask it in other words. Answers keep the words that they were given to."""
    asked = _to_change(uow, question_id, data)
    asked.edition += 1
    uow.add(_wording(uow, asked, data.text_fr, data.text_en))
    return question(uow, asked)


def drop_question(uow: UnitOfWork, question_id: UUID, data: DropIn) -> QuestionOut:
    asked = _to_change(uow, question_id, data)
    uow.because(data.reason)
    asked.dropped_for = data.reason
    uow.session.flush()
    return question(uow, asked)


def move_question(uow: UnitOfWork, question_id: UUID, data: MoveIn) -> QuestionOut:
    asked = _to_change(uow, question_id, data)
    other = neighbour(uow, asked, up=data.up)
    if other is None:
        raise QuestionAtTheEnd
    asked.position, other.position = other.position, asked.position
    uow.session.flush()
    return question(uow, asked)


def keep_as_template(uow: UnitOfWork, audit_id: UUID, data: TemplateIn) -> ChecklistTemplate:
    """Keep the questions for other audits; what was kept under this code before is superseded."""
    audit = audit_to_question(uow, audit_id)
    kept = [
        TemplateQuestion.model_validate(asked).model_dump(mode="json")
        for asked in questions(uow, audit_id)
        if not asked.dropped_for
    ]
    if not kept:
        raise ChecklistEmpty(audit=audit.title)
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"kept {data.code}"))))
    old = template(uow, data.code)
    if old is not None:
        old.superseded_at = uow.now
    edition = old.edition + 1 if old is not None else 1
    return uow.add(ChecklistTemplate(**data.model_dump(), edition=edition, questions=kept))


def ask_from_template(uow: UnitOfWork, audit_id: UUID, data: FromTemplateIn) -> Made:
    """Ask the questions of a template that are not asked yet."""
    audit = audit_to_question(uow, audit_id)
    kept = uow.get(ChecklistTemplate, data.template_id).questions
    return _add(uow, audit, [TemplateQuestion.model_validate(one) for one in kept])


def _to_change(uow: UnitOfWork, question_id: UUID, seen: RewordIn | DropIn | MoveIn) -> Question:
    audit_to_question(uow, uow.get(Question, question_id).audit_id)
    asked = uow.get(Question, question_id, lock=True, seen=seen)
    asked.require_kept()
    return asked


def _asked_of(
    audit: Audit, requirement: KnownRequirement, reference: KnownReference
) -> TemplateQuestion:
    return TemplateQuestion(
        requirement_id=requirement.id,
        requirement=cited(requirement, reference),
        clause=requirement.number,
        process=audit.processes[0] if len(audit.processes) == 1 else "",
        text_fr=ASKED_FR.format(title=requirement.title_fr),
        text_en=ASKED_EN.format(title=requirement.title_en),
    )


def _add(uow: UnitOfWork, audit: Audit, wanted: Iterable[TemplateQuestion]) -> Made:
    """Add what is not asked yet: of a requirement by its id, of anything else by its words."""
    there = {_key(asked) for asked in questions(uow, audit.id)}
    new = [one for one in wanted if _key(one) not in there]
    return Made(added=len(_ask(uow, audit, new, [None] * len(new))))


def _key(asked: QuestionOut | TemplateQuestion) -> object:
    return asked.requirement_id or (asked.requirement, asked.text_fr.casefold())


def _ask(
    uow: UnitOfWork, audit: Audit, new: Sequence[TemplateQuestion], ids: Sequence[UUID | None]
) -> list[Question]:
    last = last_position(uow, audit.id)
    if last + len(new) > MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)
    added = [
        Question(
            **({} if id is None else {"id": id}),
            audit_id=audit.id,
            site_id=audit.site_id,
            position=last + step,
            **one.model_dump(exclude={"text_fr", "text_en"}),
        )
        for step, (id, one) in enumerate(zip(ids, new, strict=True), start=1)
    ]
    uow.add_all(added)
    pairs = zip(added, new, strict=True)
    uow.add_all([_wording(uow, asked, one.text_fr, one.text_en) for asked, one in pairs])
    return added


def _wording(uow: UnitOfWork, asked: Question, text_fr: str, text_en: str) -> Wording:
    return Wording(
        question_id=asked.id,
        site_id=asked.site_id,
        edition=asked.edition,
        text_fr=text_fr,
        text_en=text_en,
        worded_by=uow.actor.id,
    )
