"""A report says what its content says, whatever was typed, in a file that holds for decades.

typst refuses by itself to write what is not PDF/A-3a and PDF/UA-1; what is asserted here is that we
ask for both, and that nothing of the content is lost on the way.
"""

import ctypes
import io
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import docx
import orjson
import pypdfium2  # type: ignore[import-untyped]
import pytest
from pypdfium2 import raw

from shared import reports
from shared.charts import Kind, stacked
from shared.reports import (
    Block,
    Chart,
    Column,
    Document,
    Entry,
    Facts,
    Items,
    Labels,
    Note,
    NotSet,
    Section,
    Table,
    Text,
    to_docx,
    to_pdf,
)
from shared.typography import NARROW, breakable, french

LABELS = Labels("Sommaire", "Page", "Figure", "Tableau", "Pour les machines", "Copie de travail")
BARS = stacked([("8.4", "NC mineure", 2)], [Kind("NC mineure", "orange")], "Nombre de constats")
EVERYTHING: Sequence[Block] = (
    Text("Un texte.\nSon second alinéa."),
    Note("Une note."),
    Facts([("Site", "Lyon")]),
    Items(["le premier", "le second"]),
    Table("Réponses", [Column("Article"), Column("Question", 4)], [("8.4", "Est-ce fait ?")]),
    Chart("Constats par article", "Deux constats à l'article 8.4", BARS),
    Entry("Constat 1", "NC mineure", "orange", [("Exigence", "ISO 9001:2015 8.4")]),
)


def document(*blocks: Block, **otherwise: Any) -> Document:  # noqa: ANN401
    whole: dict[str, Any] = {
        "language": "fr",
        "kind": "Rapport d'audit",
        "title": "Audit des achats de Lyon",
        "reference": "RA-2026-0001 · édition 1",
        "author": "Diane",
        "at": datetime(2026, 11, 30, 9, tzinfo=UTC),
        "about": [("Site", "Lyon")],
        "notice": "Diffusion interne.",
        "labels": LABELS,
        "sections": [Section("Premier", blocks, [Section("Dedans", [Text("Fin.")])])],
        "annex": {"schema": "essai/1", "b": [1, 2], "a": "é"},
    }
    return Document(**whole | otherwise)


def opened(content: bytes) -> Iterator[Any]:
    with closing(pypdfium2.PdfDocument(content)) as pdf:
        yield pdf


def text_of(content: bytes) -> str:
    """What stands on its pages, without the places where lines were broken."""
    [found] = ["".join(p.get_textpage().get_text_range() for p in pdf) for pdf in opened(content)]
    return re.sub(r"[\s\u200b\ufffe]+", "", found)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def made() -> bytes:
    return to_pdf(document(*EVERYTHING))


def test_it_says_that_it_is_pdf_a_3a_and_pdf_ua_1(made: bytes) -> None:
    said = made[made.index(b"<x:xmpmeta") : made.index(b"</x:xmpmeta")].decode()
    for part in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert part in said
    assert "Audit des achats de Lyon" in said
    assert "<rdf:li>fr</rdf:li>" in said
    assert "2026-11-30T09:00:00" in said


def test_it_is_tagged_in_its_language_and_all_its_letters_are_in_it(made: bytes) -> None:
    for pdf in opened(made):
        assert pdf.is_tagged()
        assert pdf.get_metadata_dict()["Title"] == "Audit des achats de Lyon"
        assert b"/Lang(fr)" in made
        fonts = {font for page in pdf for font in _fonts(page)}
        assert fonts
        assert all(embedded for _, embedded in fonts)
        assert {re.sub(r"^[A-Z]{6}\+", "", name) for name, _ in fonts} <= {
            "Inter-Regular",
            "Inter-SemiBold",
            "Inter-Bold",
            "Inter-Italic",
        }


