"""Whoever administers has proved lately that it is still they who sit at the screen."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.work import TO_ADMINISTER, clock
from tests.access.conftest import Try
from tests.access.knocking import Knock
from tests.access.people import WHOLE, somebody
from tests.access.test_matrix import MATRIX

NOT_ASKED: Final = {
    # They give nobody anything: reference data, one's own language, a look, a dead letter.
    "identity PATCH /me/language",
    "identity POST /registers/people",
    "identity POST /registers/places",
    "identity POST /jobs/{job_id}/cancel",
    "identity POST /verifications",
    "identity POST /nodes/{node_id}/proofs",
    "identity POST /dead-letters/{event_id}/{handler}/replay",
    # They ask for the password or the code themselves, or take something of one's own away.
    "identity POST /me/password",
    "identity POST /me/confirm",
    "identity POST /me/factor/confirm",
    "identity DELETE /me/sessions/{session_id}",
    "identity DELETE /me/tokens/{token_id}",
}
CHANGING: Final = {door for door in MATRIX if door.startswith("identity ") and " GET " not in door}


@pytest.mark.security
@pytest.mark.parametrize("door", sorted(CHANGING - NOT_ASKED))
def test_it_asks_for_the_password_after_ten_minutes(
    knocks: dict[str, Knock], knocked: Try, door: str
) -> None:
    person = somebody("group_coordinator", WHOLE)
    for since, asked in ((timedelta(seconds=-30), False), (timedelta(seconds=30), True)):
        actor = replace(person, confirmed_at=clock() - TO_ADMINISTER - since)
        answer = knocked(door, knocks[door], actor)
        assert ("confirm_identity" in answer.text) is asked, answer.text


def test_what_does_not_ask_is_a_door() -> None:
    assert NOT_ASKED <= CHANGING
