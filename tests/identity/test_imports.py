"""People and places by workbook: nothing is done before it was shown, and then exactly that."""

import io
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select

from services.identity import accounts, commands, imports
from services.identity.admin_schemas import FileFormat, PersonChange, SheetKind
from services.identity.events import GrantChanged, NodeWithdrawn, PersonChanged
from services.identity.models import Grant, Node, Person, Proposal, checkpoint
from services.identity.schemas import (
    GrantIn,
    Language,
    NodeChange,
    NodeIn,
    NodeKind,
    PersonIn,
    Role,
)
from services.risk.commands import assess_risk
from shared.auth import SYSTEM, Actor
from shared.directory import holders, is_active, names_of_places
from shared.errors import NotFound
from shared.import_rows import ImportHasErrors
from shared.import_schemas import ImportOut, ImportState
from shared.tabular import Cell, Sheet, read_xlsx, to_xlsx
from shared.work import clock, unit_of_work
from tests import importing
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.importing import errors, outcome, why
from tests.promises import Promise
from tests.risk.test_commands import risk_in
from tests.world import World

ADMIN = "identity:admin"
UNTIL = clock().date() + timedelta(days=365)
TODAY = clock().date()
ANNE: tuple[Cell, ...] = ("Anne Lenoir", "anne.lenoir@example.org", "fr")
GRENOBLE: tuple[Cell, ...] = ("Site", "Grenoble", "GRE", "Division Nord-Sud")
WORKSHOP: tuple[Cell, ...] = ("Unité de travail", "Atelier", None, "GRE")
ZOE: tuple[Cell, ...] = ("Zoé Roy", "zoe@example.org", "fr", "Auditeur", "Lyon", None, None, UNTIL)


def looked_through(actor: Actor, register: str, *rows: Sequence[Cell]) -> ImportOut:
    return importing.looked_through("identity", register, actor, *rows)


def carried_out(actor: Actor, shown: ImportOut) -> ImportOut:
    return importing.carried_out("identity", shown.id, actor)


def taken_back(actor: Actor, done: ImportOut) -> ImportOut:
    return importing.taken_back("identity", done.id, actor)


def does(told: ImportOut) -> list[list[str]]:
    return [row.does for row in outcome(told).shown]


def counted() -> list[int]:
    with unit_of_work("identity", SYSTEM) as uow:
        tables = (Person, Grant, Proposal, Node)
        return [uow.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables]


def test_a_workbook_that_is_looked_through_changes_nothing(world: World, work: Work) -> None:
    before = counted()

    shown = looked_through(world.alice, "people", ZOE)

    assert does(shown) == [["add_person", "give_role"]]
    assert outcome(shown).can_be_done
    assert counted() == before


def test_what_was_shown_is_done_and_a_second_time_does_nothing(
    world: World, work: Work, bus: Bus
) -> None:
    done = carried_out(world.alice, looked_through(world.alice, "people", ZOE))

    assert done.state is ImportState.CARRIED_OUT
    assert bus.published(PersonChanged)[-1].email == "zoe@example.org"
    assert bus.published(GrantChanged)[-1].role is Role.AUDITOR
    again = looked_through(world.alice, "people", ZOE)
    assert (outcome(again).changes, outcome(again).errors) == ({}, 0)


def test_a_coordinators_role_in_a_workbook_is_proposed(world: World, work: Work) -> None:
    row = ("Bob", "bob@example.org", "fr", "Site QSE coordinator", "Lyon", None, None, UNTIL)

    shown = looked_through(world.alice, "people", row)
    carried_out(world.alice, shown)

    assert does(shown) == [["propose_role"]]
    with work("identity", SYSTEM, ADMIN) as uow:
        [proposal] = uow.session.scalars(uow.select(Proposal)).all()
        assert (proposal.person_id, proposal.proposed_by) == (world.bob.id, world.alice.id)
    assert outcome(looked_through(world.hugo, "people", row)).changes == {}


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

    shown = looked_through(world.alice, "people", *([ZOE, row] if column > 5 else [row]))

    assert errors(shown)[-1][1:] == wrong
    with pytest.raises(ImportHasErrors):
        carried_out(world.alice, shown)