def _fonts(page: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  pypdfium2 has no types
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        font = raw.FPDFTextObj_GetFont(thing.raw)
        name = ctypes.create_string_buffer(200)
        raw.FPDFFont_GetBaseFontName(font, name, 200)
        yield name.value.decode(), raw.FPDFFont_GetIsEmbedded(font) == 1


def test_its_headings_tables_and_figures_are_tagged_for_what_they_are(made: bytes) -> None:
    kinds = {kind for pdf in opened(made) for page in pdf for kind in _tags(page)}
    assert {"H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure", "L", "LI", "TOC"} <= kinds
    assert "Deux constats à l'article 8.4" in kinds


def _tags(page: Any) -> Iterator[str]:  # noqa: ANN401
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    for n in range(raw.FPDF_StructTree_CountChildren(tree)):
        yield from _below(raw.FPDF_StructTree_GetChildAtIndex(tree, n))
    raw.FPDF_StructTree_Close(tree)


def _below(element: Any) -> Iterator[str]:  # noqa: ANN401
    """What each element is, and what is said in place of a picture."""
    if not element:
        return
    for told in (raw.FPDF_StructElement_GetType, raw.FPDF_StructElement_GetAltText):
        size = told(element, None, 0)
        name = ctypes.create_string_buffer(size)
        told(element, name, size)
        yield name.raw.decode("utf-16-le").rstrip("\0")
    for n in range(raw.FPDF_StructElement_CountChildren(element)):
        yield from _below(raw.FPDF_StructElement_GetChildAtIndex(element, n))


def test_the_same_content_is_attached_for_machines(made: bytes) -> None:
    for pdf in opened(made):
        assert pdf.count_attachments() == 1
        annex = pdf.get_attachment(0)
        assert annex.get_name() == "annex.json"
        content = bytes(annex.get_data())
        assert content == document().attached
        assert list(orjson.loads(content)) == ["a", "b", "schema"]
    assert b"/AFRelationship/Data" in made


def test_two_who_make_it_make_the_same_bytes(made: bytes) -> None:
    assert to_pdf(document(*EVERYTHING)) == made
    assert to_pdf(document(*EVERYTHING, author="Anna")) != made


def test_its_text_stands_in_the_order_of_its_content(made: bytes) -> None:
    said = text_of(made)
    order = [
        "AuditdesachatsdeLyon",
        "Sommaire",
        "Untexte.",
        "Unenote.",
        "lepremier",
        "Est-cefait",
        "Constatspararticle",
        "Constat1",
        "Fin.",
    ]
    places = [said.index(part) for part in order]
    assert places == sorted(places)
    assert re.search(r"Page3/\d", said)


HOSTILE = (
    '#import "@preview/evil:1.0.0": * #let x = sys.inputs #x #read("/etc/passwd")',
    "*gras* _penché_ $x^2$ `code` <étiquette> @renvoi \\u{41} = titre",
    '<b>gras</b><script>alert("1")</script> &amp; <!-- -->',
    "{% for x in y %}{{ x }}{% endfor %} ${x} %(x)s %s",
    "- liste\n+ autre\n/ terme: sens\n= Titre",
    "// remarque /* autre */ ~ --- ... 'guillemets' \"doubles\"",
)


def test_what_looks_like_markup_is_printed_as_it_was_typed() -> None:
    blocks: list[Block] = []
    for text in HOSTILE:
        row = (text, text)
        blocks += [Text(text), Entry(text, text, "red", [row]), Facts([row]), Items([text])]
        blocks.append(Table(text, [Column(text), Column(text)], [row]))
    said = text_of(to_pdf(document(*blocks, language="en", title=HOSTILE[0])))
    for text in HOSTILE:
        assert said.count(squeezed(text)) >= 6, text


def test_what_no_letter_shows_is_printed_as_its_code() -> None:
    odd = (
        "cloche \x07, échappement \x1b[31m, nul \x00, sens \u202e, marque \ufeff, propre \ue000, 😀"
    )
    said = text_of(to_pdf(document(Text(odd))))
    for code in ("0007", "001B", "0000", "202E", "FEFF", "E000", "1F600"):
        assert f"[U+{code}]" in said


def test_long_words_and_long_texts_stay_on_the_page() -> None:
    word, text = "x" * 4_000, "Le registre est tenu. " * 455
    made = to_pdf(document(Text(word), Entry("Constat", "NC", "red", [("Écart", text)])))
    for pdf in opened(made):
        for page in pdf:
            width, _ = page.get_size()
            boxes = [t.get_bounds() for t in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])]
            assert all(left >= 0 and right <= width for left, _, right, _ in boxes)
    said = text_of(made)
    assert said.count("x" * 100) >= 1
    assert said.count("Leregistreesttenu.") >= 450


