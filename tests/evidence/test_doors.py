"""Files put with findings, actions and measurements: who may, when, and what is taken."""

import io
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx2 as httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared import evidence, files
from shared.auth import Actor
from shared.filetypes import TYPES, media_type
from shared.work import clock
from tests.access.things import closed_finding
from tests.actions import factories as actions
from tests.audit import factories as audits
from tests.conftest import Api, Work
from tests.evidence.factories import archive, bomb, open_document, pdf, photo_with_place, picture
from tests.world import World

AUDIT = "/api/v1/audit/evidence"
ACTIONS = "/api/v1/actions/evidence"


def send(  # noqa: PLR0913, PLR0917  what a request says
    api: Api,
    who: Actor,
    at: str,
    about: UUID,
    content: bytes | Iterator[bytes],
    name: str,
    **more: str,
) -> httpx.Response:
    query = {"object_id": str(about), "name": name, **more}
    return api(who).post(at, params=query, content=content)


def kind_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "").rpartition("/")[2]


def test_a_file_comes_back_as_it_was_sent_to_be_kept_and_not_opened(api: Api, world: World) -> None:
    finding, content = audits.raised_finding(), photo_with_place()
    sent = send(api, world.diane, AUDIT, finding.id, content, "Carter à l'arrêt.jpg")
    row = sent.json()

    assert sent.status_code == 201, sent.text
    assert (row["size"], row["media_type"]) == (len(content), "image/jpeg")
    answer = api(world.bob).get(f"{AUDIT}/{row['id']}/content")
    assert answer.content == content
    named = "attachment; filename*=UTF-8''Carter%20%C3%A0%20l%27arr%C3%AAt.jpg"
    assert answer.headers["content-disposition"] == named
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    shown = api(world.bob).get(f"{AUDIT}/{row['id']}/preview")
    assert shown.headers["content-type"] == "image/png"
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    assert b"Canari" in content
    assert b"Canari" not in shown.content


def test_another_sites_file_is_not_there_at_any_door(api: Api, world: World) -> None:
    finding = audits.raised_finding()
    id = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf").json()["id"]

    charlie = api(world.charlie)
    for path in (f"?object_id={finding.id}", f"/{id}/content", f"/{id}/preview"):
        assert charlie.get(AUDIT + path).status_code == 404, path
    assert api(world.bob).get(f"{AUDIT}?object_id={finding.id}").json()["items"][0]["id"] == id
    action = actions.open_action()
    assert send(api, world.charlie, ACTIONS, action.id, pdf(), "plan.pdf").status_code in (403, 404)
    assert send(api, world.bob, ACTIONS, action.id, pdf(), "plan.pdf").status_code == 403


def test_what_is_closed_takes_no_more_files(api: Api, world: World) -> None:
    closed, over = closed_finding(), actions.verified_action(effective=True)

    answer = send(api, world.diane, AUDIT, closed.id, pdf(), "plan.pdf")
    assert kind_of(answer) == (409, "finding_already_closed")
    answer = send(api, world.paul, ACTIONS, over.id, pdf(), "plan.pdf")
    assert kind_of(answer) == (409, "action_finished")


