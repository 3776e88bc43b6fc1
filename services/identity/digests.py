"""The newest checkpoint by mail, every day: copies that nobody can take back out of the boxes.

They go to the group coordinators, the records officers and the auditors.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.identity import mail
from services.identity.events import DigestAsked
from services.identity.models import Grant, Person, checkpoint
from services.identity.queries import in_force
from services.identity.schemas import Role
from shared.mail import is_set_up, send
from shared.work import UnitOfWork

READERS = (Role.GROUP_COORDINATOR, Role.RECORDS_OFFICER, Role.AUDITOR)
ONCE = "identity.digest"


def ask_for_all(uow: UnitOfWork) -> None:
    """A mail for each of them, once a day however often it is asked for."""
    newest: int | None = uow.session.scalar(select(func.max(checkpoint.c.number)))
    if newest is None or not _is_first_today(uow):
        return
    held = select(Grant.person_id).where(Grant.role.in_(READERS), in_force(uow.now.date()))
    readers = uow.select(Person).where(Person.active, Person.id.in_(held))
    ids = uow.session.scalars(readers.with_only_columns(Person.id).order_by(Person.id))
    uow.publish_all([(DigestAsked(person_id=id, number=newest), None) for id in ids])


def send_digest(uow: UnitOfWork, person_id: UUID, number: int) -> None:
    person = uow.get(Person, person_id)
    if not person.active or not is_set_up():
        return
    note = uow.session.scalar(select(checkpoint.c.note).where(checkpoint.c.number == number))
    digest = mail.Digest(
        id=uuid5(person.id, f"{ONCE}@{number}"),
        to=person.email,
        name=person.name,
        language=person.language,
        at=uow.now,
        number=number,
        note=note or "",
    )
    send(mail.message_with_note(digest))


def _is_first_today(uow: UnitOfWork) -> bool:
    inbox = uow.ledger.inbox
    key = uuid5(NAMESPACE_URL, f"{ONCE}@{uow.now.date()}")
    mark = insert(inbox).values(event_id=key, handler=ONCE).on_conflict_do_nothing()
    return uow.session.scalar(mark.returning(inbox.c.event_id)) is not None
