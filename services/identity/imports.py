"""People and places by workbook: looked through first, then done as shown, all or nothing."""

import hashlib
from datetime import timedelta
from uuid import UUID

import orjson
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from services.identity.admin_schemas import FileFormat, SheetKind, SheetOutcome
from services.identity.commands import grant_news, node_news, person_news
from services.identity.errors import UploadGone
from services.identity.models import Grant, Node, Person, Upload
from services.identity.plans import Plan, plan
from services.identity.queries import in_force, visible_grants, visible_nodes, visible_people
from services.identity.record_jobs import newest_note
from services.identity.schemas import Language
from services.identity.sheets import KINDS, LANGUAGES, ROLES, TEMPLATES, sealed
from shared.imports import OutcomeChanged
from shared.sheets import Rows
from shared.tabular import Cell, read_xlsx, to_csv, to_xlsx
from shared.work import TO_ADMINISTER, UnitOfWork

KEPT = timedelta(minutes=30)
MOST_EXPORTED = 20_000
MOST_ROWS = 5_000
"""They are looked through while their sender waits."""


def template(kind: SheetKind, language: Language) -> bytes:
    sheet = TEMPLATES[kind]
    return to_xlsx(sheet.listed(language, []), sheet.explained(language))


def look_through(uow: UnitOfWork, kind: SheetKind, workbook: bytes) -> SheetOutcome:
    """Say what the workbook would do, and keep it for a while. Nothing of it is done."""
    uow.require_session()
    made = plan(uow, kind, _rows(kind, workbook))
    _forget(uow)
    if made.errors or not made.changes:
        return _outcome(kind, made, None)
    upload = Upload(
        person_id=uow.actor.id,
        kind=kind,
        workbook=workbook,
        outcome=_digest(made),
        expires_at=uow.now + KEPT,
    )
    return _outcome(kind, made, uow.add(upload).id)


def carry_out(uow: UnitOfWork, upload_id: UUID) -> SheetOutcome:
    """Do what was shown. If the same workbook would now do something else, nothing is done."""
    uow.require_confirmed(TO_ADMINISTER)
    upload = uow.session.scalar(
        uow.select(Upload).where(Upload.id == upload_id, Upload.person_id == uow.actor.id)
    )
    if upload is None or upload.expires_at <= uow.now:
        raise UploadGone
    kind = upload.kind
    made = plan(uow, kind, _rows(kind, upload.workbook))
    if _digest(made) != upload.outcome:
        raise OutcomeChanged
    _write(uow, made)
    uow.session.delete(upload)
    return _outcome(kind, made, None)


def exported(uow: UnitOfWork, kind: SheetKind, language: Language, form: FileFormat) -> bytes:
    """What the caller administers, in the columns of the import, so that it can come back."""
    rows = _people(uow, language) if kind is SheetKind.PEOPLE else _places(uow, language)
    sheet = TEMPLATES[kind].listed(language, rows)
    if form is FileFormat.CSV:
        return to_csv(sheet)
    checkpoint = sealed(newest_note(uow), language)
    return to_xlsx(sheet, TEMPLATES[kind].explained(language), checkpoint)


def _rows(kind: SheetKind, workbook: bytes) -> Rows:
    return TEMPLATES[kind].read(read_xlsx(workbook, MOST_ROWS))


def _write(uow: UnitOfWork, made: Plan) -> None:
    """All rows of a kind in one statement each, and so their events."""
    try:
        for rows in (made.nodes, made.people, made.grants, made.proposals):
            uow.session.add_all(rows)
            uow.session.flush()
    except IntegrityError:
        raise OutcomeChanged from None
    _hand_over(uow, {held.person_id for held in made.grants})
    uow.publish_all([(node_news(node), node) for node in made.nodes])
    uow.publish_all([(person_news(person), person) for person in made.people])
    uow.publish_all([(grant_news(held), held) for held in made.grants])


def _hand_over(uow: UnitOfWork, holders: set[UUID]) -> None:
    """Who holds a role is no longer seen by who let them in alone; in one statement, for speed."""
    waiting = update(Person).where(Person.id.in_(holders), Person.added_by.is_not(None))
    seen_by_all = waiting.values(added_by=None, version=Person.version + 1)
    uow.session.execute(seen_by_all.execution_options(synchronize_session=False))


def _forget(uow: UnitOfWork) -> None:
    """One workbook a person is enough: the one they look at."""
    for old in uow.session.scalars(uow.select(Upload).where(Upload.person_id == uow.actor.id)):
        uow.session.delete(old)
    uow.session.flush()


def _digest(made: Plan) -> str:
    shown = [row.model_dump(mode="json") for row in made.rows]
    return hashlib.sha256(orjson.dumps(shown)).hexdigest()


def _outcome(kind: SheetKind, made: Plan, id: UUID | None) -> SheetOutcome:
    return SheetOutcome(id=id, kind=kind, rows=made.rows, changes=made.changes, errors=made.errors)


def _people(uow: UnitOfWork, language: Language) -> list[list[Cell]]:
    """One row for each role of today in the caller's places, and one for who holds none yet."""
    grants = visible_grants(uow, None, None).where(in_force(uow.now.date()))
    people = visible_people(uow, []).where(Person.active)
    if uow.places is not None:
        grants = grants.where(Grant.node_id.in_(uow.places))
        here = grants.with_only_columns(Grant.person_id)
        people = people.where(Person.id.in_(here) | (Person.added_by == uow.actor.id))
    held: dict[UUID, list[Grant]] = {}
    for grant in uow.session.scalars(grants.order_by(Grant.id)):
        held.setdefault(grant.person_id, []).append(grant)
    names = {node.id: node.code or node.name for node in uow.session.scalars(visible_nodes(uow))}
    rows: list[list[Cell]] = []
    found = people.order_by(Person.name, Person.id).limit(MOST_EXPORTED)
    for person in uow.session.scalars(found):
        about = [person.name, person.email, LANGUAGES[person.language].said(language)]
        rows += [[*about, *_held(grant, names, language)] for grant in held.get(person.id, [])]
        if person.id not in held:
            rows.append([*about, None, None, None, None, None])
    return rows


def _held(grant: Grant, names: dict[UUID, str], language: Language) -> list[Cell]:
    place = names.get(grant.node_id, "")
    role = ROLES[grant.role].said(language)
    return [role, place, grant.process, grant.valid_from, grant.valid_to]


def _places(uow: UnitOfWork, language: Language) -> list[list[Cell]]:
    nodes = list(uow.session.scalars(visible_nodes(uow).limit(MOST_EXPORTED)))
    by_id: dict[UUID, Node] = {node.id: node for node in nodes}
    nodes.sort(key=lambda node: [by_id[id].name.casefold() for id in node.path if id in by_id])
    return [
        [KINDS[node.kind].said(language), node.name, node.code, above.code or above.name]
        for node in nodes
        if node.parent_id and (above := by_id.get(node.parent_id)) is not None
    ]
