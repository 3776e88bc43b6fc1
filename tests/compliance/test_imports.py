"""Requirements of a draft come in as a workbook: a 2026 edition, an internal rule, a legal text."""

from services.compliance.schemas import Theme
from shared.import_schemas import ImportState
from tests.compliance.factories import drafted, issued, of, put_in_force, required
from tests.importing import carried_out, errors, looked_through, outcome, taken_back, why
from tests.world import World

ROW = ("ISO 14001", 2026.0)


def test_requirements_come_in_with_their_places_and_themes(world: World) -> None:
    draft = drafted("ISO 14001", edition="2026")
    told = looked_through(
        "compliance",
        "requirements",
        world.greta,
        [*ROW, 6.0, None, "Planification", "Planning"],
        [*ROW, "6.3", None, "Planifier les changements", "Planning of changes", "Changements"],
        [*ROW, "A", "6.3", "Annexe", "Annex"],
    )
    assert (outcome(told).changes, of(draft.id)) == ({"add_requirement": 3}, [])

    carried_out("compliance", told.id, world.greta)

    above, change, annex = of(draft.id)
    assert [above.number, change.number, annex.number] == ["6", "6.3", "A"]
    assert (change.parent_id, annex.parent_id) == (above.id, change.id)
    assert change.theme is Theme.CHANGES


def test_each_wrong_cell_is_named(world: World) -> None:
    drafted("ISO 14001", edition="2026")
    issued("PRO-QSE-001")
    told = looked_through(
        "compliance",
        "requirements",
        world.greta,
        ["ISO 50001", "2018", "4", None, "Contexte", "Context"],
        ["PRO-QSE-001", "A", "9", None, "Figé", "Frozen"],
        [*ROW, "4", None, "Contexte", "Context", "Astrologie"],
        [*ROW, "5", "12", "Direction", "Leadership"],
        [*ROW, "6", None, "Planification", "Planning"],
        [*ROW, "6", None, "Planification", "Planning"],
        [None, None, "7", None, "A", None],
    )

    assert errors(told) == [
        (2, "reference", "unknown_draft"),
        (3, "reference", "unknown_draft"),
        (4, "theme", "not_in_the_list"),
        (5, "parent", "unknown_parent"),
        (7, "number", "twice_in_the_workbook"),
        (8, "reference", "cell_missing"),
    ]


def test_what_is_there_already_stays_as_it_is(world: World) -> None:
    draft = drafted("ISO 14001", edition="2026")
    required(draft, "4")

    told = looked_through(
        "compliance", "requirements", world.greta, [*ROW, "4", None, "Autre", "Other"]
    )

    assert outcome(told).changes == {}


def test_an_import_is_undone_until_the_reference_is_issued(world: World) -> None:
    draft = drafted("ISO 14001", edition="2026")
    rows = [[*ROW, "4", None, "Contexte", "Context"], [*ROW, "4.1", None, "Enjeux", "Issues"]]
    told = looked_through("compliance", "requirements", world.greta, *rows)
    carried_out("compliance", told.id, world.greta)

    taken_back("compliance", told.id, world.greta)
    assert of(draft.id) == []

    again = looked_through("compliance", "requirements", world.greta, *rows)
    carried_out("compliance", again.id, world.greta)
    put_in_force(draft)
    ended = taken_back("compliance", again.id, world.greta)

    assert (why(ended), ended.state) == ("reference_not_draft", ImportState.CARRIED_OUT)
    assert len(of(draft.id)) == 2


def test_who_coordinates_one_site_only_fills_no_library(world: World) -> None:
    drafted("ISO 14001", edition="2026")
    row = [*ROW, "4", None, "Contexte", "Context"]
    told = looked_through("compliance", "requirements", world.alice, row)

    assert why(carried_out("compliance", told.id, world.alice)) == "forbidden"
