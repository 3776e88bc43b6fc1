"""The policy is written, submitted, approved and put in force on its pages."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from services.identity.sign_in_models import SignedIn
from services.policy import commands
from services.policy.models import Policy
from services.policy.schemas import PolicyStatus, StepIn
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.portal.conftest import People, link_in, shown
from tests.world import PASSWORD, WORLD

WRITTEN = {
    "title": "Politique intégrée",
    "text": "Nous protégeons les personnes, l'environnement et nos clients.",
    "commitments": "Consulter les travailleurs\nPrévenir les pollutions",
    "domains": ["Q", "S", "E"],
    "owner_id": str(WORLD.greta.id),
}


@pytest.fixture
def drafted(people: People) -> str:
    """A draft that Greta has just begun; its address."""
    begun = people["greta"].submit("/policy/new", "/policy/new", **WRITTEN)
    assert begun.status_code == 303, begun.text
    return str(begun.headers["location"])


@pytest.fixture
def in_review(people: People, drafted: str) -> str:
    assert people["greta"].submit(drafted, f"{drafted}/submit").status_code == 303
    return drafted


def status_of(page: str) -> PolicyStatus:
    with unit_of_work("policy", SYSTEM) as uow:
        return uow.get(Policy, UUID(page.rpartition("/")[2])).status


def an_hour_passes() -> None:
    """Everybody signed in long ago, and has been at work since."""
    with unit_of_work("identity", SYSTEM) as uow:
        ago = SignedIn.confirmed_at - timedelta(hours=1)
        uow.session.execute(update(SignedIn).values(confirmed_at=ago))


def test_a_policy_is_written_approved_and_put_in_force(people: People, in_review: str) -> None:
    greta, hugo = people["greta"], people["hugo"]
    assert not greta.offers(in_review, f"{in_review}/approve")
    assert "Une personne qui n'a rien rédigé" in greta.read(in_review)

    assert hugo.submit(in_review, f"{in_review}/approve").status_code == 303
    assert greta.submit(in_review, f"{in_review}/publish").status_code == 303

    page = greta.read(in_review)
    assert "Approuvée · Hugo Coordinateur QSE groupe" in page
    assert "Émise · Greta" in page
    assert page.count("Intacte") == 2
    assert "Consulter les travailleurs" in page
    assert link_in(greta.get("/policy"), "/policy/editions")


def test_a_draft_is_revised_and_what_was_wrong_is_kept(people: People, drafted: str) -> None:
    greta = people["greta"]
    wrong = WRITTEN | {"text": "Trop court", "title": "Politique revue"}
    del wrong["owner_id"]

    refused = greta.submit(drafted, f"{drafted}/revise", **wrong)

    assert refused.status_code == 422
    assert "Politique revue" in refused.text
    assert "Trop court : au moins 20 caractères." in shown(refused)
    right = wrong | {"text": "Un texte entièrement revu, et assez long."}
    assert greta.submit(drafted, f"{drafted}/revise", **right).status_code == 303
    assert "Un texte entièrement revu" in greta.read(drafted)


def test_a_site_writes_no_policy(people: People, drafted: str) -> None:
    alice = people["alice"]

    assert alice.get(drafted).status_code == 404
    assert alice.post(f"{drafted}/submit", version="1").status_code == 404
    assert alice.post("/policy/new", **WRITTEN).status_code == 403


def test_an_author_who_asks_to_approve_is_told_why_not(people: People, in_review: str) -> None:
    greta = people["greta"]

    refused = greta.post(f"{in_review}/approve", version="2")

    assert refused.status_code == 403
    assert "quelqu'un d'autre doit le faire" in shown(refused)
    assert status_of(in_review) is PolicyStatus.IN_REVIEW


def test_signing_long_after_signing_in_asks_for_the_password_and_goes_on(
    people: People, in_review: str
) -> None:
    hugo = people.another("hugo")
    sent = hugo.hidden(in_review, f"{in_review}/approve")
    before = hugo.client.cookies["qse"]
    an_hour_passes()

    asked = hugo.client.post(f"{in_review}/approve", data=sent)

    assert asked.status_code == 401
    assert "Confirm your identity" in shown(asked)
    assert status_of(in_review) is PolicyStatus.IN_REVIEW
    kept = hugo.fields(asked.text, f"{in_review}/approve")
    assert kept["version"] == sent["version"]

    wrong = hugo.client.post(f"{in_review}/approve", data=kept | {"confirm_password": "non"})
    assert (wrong.status_code, status_of(in_review)) == (422, PolicyStatus.IN_REVIEW)
    assert "This is not your current password." in shown(wrong)

    kept = hugo.fields(wrong.text, f"{in_review}/approve")
    signed = hugo.client.post(f"{in_review}/approve", data=kept | {"confirm_password": PASSWORD})
    assert (signed.status_code, status_of(in_review)) == (303, PolicyStatus.APPROVED)
    assert hugo.client.cookies["qse"] != before
    assert hugo.get(in_review).status_code == 200


def test_what_was_confirmed_elsewhere_does_not_count_here(people: People, in_review: str) -> None:
    """Another session of the same person may be in other hands."""
    here, elsewhere = people.another("hugo"), people.another("hugo")
    an_hour_passes()
    sent = elsewhere.hidden(in_review, f"{in_review}/approve")
    late = elsewhere.client.post(f"{in_review}/approve", data=sent | {"confirm_password": "non"})
    assert late.status_code == 422

    sent = here.hidden(in_review, f"{in_review}/approve")
    assert here.client.post(f"{in_review}/approve", data=sent).status_code == 401


def test_a_stale_page_is_refused_before_a_password_is_asked(people: People, drafted: str) -> None:
    stale = people["hugo"].hidden(drafted, f"{drafted}/submit")
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        commands.submit_policy(uow, UUID(drafted.rpartition("/")[2]), StepIn(version=1))
    an_hour_passes()

    refused = people["hugo"].client.post(f"{drafted}/approve", data=stale)

    assert refused.status_code == 409
    people.known.clear()