def test_a_file_is_replaced_with_a_reason_and_both_stay(api: Api, world: World) -> None:
    finding = audits.raised_finding()
    old = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf").json()
    replacing = {"replaces": old["id"]}

    answer = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf", **replacing)
    assert kind_of(answer) == (422, "replacement_needs_reason")
    replacing["reason"] = "Mauvais indice du plan"
    new = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf", **replacing).json()
    again = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf", **replacing)
    assert kind_of(again) == (409, "file_already_replaced")
    kept = api(world.bob).get(f"{AUDIT}?object_id={finding.id}").json()["items"]
    assert {row["id"]: row["superseded_by"] for row in kept} == {
        old["id"]: new["id"],
        new["id"]: None,
    }
    told = api(world.alice).get(f"/api/v1/audit/history/{finding.id}").json()["items"]
    why = [row["reason"] for row in told if row["object_type"] == "Evidence"]
    assert replacing["reason"] in why


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("dessin.svg", b"<svg onload='alert(1)'/>", "type_refused"),
        ("page.html", b"<html>", "type_refused"),
        ("macro.xlsm", archive("[Content_Types].xml", "xl/vbaProject.bin"), "type_refused"),
        ("macro.xlsx", archive("[Content_Types].xml", "xl/vbaProject.bin"), "content_differs"),
        ("page.png", b"<html><script>", "content_differs"),
        ("page.txt", b"\xef\xbb\xbf <!doctype html>", "content_differs"),
        ("photo.png", picture("JPEG"), "content_differs"),
        ("facture.pdf.exe", b"MZ", "type_refused"),
        ("feuille.xlsx", archive("word/document.xml"), "content_differs"),
        ("glisse.zip", archive("../../etc/passwd"), "content_differs"),
        ("bombe.zip", bomb(), "too_much_inside"),
        ("foule.zip", archive(*map(str, range(2_001))), "too_much_inside"),
        ("grande.png", picture("PNG", (8_000, 6_000), "1"), "too_much_inside"),
        ("vide.pdf", b"", "file_empty"),
        ("../plan.pdf", pdf(), "name_refused"),
        ("plan\r\nSet-Cookie: a.pdf", pdf(), "name_refused"),
        ("plan\u202efdp.pdf", pdf(), "name_refused"),
        ("p" * 300 + ".pdf", pdf(), "name_refused"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_what_could_run_or_mislead_is_refused(
    api: Api, world: World, name: str, content: bytes, refusal: str
) -> None:
    finding = audits.raised_finding()
    answer = send(api, world.diane, AUDIT, finding.id, content, name)

    assert kind_of(answer) == (422, refusal)
    assert api(world.bob).get(f"{AUDIT}?object_id={finding.id}").json()["items"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.PDF", pdf()),
        ("a.jpeg", picture("JPEG")),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0"),
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml")),
        ("a.ods", open_document("spreadsheet")),
        ("a.csv", "site;valeur\nLyon;1é".encode("latin-1")),
        ("a.eml", b"From: alice@example.org\n\nBonjour"),
        ("a.zip", archive("a.txt")),
    ],
)
def test_what_people_work_with_is_taken(name: str, content: bytes) -> None:
    assert media_type(name, io.BytesIO(content)) == TYPES[name.rpartition(".")[2].lower()]


def test_what_is_too_large_is_refused_while_it_comes(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    largest = (b"%PDF-" + b"x" * 100_000 for _ in range(300))
    finding = audits.raised_finding()
    answer = send(api, world.diane, AUDIT, finding.id, largest, "plan.pdf")
    assert kind_of(answer) == (413, "file_too_large")
    monkeypatch.setattr(evidence, "MOST_PER_OBJECT", len(pdf()) + 1)
    assert send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf").status_code == 201
    answer = send(api, world.diane, AUDIT, finding.id, pdf(), "plan.pdf")
    assert kind_of(answer) == (409, "no_room_for_file")


def test_one_content_is_kept_once_and_no_row_is_ever_changed_or_lost(
    api: Api, work: Work, world: World
) -> None:
    finding, content = audits.raised_finding(), pdf() + uuid4().bytes
    rows = [send(api, world.diane, AUDIT, finding.id, content, f"{n}.pdf").json() for n in range(2)]
    assert len({row["id"] for row in rows}) == 2
    key = rows[0]["sha256"]
    there = [k for k in files.store().keys("audit", clock()) if k.endswith(key)]
    assert there == [f"audit/{key[:2]}/{key[2:4]}/{key}"]
    for change in ("delete from audit.evidence", "update audit.evidence set sha256 = 'x'"):
        with pytest.raises(ProgrammingError), work("audit", world.diane, "audit:conduct") as uow:
            uow.session.execute(text(change))


def test_the_sweeper_takes_only_what_no_row_names(
    api: Api, work: Work, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = audits.raised_finding()
    kept = send(api, world.diane, AUDIT, finding.id, pdf() + uuid4().bytes, "a.pdf").json()
    lost = f"audit/aa/aa/{uuid4().hex}"
    files.store().put(lost, io.BytesIO(b"left by a crash"))

    with work("audit", world.diane, "audit:conduct") as uow:
        evidence.sweep(uow)
    assert b"".join(files.store().read(lost)) == b"left by a crash"  # not seven days old
    monkeypatch.setattr(evidence, "KEPT_WITHOUT_ROW", -evidence.KEPT_WITHOUT_ROW)
    with work("audit", world.diane, "audit:conduct") as uow:
        evidence.sweep(uow)
    with pytest.raises(files.Missing):
        files.store().read(lost)
    assert api(world.bob).get(f"{AUDIT}/{kept['id']}/content").status_code == 200
