"""Two at once: one entry, one audit; one proposal, once."""

from services.audit.models import Audit
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.helpers import together


def test_of_two_who_plan_the_same_entry_at_once_one_is_refused(own_database: str) -> None:
    making.known_references()
    entry = making.programmed()

    outcomes = together(lambda: making.planned(entry), lambda: making.planned(entry))

    assert sorted(type(one).__name__ for one in outcomes) == ["Audit", "StaleVersion"]
    with unit_of_work("audit", SYSTEM) as uow:
        assert len(uow.session.scalars(uow.select(Audit)).all()) == 1