def test_a_short_table_stays_whole_and_says_its_lines() -> None:
    """Wherever on its page it comes to stand: each follows a text of another length."""
    blocks: list[Block] = []
    for n in range(12):
        rows = [(f"premier{n}", "une\nautre"), (f"milieu{n}", ""), (f"dernier{n}", "")]
        blocks += [
            Text("Un alinéa.\n" * (9 + n)),
            Table(f"Table{n}", [Column("A"), Column("B")], rows),
        ]
    for pdf in opened(to_pdf(document(*blocks))):
        pages = [page.get_textpage().get_text_range() for page in pdf]
    for n in range(12):
        marks = [f"Table{n}", f"premier{n}", f"dernier{n}"]
        assert sum(all(re.search(rf"{mark}\b", page) for mark in marks) for page in pages) == 1
    assert not any("uneautre" in page for page in pages)


def test_french_gets_its_narrow_spaces_where_it_has_spaces() -> None:
    assert french("Vu : 12 000 pièces, 4 % ; « bien » !") == (
        f"Vu{NARROW}: 12{NARROW}000 pièces, 4{NARROW}%{NARROW}; «{NARROW}bien{NARROW}»{NARROW}!"
    )
    assert french("https://exemple.fr:8080/a?b 12:30 ISO 9001:2015") == (
        "https://exemple.fr:8080/a?b 12:30 ISO 9001:2015"
    )


def test_a_word_of_ordinary_length_is_left_alone() -> None:
    assert breakable("incompréhensiblement") == "incompréhensiblement"
    long = "y" * 30
    assert breakable(long) != long
    assert breakable(long).replace("\u200b", "") == long


def test_a_child_that_is_killed_leaves_nothing_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = _watched(monkeypatch)
    with pytest.raises(NotSet, match="killed"):
        to_pdf(document(*EVERYTHING), lambda: begun[-1].kill())  # noqa: PLW0108  none is there yet


def test_who_does_not_wait_any_more_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = _watched(monkeypatch)

    def give_up() -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        to_pdf(document(*EVERYTHING), give_up)
    assert begun[0].poll() is not None
    assert time.monotonic() - started < 30


def test_what_typst_refuses_is_refused_in_a_sentence() -> None:
    with pytest.raises(NotSet, match="TypstError"):
        to_pdf(document(title=""))


def _watched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    begun: list[Any] = []

    def popen(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        begun.append(subprocess.Popen(*args, **kwargs))  # noqa: S603  as it would be without us
        return begun[0]

    monkeypatch.setattr(reports, "subprocess", _With(popen))
    return begun


class _With:
    """The module, with one thing of it watched."""

    PIPE, TimeoutExpired = subprocess.PIPE, subprocess.TimeoutExpired

    def __init__(self, popen: Any) -> None:  # noqa: ANN401
        self.Popen = popen


def test_a_working_copy_holds_the_same_and_says_on_each_page_what_it_is() -> None:
    made = to_docx(document(*EVERYTHING, *(Text(text) for text in HOSTILE)))
    copy = docx.Document(io.BytesIO(made))
    assert copy.sections[0].header.paragraphs[0].text == "Copie de travail"
    assert copy.core_properties.title == "Audit des achats de Lyon"
    body = "\n".join(p.text for p in copy.paragraphs)
    cells = [cell.text for table in copy.tables for row in table.rows for cell in row.cells]
    for text in HOSTILE:
        assert all(line in body.replace(NARROW, " ") for line in text.split("\n"))
    assert "Constats par article" in body
    assert {"Question", "ISO 9001:2015 8.4"} <= set(cells)
    assert b"Deux constats" in ZipFile(io.BytesIO(made)).read("word/document.xml")
