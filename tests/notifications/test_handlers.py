"""Who is told what."""

from uuid import UUID, uuid4

import pytest

from services.actions.schemas import Origin
from services.audit.schemas import AuditOrigin, Grade
from services.identity.schemas import Role
from services.notifications.errors import PlaceNotKnownYet
from services.notifications.events import Notified
from services.notifications.handlers import handlers
from services.notifications.schemas import Kind
from services.notifications.sentences import title
from shared.bus import handle_alone
from shared.events import Event
from shared.schemas import JobState
from tests.conftest import Work
from tests.helpers import Bus
from tests.notifications.factories import (
    action_assigned,
    action_done,
    action_opened,
    action_overdue,
    actions_handed_over,
    alert_escalated,
    alert_raised,
    audit_planned,
    certificate_expired,
    certification_due,
    check_due,
    competence_ending,
    consultation_asked,
    deliver,
    due_soon,
    envelope_of,
    finding_raised,
    hear,
    invited,
    is_given,
    job_ended,
    leaves,
    news_of_answers,
    question_asked,
    question_overdue,
    readers,
    report_issued,
    review_requested,
    told,
    withdrawn,
)
from tests.shared.test_directory import reports_to
from tests.world import WORLD, World

ONE = uuid4()
ALICE, DIANE, PAUL, GRETA, HUGO = (
    WORLD.alice.id,
    WORLD.diane.id,
    WORLD.paul.id,
    WORLD.greta.id,
    WORLD.hugo.id,
)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (finding_raised(Grade.MAJOR), {ALICE}),
        (finding_raised(Grade.MINOR), {ALICE}),
        (finding_raised(Grade.OBSERVATION), {ALICE}),
        (finding_raised(Grade.IMPROVEMENT), set()),
        (finding_raised(Grade.STRENGTH), set()),
        (audit_planned(AuditOrigin.RISK), {ALICE}),
        (audit_planned(AuditOrigin.PROGRAMME), set()),
        (competence_ending(), {DIANE, ALICE}),
        (certification_due(), {ALICE}),
        (certification_due(WORLD.group), {GRETA, HUGO}),
        (certificate_expired(), {ALICE}),
        (action_opened(PAUL), {PAUL}),
        (action_opened(None), {ALICE}),
        (action_assigned(PAUL), {PAUL}),
        (action_done(), {ALICE}),
        (action_overdue(1), {PAUL}),
        (action_overdue(1, owner=None), {ALICE}),
        (action_overdue(2), {ALICE}),
        (action_overdue(3), {GRETA, HUGO}),
        (due_soon(), {PAUL}),
        (due_soon(None), {ALICE}),
        (check_due(), {ALICE}),
        (question_asked(), {ALICE}),
        (question_overdue(1), {ALICE}),
        (question_overdue(2), {GRETA, HUGO}),
        (alert_raised(), {ALICE}),
        (alert_raised(WORLD.division), {GRETA, HUGO}),
        (alert_escalated(), {GRETA, HUGO}),
        (consultation_asked(), {PAUL}),
        (review_requested(HUGO), {HUGO}),
        (review_requested(None), {GRETA, HUGO}),
        (review_requested(None, WORLD.division), {GRETA, HUGO}),
        (job_ended(), {PAUL}),
    ],
    ids=lambda value: value.topic if isinstance(value, Event) else None,
)
def test_people_are_told_what_is_theirs(world: World, event: Event, expected: set[UUID]) -> None:
    hear(event)

    assert readers() == expected


def test_an_event_heard_twice_is_told_once(world: World, bus: Bus) -> None:
    envelope = hear(action_overdue(3))

    deliver(envelope)

    assert len(told()) == len(bus.published(Notified)) == 2


def test_somebody_who_coordinates_twice_is_told_once(world: World) -> None:
    is_given(world.greta, Role.SITE_COORDINATOR, world.brest)
    is_given(world.greta, Role.SITE_COORDINATOR, world.brest)

    hear(finding_raised(site=world.brest))

    assert [row.person_id for row in told()] == [GRETA]