def test_two_rows_that_disagree_on_somebody(world: World, work: Work) -> None:
    shown = looked_through(world.alice, "people", ZOE, ("Zoé Leroy", *ZOE[1:]))

    assert errors(shown) == [(3, "email", "twice_in_the_workbook")]


def test_the_same_person_may_hold_two_roles(world: World, work: Work) -> None:
    second = (*ZOE[:3], "Lecteur", *ZOE[4:])

    shown = looked_through(world.alice, "people", ZOE, second)

    assert does(shown) == [["add_person", "give_role"], ["give_role"]]


def test_places_are_opened_below_those_there_or_further_up(world: World, work: Work) -> None:
    rows = (GRENOBLE, WORKSHOP, ("Site", "Lyon", None, "Division Nord-Sud"))

    shown = looked_through(world.greta, "places", *rows)
    carried_out(world.greta, shown)

    assert does(shown) == [["open_place"], ["open_place"], []]
    with work("identity", SYSTEM, ADMIN) as uow:
        [workshop] = uow.session.scalars(uow.select(Node).where(Node.name == "Atelier"))
        assert len(workshop.path) == 4
    assert outcome(looked_through(world.greta, "places", *rows)).changes == {}


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
    shown = looked_through(world.alice, "places", row)

    assert [error[1:] for error in errors(shown)] == [wrong]


def test_what_changed_meanwhile_is_not_done_unseen(world: World, work: Work) -> None:
    shown = looked_through(world.alice, "people", ZOE)
    with work("identity", world.alice, ADMIN) as uow:
        commands.add_person(uow, PersonIn(name="Zoé Roy", email="zoe@example.org"))

    assert why(carried_out(world.alice, shown)) == "outcome_changed"


def test_a_workbook_is_its_senders(world: World, work: Work) -> None:
    shown = looked_through(world.alice, "people", ZOE)

    with pytest.raises(NotFound):
        carried_out(world.greta, shown)


def test_who_has_left_meanwhile_has_nothing_done(world: World, work: Work) -> None:
    shown = looked_through(world.alice, "people", ZOE)
    with work("identity", SYSTEM, ADMIN) as uow:
        uow.get(Person, world.alice.id).active = False

    assert why(carried_out(world.alice, shown)) == "rights_changed"


def test_doing_and_undoing_want_a_fresh_proof_of_who_it_is(
    api: Api, world: World, work: Work
) -> None:
    shown = looked_through(world.alice, "people", ZOE)
    client = api(replace(world.alice, confirmed_at=clock() - timedelta(minutes=11)))

    for step in ("carry-out", "undo"):
        answer = client.post(f"/api/v1/identity/imports/{shown.id}/{step}")
        assert (answer.status_code, answer.json()["type"]) == (401, "confirm_identity")


def test_an_import_of_people_is_undone_as_a_whole(world: World, work: Work, bus: Bus) -> None:
    before = counted()
    bob = ("Bob", "bob@example.org", "fr", "Auditeur", "Lyon", None, None, UNTIL)
    lead = ("Ève", "eve@example.org", "fr", "Coordinateur QSE de site", "Lyon", None, None, UNTIL)
    done = carried_out(world.alice, looked_through(world.alice, "people", ZOE, bob, lead))
    assert counted() != before

    undone = taken_back(world.alice, done)

    assert (undone.state, why(undone)) == (ImportState.UNDONE, "")
    assert counted() == before
    gone = {event.email: event.active for event in bus.published(PersonChanged)[-2:]}
    assert gone == {"zoe@example.org": False, "eve@example.org": False}
    ended = [event.valid_to for event in bus.published(GrantChanged)[-2:]]
    assert ended == [clock().date() - timedelta(days=1)] * 2
    assert does(looked_through(world.alice, "people", ZOE)) == [["add_person", "give_role"]]


