"""The page of the proof: what is sealed, what was found, what may be taken away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from runtime.record import jobs
from runtime.record.seal import seal
from runtime.record.verify_proof import check
from shared.settings import settings
from tests import servers
from tests.portal.conftest import People, shown
from tests.risk.test_commands import assessed
from tests.world import WORLD


@pytest.fixture(scope="module", autouse=True)
def sealed(web: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A risk at Lyon under a checkpoint."""
    folder = tmp_path_factory.mktemp("checkpoints")
    servers.adopt({"QSE_CHECKPOINT_FOLDER": str(folder)})
    assessed()
    seal(at_once=True)
    yield folder
    servers.forget("QSE_CHECKPOINT_FOLDER")


def file_of(people: People, name: str) -> str:
    [address, *_] = re.findall(r'href="(/proof/files/[^"?]+)', people[name].get("/proof").text)
    return str(address)


@pytest.mark.parametrize(
    ("name", "seen"),
    [("greta", True), ("alice", True), ("diane", True), ("adam", True), ("bob", False)],
)
def test_the_menu_leads_there_whoever_may_look(people: People, name: str, seen: bool) -> None:  # noqa: FBT001
    assert ('href="/proof"' in people[name].get("/").text) is seen
    assert people[name].get("/proof").status_code == (200 if seen else 403)


def test_the_window_and_what_waits_are_on_the_screen_in_both_languages(people: People) -> None:
    french, english = people["greta"].read("/proof"), people["hugo"].read("/proof")
    assert "60 s ou 100 changements au plus" in french
    assert "60 s or 100 changes at most" in english
    assert "En attente" in french
    assert "Checkpoint 1" in english


def test_a_checkpoint_is_saved_as_the_file_that_was_signed(people: People, sealed: Path) -> None:
    answer = people["diane"].get("/proof/checkpoints/1.txt")
    assert answer.headers["content-disposition"] == 'attachment; filename="checkpoint-1.txt"'
    assert answer.text in (sealed / "checkpoints.txt").read_text()
    assert people["diane"].get("/proof/checkpoints/999.txt").status_code == 404
    assert people["bob"].get("/proof/checkpoints/1.txt").status_code == 403


def test_a_verification_is_asked_for_waited_for_and_read(people: People) -> None:
    alice = people["alice"]
    asked = alice.submit("/proof", "/proof/verifications")
    assert asked.status_code == 303
    waiting = alice.get("/proof")
    assert 'hx-get="/proof/jobs?asked=0"' in waiting.text
    assert not alice.offers("/proof", "/proof/verifications")
    assert 'hx-get="/proof/jobs?asked=3"' in alice.get("/proof/jobs?asked=2").text
    again = people["greta"].post("/proof/verifications")
    assert again.status_code == 409
    assert "Une vérification est déjà en cours" in shown(again)

    jobs.work_off()
    assert "Aucune altération" in alice.read("/proof")
    assert "changements relus" not in alice.read("/proof")
    assert "changements relus" in people["greta"].read("/proof")
    assert "hx-get" not in alice.get("/proof/jobs").text


def test_what_was_altered_is_told_in_sentences_to_the_whole_group_only(people: People) -> None:
    risk = assessed()
    altering = f"""set session_replication_role = replica;
        update risk.risk set title = title || '!' where id = '{risk.id}'"""  # noqa: S608  ours
    servers.execute(settings().owner_url_of("risk"), altering)
    people["greta"].submit("/proof", "/proof/verifications")
    jobs.work_off()

    for page in ("/proof", "/proof/verifications"):
        assert f"Risk {risk.id} was altered" in people["greta"].read(page)
        assert "Altérations trouvées" in people["alice"].read(page)
        assert str(risk.id) not in people["alice"].read(page)


def test_the_proof_of_a_site_is_taken_away_by_who_asked(people: People) -> None:
    alice = people["alice"]
    asked = alice.submit("/proof", "/proof/sites", site=str(WORLD.lyon))
    assert asked.status_code == 303
    jobs.work_off()

    address = file_of(people, "alice")
    answer = alice.get(address)
    assert answer.headers["content-disposition"].startswith('attachment; filename="proof-')
    assert any("rows of risk" in line for line in check(answer.content))
    for other in ("greta", "diane", "charlie"):
        assert people[other].get(address).status_code == 404
    assert people["bob"].get(address).status_code == 403


@pytest.mark.parametrize("site", [str(WORLD.lille), "", "nowhere"])
def test_anothers_site_is_not_found(people: People, site: str) -> None:
    answer = people["alice"].submit("/proof", "/proof/sites", site=site)
    assert answer.status_code == 404


def test_only_ones_own_sites_are_offered(people: People) -> None:
    form = people["alice"].get("/proof").text.partition('id="proof-site"')[2].partition("</select>")
    assert str(WORLD.lyon) in form[0]
    assert str(WORLD.lille) not in form[0]
    assert 'id="proof-site"' not in people["adam"].get("/proof").text