def test_the_nearest_coordinators_are_told_and_those_above_are_not(world: World) -> None:
    is_given(world.charlie, Role.SITE_COORDINATOR, world.division)

    hear(finding_raised(site=world.lyon))
    assert readers() == {ALICE}

    leaves(world.alice)
    hear(finding_raised(site=world.lyon))
    assert readers() == {ALICE, world.charlie.id}


def test_a_site_without_coordinator_falls_to_the_group(world: World) -> None:
    hear(finding_raised(site=world.brest))

    assert readers() == {GRETA, HUGO}


def test_an_action_whose_owner_has_left_is_told_as_one_without_owner(world: World) -> None:
    leaves(world.paul)

    hear(action_opened(PAUL))

    [row] = told()
    assert (row.person_id, row.facts["owned"]) == (ALICE, False)


def test_who_has_left_is_told_nothing(world: World) -> None:
    leaves(world.paul)
    leaves(world.greta)

    hear(action_assigned(PAUL))
    hear(action_overdue(3))

    assert readers() == {HUGO}


def test_who_did_it_is_not_asked_to_verify_it(world: World) -> None:
    hear(action_done(), by=ALICE)

    assert readers() == {GRETA, HUGO}


def test_one_is_told_of_what_one_did_oneself_otherwise(world: World) -> None:
    hear(action_assigned(PAUL), by=PAUL)

    assert readers() == {PAUL}


def test_a_place_nobody_has_told_of_is_waited_for_and_counted(world: World, work: Work) -> None:
    envelope = envelope_of(action_opened(site=uuid4()))
    [handler] = handlers.hearing(envelope.type)

    assert not handle_alone("notifications", handler, envelope)

    with work("notifications", world.adam, "notifications:operate") as uow:
        [row] = uow.session.execute(uow.ledger.dead_letter.select()).all()
    assert (row.attempts, row.dead_at) == (1, None)
    assert row.error.startswith(PlaceNotKnownYet.__name__)


def test_what_is_told_belongs_to_its_story_and_place(world: World, bus: Bus) -> None:
    heard = hear(finding_raised())

    [envelope] = bus.envelopes(Notified)
    assert (envelope.correlationid, envelope.causationid) == (heard.correlationid, heard.id)
    assert envelope.siteid == world.lyon
    [row] = told()
    assert (row.correlation_id, row.event_id) == (heard.correlationid, heard.id)


def test_what_people_wrote_stays_on_the_platform(world: World) -> None:
    hear(audit_planned())

    [row] = told()
    assert row.facts == {"planned_for": "2030-03-12", "origin": "risk"}


