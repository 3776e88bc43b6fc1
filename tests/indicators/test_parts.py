"""What figures of findings divide into: by grade, by clause, by process."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, literal, select

from services.audit.answers.requirements import clause_of, key_of
from services.audit.events import FindingClosed, FindingRaised, FindingWithdrawn
from services.audit.schemas import Grade
from services.indicators.components import of_findings
from services.indicators.parts import MOST, parts
from services.indicators.schemas import By, Source
from shared.auth import Actor
from shared.errors import NotFound
from shared.work import unit_of_work
from tests.counting import statements
from tests.indicators.factories import MARCH, TODAY, at, edition, number, raised, tell
from tests.world import WORLD, World


def found(
    clause: str | None = "ISO 9001 8.5.1",
    grade: Grade = Grade.MINOR,
    site: UUID = WORLD.lyon,
    on: date = TODAY,
    **more: object,
) -> FindingRaised:
    facts = {"clause": clause, **more}
    return raised(site, on, grade).model_copy(update=facts)


def divided(
    code: str,
    by: By,
    place: UUID = WORLD.lyon,
    period: date = MARCH,
    who: Actor = WORLD.greta,
) -> dict[str, Decimal | None]:
    with unit_of_work("indicators", who, permission="indicators:read", now=at(TODAY)) as uow:
        found = parts(uow, edition(code), place, period)
    return {part.key: part.value for part in found if part.by is by}


def test_findings_divide_by_grade_clause_and_process(world: World) -> None:
    tell(found(process="PROD"))
    tell(found(grade=Grade.STRENGTH, clause="ISO 14001 6.1.2", process="ENV"))
    tell(found(clause=None, process="PROD"))

    assert divided("FINDINGS", By.GRADE) == {"NC_MIN": 2, "PF": 1}
    assert divided("FINDINGS", By.CLAUSE) == {"ISO 9001 8.5.1": 1, "ISO 14001 6.1.2": 1, "": 1}
    assert divided("FINDINGS", By.PROCESS) == {"PROD": 2, "ENV": 1}


def test_the_parts_make_the_figure_at_every_place(world: World) -> None:
    """3 at Lyon, 1 at Lille: 4 for the division, whichever way it is divided."""
    for site in (world.lyon, world.lyon, world.lyon, world.lille):
        tell(found(site=site))
    for place, figure in ((world.lyon, 3), (world.lille, 1), (world.division, 4)):
        assert number("FINDINGS", place) == figure
        for by in By:
            assert sum(filter(None, divided("FINDINGS", by, place).values())) == figure


def test_shares_and_ages_are_those_of_the_part(world: World) -> None:
    """One of two repeats in production, none of one elsewhere: 50 % and 0 %, 33 % in all."""
    tell(found(process="PROD", repeats_id=uuid4()))
    tell(found(process="PROD", on=date(2030, 3, 5)))
    tell(found(process="ENV", on=date(2030, 2, 13)))

    assert divided("NC_RECUR", By.PROCESS) == {"PROD": 50, "ENV": 0}
    assert divided("NC_AGE", By.PROCESS) == {"PROD": 5, "ENV": 30}


def test_a_past_month_divides_as_it_was_at_its_end(world: World) -> None:
    old = found(on=date(2030, 2, 10))
    tell(old, 1)
    tell(found(), 2)
    about = old.model_dump(include={"finding_id", "audit_id", "site_id", "grade"})
    tell(FindingClosed.model_validate(about | {"closed_on": date(2030, 3, 10)}), 3)

    assert divided("NC_AGE", By.CLAUSE, period=date(2030, 2, 1)) == {"ISO 9001 8.5.1": 18}
    assert divided("NC_AGE", By.CLAUSE) == {"ISO 9001 8.5.1": 0}


def test_what_was_taken_back_is_in_no_part(world: World) -> None:
    wrong = found()
    tell(wrong, 1)
    about = wrong.model_dump(include={"finding_id", "audit_id", "site_id", "grade", "raised_on"})
    tell(FindingWithdrawn.model_validate(about), 2)

    assert divided("FINDINGS", By.GRADE) == {}


def test_an_actor_is_shown_no_other_place(world: World) -> None:
    tell(found())
    for place in (world.lyon, world.division, world.group):
        with pytest.raises(NotFound):
            divided("FINDINGS", By.PROCESS, place, who=world.charlie)


def test_what_is_not_made_of_findings_does_not_divide(world: World) -> None:
    assert divided("ACT_RETARD", By.PROCESS) == {}


def test_each_source_that_divides_has_its_findings() -> None:
    month = select(literal(TODAY).label("as_of"), literal(TODAY).label("since")).cte("month")
    assert set(of_findings(month)) == {source for source in Source if source.is_of_findings}


def test_the_statements_do_not_grow_with_the_findings(
    world: World, undone: Mapping[str, Connection]
) -> None:
    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            divided("FINDINGS", By.CLAUSE)
        return len(sent)

    tell(found())
    few = cost()
    for clause in range(MOST + 5):
        tell(found(clause=f"ISO 9001 8.{clause}"))
    assert cost() == few
    assert len(divided("FINDINGS", By.CLAUSE)) == MOST


@pytest.mark.parametrize(
    ("written", "clause"),
    [
        ("ISO 9001:2015 § 8.5.1 Maîtrise de la production", "ISO 9001 8.5.1"),
        ("ISO 45001 A.6.1", "ISO 45001 A.6.1"),
        ("Le chef d'atelier Durand n'a pas signé", None),
        ("Durand n'a pas respecté la consigne numéro 8.5", None),
        ("", None),
    ],
)
def test_a_clause_travels_but_no_words(written: str, clause: str | None) -> None:
    assert clause_of(key_of(written)) == clause
