"""People and places by workbook: nothing is done before it was shown, and then exactly that."""

import io
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select

from services.identity import commands, imports
from services.identity.admin_schemas import LARGEST_WORKBOOK, FileFormat, SheetKind, SheetOutcome
from services.identity.errors import UploadGone
from services.identity.events import GrantChanged, PersonChanged
from services.identity.models import Grant, Node, Person, Proposal, Upload, checkpoint
from services.identity.schemas import Language, PersonIn, Role
from services.identity.sheets import TEMPLATES
from shared.auth import SYSTEM, Actor
from shared.errors import ConfirmIdentity
from shared.imports import OutcomeChanged
from shared.sheets import WrongColumns
from shared.tabular import Cell, Sheet, read_xlsx, to_xlsx
from shared.work import clock, unit_of_work
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.promises import Promise
from tests.world import World

ADMIN = "identity:admin"
UNTIL = clock().date() + timedelta(days=365)
ZOE: tuple[Cell, ...] = ("Zoé Roy", "zoe@example.org", "fr", "Auditeur", "Lyon", None, None, UNTIL)


def book(kind: SheetKind, *rows: Sequence[Cell]) -> bytes:
    return to_xlsx(Sheet("A", [column.title.fr for column in TEMPLATES[kind].columns], rows))


def people(*rows: Sequence[Cell]) -> bytes:
    return book(SheetKind.PEOPLE, *rows)


def looked_through(
    actor: Actor, workbook: bytes, kind: SheetKind = SheetKind.PEOPLE
) -> SheetOutcome:
    with unit_of_work("identity", actor, permission=ADMIN) as uow:
        return imports.look_through(uow, kind, workbook)


def carried_out(actor: Actor, id: UUID | None) -> SheetOutcome:
    assert id is not None
    with unit_of_work("identity", actor, permission=ADMIN) as uow:
        return imports.carry_out(uow, id)


def errors(outcome: SheetOutcome) -> list[tuple[int, str, str]]:
    return [(row.number, e.column, e.type) for row in outcome.rows for e in row.errors]


def counted() -> list[int]:
    with unit_of_work("identity", SYSTEM) as uow:
        tables = (Person, Grant, Proposal, Node)
        return [uow.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables]


def test_a_workbook_that_is_looked_through_changes_nothing(world: World, work: Work) -> None:
    before = counted()

    shown = looked_through(world.alice, people(ZOE))

    assert [row.does for row in shown.rows] == [["add_person", "give_role"]]
    assert shown.id is not None
    assert counted() == before


def test_what_was_shown_is_done_and_a_second_time_does_nothing(
    world: World, work: Work, bus: Bus
) -> None:
    shown = looked_through(world.alice, people(ZOE))

    carried_out(world.alice, shown.id)

    assert bus.published(PersonChanged)[-1].email == "zoe@example.org"
    assert bus.published(GrantChanged)[-1].role is Role.AUDITOR
    again = looked_through(world.alice, people(ZOE))
    assert (again.changes, again.errors, again.id) == (0, 0, None)


def test_a_coordinators_role_in_a_workbook_is_proposed(world: World, work: Work) -> None:
    row = ("Bob", "bob@example.org", "fr", "Site QSE coordinator", "Lyon", None, None, UNTIL)

    shown = looked_through(world.alice, people(row))
    carried_out(world.alice, shown.id)

    assert shown.rows[0].does == ["propose_role"]
    with work("identity", SYSTEM, ADMIN) as uow:
        [proposal] = uow.session.scalars(uow.select(Proposal)).all()
        assert (proposal.person_id, proposal.proposed_by) == (world.bob.id, world.alice.id)
    assert looked_through(world.hugo, people(row)).changes == 0