def test_other_services_no_longer_count_on_who_was_taken_back(
    world: World, work: Work, bus: Bus
) -> None:
    done = carried_out(world.alice, looked_through(world.alice, "people", ZOE))
    bus.deliver_all()
    with work("actions", SYSTEM, "actions:read") as uow:
        before = {row.person_id for row in holders(uow, Role.AUDITOR, world.lyon, TODAY)}

    taken_back(world.alice, done)
    bus.deliver_all()

    with work("actions", SYSTEM, "actions:read") as uow:
        after = {row.person_id for row in holders(uow, Role.AUDITOR, world.lyon, TODAY)}
        [zoe] = before - after
        assert not is_active(uow, zoe)


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("touch", ["renamed", "invited", "given another role"])
def test_who_was_looked_after_since_stays_and_so_does_all(touch: str) -> None:
    world = World()
    done = carried_out(world.alice, looked_through(world.alice, "people", ZOE, ANNE))
    after = counted()
    with unit_of_work("identity", world.alice, permission=ADMIN) as uow:
        [zoe] = uow.session.scalars(uow.select(Person).where(Person.email == "zoe@example.org"))
        if touch == "renamed":
            change = PersonChange(
                name="Zoé Leroy", email=zoe.email, language="fr", version=zoe.version
            )
            accounts.change_person(uow, zoe.id, change)
        elif touch == "invited":
            accounts.invite(uow, zoe.id)
        else:
            role = GrantIn(
                person_id=zoe.id,
                role=Role.READER,
                node_id=world.lyon,
                valid_from=TODAY,
                valid_to=UNTIL,
            )
            commands.grant(uow, role)
            after[1] += 1

    undone = taken_back(world.alice, done)

    assert (undone.state, why(undone)) == (ImportState.CARRIED_OUT, "import_touched")
    assert counted() == after


def test_an_import_of_places_is_undone_as_a_whole(world: World, work: Work, bus: Bus) -> None:
    before = counted()
    done = carried_out(world.greta, looked_through(world.greta, "places", GRENOBLE, WORKSHOP))
    bus.deliver_all()
    with work("risk", SYSTEM, "risk:read") as uow:
        assert "Grenoble" in names_of_places(uow).values()

    undone = taken_back(world.greta, done)
    bus.deliver_all()

    assert (undone.state, why(undone)) == (ImportState.UNDONE, "")
    assert counted() == before
    assert len(bus.published(NodeWithdrawn)) == 2
    with work("risk", SYSTEM, "risk:read") as uow:
        assert not {"Grenoble", "Atelier"} & set(names_of_places(uow).values())


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("touch", ["a role", "a place below", "renamed"])
def test_a_place_where_something_stands_stays_and_so_does_all(touch: str) -> None:
    world = World()
    done = carried_out(world.greta, looked_through(world.greta, "places", GRENOBLE, WORKSHOP))
    with unit_of_work("identity", world.greta, permission=ADMIN) as uow:
        [grenoble] = uow.session.scalars(uow.select(Node).where(Node.code == "GRE"))
        if touch == "a role":
            role = GrantIn(
                person_id=world.bob.id,
                role=Role.READER,
                node_id=grenoble.id,
                valid_from=TODAY,
                valid_to=UNTIL,
            )
            commands.grant(uow, role)
        elif touch == "renamed":
            name = NodeChange(name="Grenoble-Presqu'île", version=grenoble.version)
            commands.rename_node(uow, grenoble.id, name)
        else:
            oven = NodeIn(kind=NodeKind.WORK_UNIT, parent_id=grenoble.id, name="Four 3")
            commands.open_node(uow, oven)
    after = counted()

    undone = taken_back(world.greta, done)

    assert (undone.state, why(undone)) == (ImportState.CARRIED_OUT, "import_touched")
    assert counted() == after


def test_a_service_keeps_the_name_of_a_place_where_it_has_something(
    world: World, work: Work, bus: Bus
) -> None:
    done = carried_out(world.greta, looked_through(world.greta, "places", GRENOBLE))
    bus.deliver_all()
    with work("identity", SYSTEM, ADMIN) as uow:
        [grenoble] = uow.session.scalars(select(Node.id).where(Node.code == "GRE"))
    with work("risk", world.greta, "risk:write") as uow:
        risk = assess_risk(uow, risk_in(site_id=grenoble))

    taken_back(world.greta, done)
    bus.deliver_all()

    with work("risk", SYSTEM, "risk:read") as uow:
        assert names_of_places(uow)[risk.site_id] == "Grenoble"
    with work("actions", SYSTEM, "actions:read") as uow:
        assert grenoble not in names_of_places(uow)


