"""The library at a browser: loaded, drafted, issued, compared, superseded; and what it maps."""

import re
from datetime import date
from uuid import uuid4

from portal.library import Drift, compared, in_numbers
from services.compliance.models import Reference
from services.compliance.schemas import ReferenceStatus, RequirementOut
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.compliance.factories import drafted, issued, loaded, of, put_in_force, required
from tests.portal.conftest import People, shown


def there(code: str, edition: str) -> Reference:
    with unit_of_work("compliance", SYSTEM) as uow:
        same = uow.select(Reference).where(Reference.code == code, Reference.edition == edition)
        return uow.session.scalars(same).one()


def test_a_standard_that_comes_with_the_product_is_loaded_read_and_issued(people: People) -> None:
    offered = people["greta"].get("/references")
    assert "ISO 45001:2018" in shown(offered)
    page = (
        people["greta"]
        .submit("/references", "/references/shipped/iso_45001_2018")
        .headers["location"]
    )

    draft = people["greta"].read(page)
    assert "6.1.2.1 Identification des dangers" in draft
    issued = people["greta"].submit(page, f"{page}/issue")

    assert issued.status_code == 303
    assert there("ISO 45001", "2018").status is ReferenceStatus.ISSUED
    assert not people["greta"].offers(page, f"{page}/issue")
    assert "iso_45001_2018" not in people["greta"].get("/references").text


def test_a_reference_is_drafted_with_its_requirements_and_mended(people: People) -> None:
    greta = people["greta"]
    named = {"code": "PRO-QSE-021", "edition": "A", "kind": "internal"}
    titled = {"title_fr": "Permis de feu", "title_en": "Hot work", "in_force_from": "2026-01-01"}
    page = greta.submit("/references/new", "/references/new", **named, **titled).headers["location"]
    asked = {"title_fr": "Délivrer le permis", "title_en": "Issuing the permit"}

    greta.submit(page, f"{page}/requirements", number="1", **asked)
    greta.submit(page, f"{page}/requirements", number="1.1", **asked, theme="emergency")
    twice = greta.submit(page, f"{page}/requirements", number="1", **asked)
    assert (twice.status_code, "a déjà une exigence 1" in shown(twice)) == (409, True)
    greta.submit(page, page, **named, **titled | {"title_fr": "Permis de feu et de percer"})
    assert "Permis de feu et de percer" in greta.read(page)

    first, second = of(there("PRO-QSE-021", "A").id)
    at = f"/requirements/{second.id}"
    greta.submit(at, at, number="1.2", **asked, theme="emergency")
    kept = greta.post(f"/requirements/{first.id}/remove", version=1)
    assert "Des exigences se rangent sous 1" in shown(kept)
    gone = greta.submit(at, f"{at}/remove")
    assert (gone.status_code, [row.number for row in of(first.reference_id)]) == (303, ["1"])


def test_a_draft_that_lacks_something_is_told_beside_its_fields(people: People) -> None:
    answer = people["greta"].post("/references/new", code="X", edition="A")
    assert answer.status_code == 422
    assert "Titre en français · À remplir." in shown(answer)
    page = f"/references/{drafted('PRO-QSE-022').id}"
    empty = people["greta"].post(f"{page}/issue", version=1)
    assert "n'a encore aucune exigence" in shown(empty)
    wrong = people["greta"].post(f"{page}/requirements", number="")
    assert wrong.status_code == 422


def test_who_only_reads_is_offered_nothing_to_change(people: People) -> None:
    draft = drafted("PRO-QSE-023")
    row = required(draft, "1")

    for page in ("/references", f"/references/{draft.id}", f"/requirements/{row.id}"):
        text = people["alice"].get(page).text
        assert not re.search(r'action="/(references|requirements)/[^"]*/', text)
    assert people["alice"].post("/references/shipped/iso_9001_2015").status_code == 403


def test_a_newer_edition_takes_over_and_both_stand_side_by_side(people: People) -> None:
    old = issued("PRO-QSE-024")
    newer = drafted("PRO-QSE-024", edition="B", in_force_from=date(2026, 1, 1))
    required(newer, "4", title_fr="Isoler", title_en="Isolate")
    required(newer, "5")
    put_in_force(newer)
    page = f"/references/{old.id}"

    compared = people["bob"].read(f"/references/{newer.id}/compare/{old.id}")
    assert re.search(
        r"Consigner PRO-QSE-024:B Isoler Autre intitulé 4\.1 .* — Disparue 5 ", compared
    )
    too_early = people["greta"].submit(page, f"{page}/supersede", by=newer.id, until="2025-12-31")
    assert "ne peut prendre fin avant" in shown(too_early)
    people["greta"].submit(page, f"{page}/supersede", by=newer.id, until="2027-06-30")

    assert "30/06/2027" in people["bob"].read(page)
    assert there("PRO-QSE-024", "A").status is ReferenceStatus.SUPERSEDED


def test_standards_are_answered_once_for_all(people: People) -> None:
    loaded("iso_9001_2015")
    environment = loaded("iso_14001_2015")

    page = people["bob"].read("/references/mapping?shared=1")
    assert re.search(r"Conception .*8\.3 Conception et développement .*8\.1 Maîtrise", page)
    assert "Satisfaction du client" not in page
    assert "Satisfaction du client" in people["bob"].read("/references/mapping")

    [part] = [row for row in of(environment.id) if row.number == "6.2.2"]
    sheet = people["bob"].read(f"/requirements/{part.id}")
    assert "ISO 9001:2015 6.2" in sheet
    assert "Objectifs" in sheet


def test_the_library_is_found_and_leaves_as_a_file(people: People) -> None:
    reference = issued("PRO-QSE-025", title_fr="Travaux en hauteur")

    assert f'href="/references/{reference.id}' in people["bob"].get("/search?q=hauteur").text
    sheet = people["bob"].get("/references/export.csv?kind=internal").content.decode("utf-8-sig")
    assert "PRO-QSE-025" in sheet
    assert "ISO 9001" not in sheet


def test_what_was_done_to_a_reference_is_told(people: People) -> None:
    reference = issued("PRO-QSE-026")

    told = people["greta"].read(f"/history/compliance/{reference.id}")

    assert re.search(r"État .*Projet .*En vigueur", told)


def test_numbers_go_as_in_the_text() -> None:
    numbers = ["10.1", "9.2", "A.2", "8.5.10", "8.5.2", "8.5", "A.10"]

    assert sorted(numbers, key=in_numbers) == [
        *("8.5", "8.5.2", "8.5.10", "9.2", "10.1"),
        *("A.2", "A.10"),
    ]


def test_what_became_of_a_requirement_is_said_in_the_readers_language() -> None:
    def row(number: str, french: str, english: str) -> RequirementOut:
        return RequirementOut(
            id=uuid4(),
            version=1,
            reference_id=uuid4(),
            number=number,
            parent_id=None,
            title_fr=french,
            title_en=english,
            theme=None,
            also=[],
            position=1,
        )

    before = [row("1", "Préparer", "Prepare"), row("2", "Isoler", "Isolate")]
    after = [row("1", "Préparer", "Prepare first"), row("3", "Former", "Train")]

    french = [(one.number, one.drift) for one in compared(before, after, "fr")]
    english = [(one.number, one.drift) for one in compared(before, after, "en")]
    assert french == [("1", Drift.SAME), ("2", Drift.GONE), ("3", Drift.NEW)]
    assert english[0] == ("1", Drift.RETITLED)