@pytest.mark.parametrize(
    ("column", "value", "wrong"),
    [
        (0, None, ("name", "cell_missing")),
        (0, "Z", ("name", "cell_missing")),
        (0, "Z" * 201, ("name", "cell_too_long")),
        (1, "zoe", ("email", "not_an_address")),
        (1, "anna@example.org", ("email", "email_taken")),
        (1, "alice@example.org", ("email", "own_grant")),
        (2, "klingon", ("language", "not_in_the_list")),
        (3, "Roi", ("role", "not_in_the_list")),
        (3, "Coordinateur QSE groupe", ("role", "forbidden")),
        (3, "platform_admin", ("role", "forbidden")),
        (4, None, ("place", "cell_missing")),
        (4, "Lille", ("place", "unknown_place")),
        (4, "Groupe Essai", ("place", "unknown_place")),
        (6, "demain", ("valid_from", "not_a_day")),
        (6, UNTIL + timedelta(days=1), ("valid_to", "grant_ends_before_it_starts")),
        (7, None, ("valid_to", "grant_without_end")),
        (7, date(2099, 1, 1), ("valid_to", "grant_too_long")),
        (7, "31/12/2099", ("valid_to", "grant_too_long")),
    ],
)
def test_each_wrong_cell_says_what_to_do(
    world: World, work: Work, column: int, value: Cell, wrong: tuple[str, str]
) -> None:
    row = list(ZOE)
    row[column] = value

    shown = looked_through(world.alice, people(ZOE, row) if column > 5 else people(row))

    assert errors(shown)[-1][1:] == wrong
    assert shown.id is None


def test_two_rows_that_disagree_on_somebody(world: World, work: Work) -> None:
    shown = looked_through(world.alice, people(ZOE, ("Zoé Leroy", *ZOE[1:])))

    assert errors(shown) == [(3, "email", "twice_in_the_workbook")]


def test_the_same_person_may_hold_two_roles(world: World, work: Work) -> None:
    second = (*ZOE[:3], "Lecteur", *ZOE[4:])

    shown = looked_through(world.alice, people(ZOE, second))

    assert [row.does for row in shown.rows] == [["add_person", "give_role"], ["give_role"]]


def test_places_are_opened_below_those_there_or_further_up(world: World, work: Work) -> None:
    rows = book(
        SheetKind.PLACES,
        ("Site", "Grenoble", "GRE", "Division Nord-Sud"),
        ("Unité de travail", "Atelier", None, "GRE"),
        ("Site", "Lyon", None, "Division Nord-Sud"),
    )

    shown = looked_through(world.greta, rows, SheetKind.PLACES)
    carried_out(world.greta, shown.id)

    assert [row.does for row in shown.rows] == [["open_place"], ["open_place"], []]
    with work("identity", SYSTEM, ADMIN) as uow:
        [workshop] = uow.session.scalars(uow.select(Node).where(Node.name == "Atelier"))
        assert len(workshop.path) == 4
    assert looked_through(world.greta, rows, SheetKind.PLACES).changes == 0


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("Groupe", "Un autre", None, "Lyon"), ("kind", "not_in_the_list")),
        (("Site", "Lyon bis", None, "Lyon"), ("parent", "wrong_parent")),
        (("Unité de travail", "Atelier", None, "Lille"), ("parent", "unknown_place")),
        (("Unité de travail", None, None, "Lyon"), ("name", "cell_missing")),
    ],
)
def test_each_wrong_cell_of_a_place(
    world: World, work: Work, row: tuple[Cell, ...], wrong: tuple[str, str]
) -> None:
    shown = looked_through(world.alice, book(SheetKind.PLACES, row), SheetKind.PLACES)

    assert [error[1:] for error in errors(shown)] == [wrong]


def test_what_changed_meanwhile_is_not_done_unseen(world: World, work: Work) -> None:
    shown = looked_through(world.alice, people(ZOE))
    with work("identity", world.alice, ADMIN) as uow:
        commands.add_person(uow, PersonIn(name="Zoé Roy", email="zoe@example.org"))

    with pytest.raises(OutcomeChanged):
        carried_out(world.alice, shown.id)


def test_a_workbook_is_its_senders_and_for_half_an_hour(world: World, work: Work) -> None:
    shown = looked_through(world.alice, people(ZOE))
    with pytest.raises(UploadGone):
        carried_out(world.greta, shown.id)

    with work("identity", SYSTEM, ADMIN) as uow:
        [upload] = uow.session.scalars(uow.select(Upload))
        upload.expires_at = clock() - timedelta(seconds=1)
    with pytest.raises(UploadGone):
        carried_out(world.alice, shown.id)


def test_doing_it_wants_a_fresh_proof_of_who_it_is(world: World, work: Work) -> None:
    shown = looked_through(world.alice, people(ZOE))
    earlier = replace(world.alice, confirmed_at=clock() - timedelta(minutes=11))

    with pytest.raises(ConfirmIdentity):
        carried_out(earlier, shown.id)


def test_the_second_sheet_and_the_columns_are_in_the_readers_language() -> None:
    titles: dict[Language, str] = {"fr": "Adresse électronique", "en": "E-mail address"}
    for language, title in titles.items():
        [header] = read_xlsx(imports.template(SheetKind.PEOPLE, language))
        assert title in header