@pytest.mark.parametrize(
    ("event", "french", "english"),
    [
        (
            finding_raised(),
            "Non-conformité majeure à Lyon (processus PROD)",
            "Major nonconformity at Lyon (process PROD)",
        ),
        (
            finding_raised(Grade.OBSERVATION),
            "Point sensible à Lyon (processus PROD)",
            "Observation at Lyon (process PROD)",
        ),
        (
            action_opened(),
            "L'action A-2030-0001 à Lyon vous est confiée, échéance le 12 mars 2030",
            "Action A-2030-0001 at Lyon is yours, to be done by March 12, 2030",
        ),
        (
            action_opened(None),
            "L'action A-2030-0001 à Lyon n'a pas de responsable, désignez-en un",
            "Action A-2030-0001 at Lyon has no owner, name one",
        ),
        (
            action_assigned(),
            "L'action A-2030-0001 à Lyon est désormais à vous, échéance le 12 mars 2030",
            "Action A-2030-0001 at Lyon is now yours, due on March 12, 2030",
        ),
        (
            action_done(),
            "L'action A-2030-0001 à Lyon est réalisée, son efficacité est à vérifier",
            "Action A-2030-0001 at Lyon is done, its effect is to be verified",
        ),
        (
            action_overdue(1),
            "L'action A-2030-0001 à Lyon est en retard, échéance le 12 mars 2030",
            "Action A-2030-0001 at Lyon is late, it was due on March 12, 2030",
        ),
        (
            due_soon(),
            "L'action A-2030-0001 à Lyon arrive à échéance le 12 mars 2030",
            "Action A-2030-0001 at Lyon is due on March 12, 2030",
        ),
        (
            check_due(),
            "Efficacité à vérifier à Lyon : A-2030-0001, prévue le 12 mars 2030",
            "Effect to be verified at Lyon: A-2030-0001, planned for March 12, 2030",
        ),
        (
            question_asked(),
            "Un autre site demande si Lyon est concerné, réponse d'ici le 12 mars 2030",
            "Another site asks whether Lyon is concerned, answer by March 12, 2030",
        ),
        (
            question_overdue(1),
            "Lyon n'a pas répondu à un autre site, réponse due le 12 mars 2030",
            "Lyon has not answered another site, it was due by March 12, 2030",
        ),
        (
            audit_planned(),
            "Un risque demande un audit inopiné à Lyon, prévu le 12 mars 2030",
            "A risk asks for an unscheduled audit at Lyon, planned on March 12, 2030",
        ),
        (
            alert_raised(),
            "Alerte à Lyon : Taux de fréquence, hors de ses limites",
            "Alert at Lyon: Frequency rate, out of bounds",
        ),
        (
            alert_escalated(),
            "Alerte non prise en charge à Lyon : Taux de fréquence, une déclaration en retard",
            "Alert that nobody took up at Lyon: Frequency rate, a figure is late",
        ),
        (
            consultation_asked(),
            "Votre avis est demandé sur l'indicateur Taux de fréquence",
            "Your opinion is asked on the indicator Frequency rate",
        ),
        (
            review_requested(),
            "Politique à réexaminer : Non-conformités majeures sur 12 mois, hors limites à Lyon",
            "Policy to be reviewed: Major nonconformities over 12 months, out of bounds at Lyon",
        ),
        (
            job_ended(),
            "Terminé : l'export d'une liste, voyez la page Travaux",
            "Done: the export of a list, see the page Jobs",
        ),
        (
            job_ended(JobState.FAILED),
            "Sans résultat : l'export d'une liste, voyez la page Travaux",
            "Without result: the export of a list, see the page Jobs",
        ),
    ],
    ids=lambda value: value.topic if isinstance(value, Event) else None,
)
def test_each_is_told_in_their_language(
    world: World, event: Event, french: str, english: str
) -> None:
    hear(event)

    row, *_ = told()
    said = [title(row.kind, row.facts, row.site_name, language) for language in ("fr", "en", "de")]
    assert said == [french, english, french]


def test_of_a_late_action_its_owners_superior_is_told_too(world: World, bus: Bus) -> None:
    """With the first step only: the next ones are for coordinators."""
    reports_to(PAUL, world.bob.id)
    bus.deliver_all()

    hear(action_overdue(1))
    assert readers() == {PAUL, world.bob.id}

    hear(action_overdue(1, owner=None))
    hear(action_overdue(2))
    assert [row.person_id for row in told()].count(world.bob.id) == 1


def test_who_is_given_many_actions_is_told_once(world: World) -> None:
    for event in (action_opened(), action_opened()):
        hear(event.model_copy(update={"origin": Origin.IMPORT}))
    hear(actions_handed_over(2))

    assert [(row.kind, row.facts) for row in told()] == [(Kind.ACTIONS_HANDED_OVER, {"count": 2})]


def test_every_kind_is_told_by_some_handler(world: World) -> None:
    for event in (
        finding_raised(),
        audit_planned(),
        competence_ending(),
        certification_due(),
        certificate_expired(),
        invited(),
        withdrawn(),
        action_opened(),
        action_assigned(),
        actions_handed_over(),
        action_done(),
        action_overdue(2),
        due_soon(),
        check_due(),
        question_asked(),
        question_overdue(1),
        report_issued(),
        *[alert_raised(definition=ONE) for _ in range(4)],
        alert_escalated(),
        consultation_asked(),
        review_requested(),
        job_ended(),
        *news_of_answers(),
    ):
        hear(event)

    assert {row.kind for row in told()} == set(Kind)
