"""Two at once: one entry, one audit; one proposal, once."""

from services.audit.models import Audit
from services.audit.programme.queries import entries_of
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.audit.test_proposals import accepted, accepting, proposed
from tests.helpers import together


def test_of_two_who_plan_the_same_entry_at_once_one_is_refused(own_database: str) -> None:
    making.known_references()
    entry = making.programmed()

    outcomes = together(lambda: making.planned(entry), lambda: making.planned(entry))

    assert sorted(type(one).__name__ for one in outcomes) == ["Audit", "StaleVersion"]
    with unit_of_work("audit", SYSTEM) as uow:
        assert len(uow.session.scalars(uow.select(Audit)).all()) == 1


def test_of_two_who_accept_a_proposal_at_once_one_is_refused(own_database: str) -> None:
    making.known_references()
    programme = making.drafted()
    data = accepting(proposed(programme))

    outcomes = together(lambda: accepted(programme, data), lambda: accepted(programme, data))

    assert sorted(type(one).__name__ for one in outcomes) == ["StaleVersion", "list"]
    with unit_of_work("audit", SYSTEM) as uow:
        assert len(entries_of(uow, programme.id)) == len(data.lines)


def test_of_two_who_draw_a_sample_at_once_one_is_refused(own_database: str) -> None:
    making.known_references()
    certificate = making.multi_site()

    outcomes = together(lambda: making.sampled(certificate), lambda: making.sampled(certificate))

    assert sorted(type(one).__name__ for one in outcomes) == ["Sample", "SampleDrawn"]
