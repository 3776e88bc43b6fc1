"""The audit room: answers that lose nothing, from several auditors and through a lost network."""

from uuid import UUID

from services.audit.fieldwork.errors import SomebodyUnknown
from services.audit.fieldwork.gates import (
    audit_in_the_room,
    question_in_the_room,
    require_reader,
)
from services.audit.fieldwork.models import Met, Reply, answer_to
from services.audit.fieldwork.queries import checklist, standing
from services.audit.fieldwork.schemas import AnswerIn, ChecklistOut, MetIn
from services.audit.models import Audit
from shared.directory import names_of_people
from shared.schemas import Change
from shared.work import UnitOfWork


def read_checklist(uow: UnitOfWork, audit_id: UUID) -> ChecklistOut:
    require_reader(uow, uow.get(Audit, audit_id))
    return checklist(uow, audit_id)


def save_answer(uow: UnitOfWork, question_id: UUID, data: AnswerIn) -> list[Reply]:
    """Keep an answer beside all that its author had not seen; give those that stand now.

    Sent again it changes nothing: a browser that heard no answer asks until it hears one. To settle
    answers that contradict is to answer once more, following all of them.
    """
    question = question_in_the_room(uow, question_id)
    if uow.find(Reply, data.id) is None:
        given = answer_to(question, data, by=uow.actor.id, at=uow.now)
        for before in standing(uow, question_id):
            if before.id in data.follows:
                before.standing = False
        uow.add(given)
    return list(standing(uow, question_id))


def note_met(uow: UnitOfWork, audit_id: UUID, data: MetIn) -> Met:
    audit = audit_in_the_room(uow, audit_id)
    known = uow.find(Met, data.id)
    if known is not None:
        return known
    if data.person_id is not None and not names_of_people(uow, [data.person_id]):
        raise SomebodyUnknown
    facts = data.model_dump(exclude_none=True)
    return uow.add(Met(**facts, audit_id=audit.id, site_id=audit.site_id))


def strike_met(uow: UnitOfWork, met_id: UUID, data: Change) -> None:
    """Somebody was noted by mistake; the history keeps it."""
    audit_in_the_room(uow, uow.get(Met, met_id).audit_id)
    uow.session.delete(uow.get(Met, met_id, lock=True, seen=data))