def test_the_second_sheet_and_the_columns_are_in_the_readers_language(
    api: Api, world: World
) -> None:
    titles: dict[Language, str] = {"fr": "Adresse électronique", "en": "E-mail address"}
    for language, title in titles.items():
        asked = {"language": language}
        sent = api(world.alice).get("/api/v1/identity/registers/people/template", params=asked)
        [header] = read_xlsx(sent.content)
        assert title in header


def test_a_workbook_without_a_column_says_which(world: World, work: Work) -> None:
    content = to_xlsx(Sheet("A", ["Nom"], []))
    told = importing.sent("identity", "people", world.alice, content)

    error = importing.run("identity", told, world.alice).job.error or {}
    assert error["type"] == "wrong_columns"
    assert "Adresse électronique (E-mail address)" in error["facts"]["columns"]


@pytest.mark.parametrize("kind", SheetKind)
def test_what_is_exported_comes_back_as_nothing_to_do(
    world: World, work: Work, kind: SheetKind
) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        for grant in uow.session.scalars(uow.select(Grant)):
            grant.valid_from, grant.valid_to = clock().date(), UNTIL
    with work("identity", world.alice, ADMIN) as uow:
        content = imports.exported(uow, kind, "en", FileFormat.XLSX)

    rows = [row for row in read_xlsx(content) if "alice@example.org" not in row]
    if kind is SheetKind.PEOPLE:
        assert len(rows) > 2
    again = to_xlsx(Sheet("A", [str(title) for title in rows[0]], rows[1:]))
    told = importing.sent("identity", kind.value, world.alice, again)
    shown = importing.run("identity", told, world.alice)
    assert (outcome(shown).changes, errors(shown)) == ({}, [])


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


def test_by_http_from_workbook_to_person(api: Api, world: World) -> None:
    client = api(world.alice)
    content = importing.book("identity", "people", ZOE)

    sent = client.post(
        "/api/v1/identity/registers/people", params={"name": "a.xlsx"}, content=content
    )
    assert sent.status_code == 202, sent.text
    shown = importing.run("identity", ImportOut.model_validate(sent.json()), world.alice)
    asked = client.post(f"/api/v1/identity/imports/{shown.id}/carry-out")
    importing.run("identity", ImportOut.model_validate(asked.json()), world.alice)

    told = client.get("/api/v1/identity/exports/people", params={"format": "csv"})
    assert "zoe@example.org" in told.text


@pytest.mark.security
def test_five_thousand_rows(own_database: str, promise: Promise) -> None:
    world = World()
    rows = [
        (f"Personne {n}", f"p{n}@example.org", "fr", "Lecteur", "Lyon", None, None, UNTIL)
        for n in range(5_000)
    ]
    start = time.perf_counter()
    shown = looked_through(world.alice, "people", *rows)
    looking = time.perf_counter() - start
    start = time.perf_counter()
    done = carried_out(world.alice, shown)
    doing = time.perf_counter() - start
    start = time.perf_counter()
    undone = taken_back(world.alice, done)
    undoing = time.perf_counter() - start
    assert outcome(shown).changes == {"add_person": 5_000, "give_role": 5_000}
    assert undone.state is ImportState.UNDONE
    assert looking + doing + undoing < 60
    figure = f"{looking:.1f} s to look through, {doing:.1f} s to do, {undoing:.1f} s to undo"
    promise("H10", "a workbook of 5,000 people", figure, "at most 60 s together")


@pytest.mark.security
def test_the_memory_that_five_thousand_rows_take(promise: Promise) -> None:
    rows = [("Personne", f"p{n}@example.org", *ZOE[2:]) for n in range(5_000)]
    workbook = importing.book("identity", "people", *rows)
    tracemalloc.start()
    assert len(read_xlsx(workbook)) == 5_001
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 50_000_000
    promise("H10", "to read 5,000 rows", f"{most / 1e6:.0f} MB", "at most 50 MB")