def test_a_workbook_without_a_column_says_which(world: World, work: Work) -> None:
    with pytest.raises(WrongColumns, match=r"Adresse électronique \(E-mail address\)"):
        looked_through(world.alice, to_xlsx(Sheet("A", ["Nom"], [])))


@pytest.mark.parametrize("kind", SheetKind)
def test_what_is_exported_comes_back_as_nothing_to_do(
    world: World, work: Work, kind: SheetKind
) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        for grant in uow.session.scalars(uow.select(Grant)):
            grant.valid_from, grant.valid_to = clock().date(), UNTIL
    with work("identity", world.alice, ADMIN) as uow:
        told = imports.exported(uow, kind, "en", FileFormat.XLSX)

    rows = [row for row in read_xlsx(told) if "alice@example.org" not in row]
    if kind is SheetKind.PEOPLE:
        assert len(rows) > 2
    again = to_xlsx(Sheet("A", [str(title) for title in rows[0]], rows[1:]))
    shown = looked_through(world.alice, again, kind)
    assert (shown.changes, errors(shown)) == (0, [])


@pytest.mark.parametrize(("language", "title"), [("fr", "Point de contrôle"), ("en", "Checkpoint")])
def test_a_workbook_that_leaves_holds_the_newest_checkpoint(
    world: World, work: Work, language: Language, title: str
) -> None:
    note = "example.org/qse\n{}\naBc+/=\n\n\u2014 key dEf+/=\n"
    with unit_of_work("identity", SYSTEM) as uow:
        rows = [{"number": n, "made_at": uow.now, "note": note.format(n)} for n in (7, 8)]
        uow.session.execute(insert(checkpoint).values(rows))
    with work("identity", world.alice, ADMIN) as uow:
        told = imports.exported(uow, SheetKind.PEOPLE, language, FileFormat.XLSX)

    with CalamineWorkbook.from_filelike(io.BytesIO(told)) as workbook:
        lines = workbook.get_sheet_by_name(title).to_python()
    assert "\n".join(str(line) for [line] in lines[1:]) + "\n" == note.format(8)


def test_a_larger_body_is_let_through_at_this_door_alone(api: Api, world: World) -> None:
    client = api(world.alice)
    large, too_large = b"x" * (LARGEST_WORKBOOK - 1), b"x" * (LARGEST_WORKBOOK + 1)

    assert client.post("/api/v1/identity/imports/people", content=large).status_code == 422
    assert client.post("/api/v1/identity/imports/people", content=too_large).status_code == 413
    assert client.post("/api/v1/identity/people", content=large).status_code == 413


def test_by_http_from_workbook_to_person(api: Api, world: World) -> None:
    client = api(world.alice)

    shown = client.post("/api/v1/identity/imports/people", content=people(ZOE))
    assert shown.status_code == 200, shown.text
    done = client.post(f"/api/v1/identity/uploads/{shown.json()['id']}/carry-out")
    assert done.json()["changes"] == 2
    told = client.get("/api/v1/identity/exports/people", params={"format": "csv"})
    assert "zoe@example.org" in told.text


@pytest.mark.security
def test_five_thousand_rows(own_database: str, promise: Promise) -> None:
    world = World()
    rows = [
        (f"Personne {n}", f"p{n}@example.org", "fr", "Lecteur", "Lyon", None, None, UNTIL)
        for n in range(5_000)
    ]
    workbook = people(*rows)
    start = time.perf_counter()
    shown = looked_through(world.alice, workbook)
    looking = time.perf_counter() - start
    start = time.perf_counter()
    carried_out(world.alice, shown.id)
    doing = time.perf_counter() - start
    assert shown.changes == 10_000
    assert looking + doing < 60
    figure = f"{looking:.1f} s to look through, {doing:.1f} s to do"
    promise("H10", "a workbook of 5,000 people", figure, "at most 60 s together")


@pytest.mark.security
def test_the_memory_that_five_thousand_rows_take(promise: Promise) -> None:
    rows = [("Personne", f"p{n}@example.org", *ZOE[2:]) for n in range(5_000)]
    workbook = people(*rows)
    tracemalloc.start()
    assert len(read_xlsx(workbook)) == 5_001
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 50_000_000
    promise("H10", "to read 5,000 rows", f"{most / 1e6:.0f} MB", "at most 50 MB")
