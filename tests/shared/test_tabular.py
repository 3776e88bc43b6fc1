"""What leaves as a table is inert, and what comes in as one is measured before it is read."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from shared.tabular import (
    LARGEST_FILE,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    NotAWorkbook,
    Sheet,
    WorkbookTooLarge,
    active,
    read_xlsx,
    to_csv,
    to_xlsx,
)
from tests.promises import Promise

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")
BEFORE = ("", " ", "\u00a0", "  ", '"', ";", "','")
DANGEROUS = [f'{before}{start}cmd|" /C calc"!A1;x' for before in BEFORE for start in STARTS]


def plain(text: str) -> str:
    """Blanks around a cell are not kept when it comes back in, as in every field of the product."""
    return text.strip()


@pytest.mark.security
def test_a_workbook_holds_no_formula_and_no_link(promise: Promise) -> None:
    texts = [*DANGEROUS, "http://example.org", "mailto:x@example.org"]
    made = to_xlsx(Sheet("A", ["=titre"], [[text] for text in texts]))

    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    formulas = sheet.count("<f>") + sheet.count("<f ") + sheet.count("<hyperlink")
    back = [row[0] for row in read_xlsx(made)[1:]]

    assert formulas == 0
    assert back == [plain(text) for text in texts]
    promise("H9", "formulas in XLSX", f"{formulas} of {len(texts)} cells", "0")


@pytest.mark.security
def test_a_csv_holds_nothing_that_a_spreadsheet_runs(promise: Promise) -> None:
    rows = list(csv.reader(io.StringIO(_csv_of(DANGEROUS), newline=""), delimiter=";"))[1:]

    runs = [cell for [cell] in rows if cell.lstrip().startswith(STARTS[:-1])]
    assert runs == []
    assert [active(cell) for [cell] in rows] == DANGEROUS
    promise("H9", "CSV cells that would run", f"{len(runs)} of {len(DANGEROUS)}", "0")


@pytest.mark.security
def test_the_same_cells_written_plainly_would_run(promise: Promise) -> None:
    """The control: the test above would see them."""
    runs = [text for text in DANGEROUS if text.lstrip().startswith(STARTS[:-1])]
    assert len(runs) > 30
    promise("H9", "the same written plainly", f"{len(runs)} run", "some (control)")


def _csv_of(texts: list[str]) -> str:
    return to_csv(Sheet("A", ["titre"], [[text] for text in texts])).decode("utf-8-sig")


def test_numbers_and_days_stay_what_they_are() -> None:
    row: list[Cell] = [-5, 1.5, Decimal("2.25"), date(2026, 1, 31), None]

    assert read_xlsx(to_xlsx(Sheet("A", ["x"] * 5, [row])))[1] == [
        -5,
        1.5,
        2.25,
        date(2026, 1, 31),
        None,
    ]
    assert to_csv(Sheet("A", ["x"] * 5, [row])).decode().splitlines()[1] == (
        '"-5";"1.5";"2.25";"2026-01-31";""'
    )


def test_a_sheet_as_large_as_allowed_is_read() -> None:
    rows = read_xlsx(to_xlsx(Sheet("A", ["x"] * MOST_COLUMNS, [["y"] * MOST_COLUMNS] * MOST_ROWS)))

    assert len(rows) == MOST_ROWS + 1


def repacked(**parts: bytes) -> bytes:
    """A small workbook with some parts replaced or added; `/` is written `__`, `.` is `_0_`."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(to_xlsx(Sheet("A", ["x"], [["y"]])))) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        changed = {k.replace("__", "/").replace("_0_", "."): v for k, v in parts.items()}
        for name in given.namelist():
            new.writestr(name, changed.pop(name, b"") or given.read(name))
        for name, part in changed.items():
            new.writestr(name, part)
    return made.getvalue()


def sheet_of(rows: str) -> bytes:
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{head}<sheetData>{rows}</sheetData></worksheet>".encode()


def far_out(reference: str) -> bytes:
    cell = f'<row r="1"><c r="A1"><v>1</v></c><c r="{reference}"><v>1</v></c></row>'
    return repacked(xl__worksheets__sheet1_0_xml=sheet_of(cell))


def shared(length: int) -> bytes:
    head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    texts = f"{head}<si><t>{'x' * length}</t></si></sst>"
    return repacked(xl__sharedStrings_0_xml=texts.encode())


def repeated(cells: int, length: int) -> bytes:
    """A small file, of which a long text is written out in each of many cells."""
    head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    rows = "".join(f'<row r="{n + 1}"><c t="s"><v>0</v></c></row>' for n in range(cells))
    return repacked(
        xl__sharedStrings_0_xml=f"{head}<si><t>{'x' * length}</t></si></sst>".encode(),
        xl__worksheets__sheet1_0_xml=sheet_of(rows),
    )


def test_a_text_that_a_few_cells_repeat_is_read() -> None:
    assert read_xlsx(repeated(2, 3_000)) == [["x" * 3_000]] * 2


def lying_bomb() -> bytes:
    """An archive whose list says that a part is small, which is not."""
    honest = repacked(xl__worksheets__sheet1_0_xml=sheet_of(" " * 60_000_000))
    at = honest.rfind(b"xl/worksheets/sheet1.xml") - 46
    return honest[: at + 24] + (100).to_bytes(4, "little") + honest[at + 28 :]


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'
REFUSED: dict[str, tuple[Callable[[], bytes], type[Exception]]] = {
    "nothing": (lambda: b"", NotAWorkbook),
    "a document": (lambda: b"%PDF-1.7 ...", NotAWorkbook),
    "old Excel": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, NotAWorkbook),
    "a program in a coat": (lambda: b"MZ" + b"\0" * 600, NotAWorkbook),
    "half a workbook": (lambda: repacked()[:3_000], NotAWorkbook),
    "with macros": (lambda: repacked(xl__vbaProject_0_bin=b"x"), NotAWorkbook),
    "with entities": (lambda: repacked(xl__worksheets__sheet1_0_xml=DOCTYPE), NotAWorkbook),
    "no XML": (lambda: repacked(xl__worksheets__sheet1_0_xml=b"<a"), NotAWorkbook),
    "odd reference": (lambda: far_out("?"), NotAWorkbook),
    "a cell in the last corner": (lambda: far_out("XFD1048576"), WorkbookTooLarge),
    "a cell beyond it": (lambda: far_out("ZZZZZZ1"), WorkbookTooLarge),
    "one column more": (lambda: far_out("Q1"), WorkbookTooLarge),
    "one row more": (lambda: far_out(f"A{MOST_ROWS + 2}"), WorkbookTooLarge),
    "60 MB in one part": (
        lambda: repacked(xl__worksheets__sheet1_0_xml=sheet_of(" " * 60_000_000)),
        WorkbookTooLarge,
    ),
    "60 MB that says 100 bytes": (lying_bomb, NotAWorkbook),
    "a long shared text": (lambda: shared(LONGEST_CELL + 1), WorkbookTooLarge),
    "a text written out twenty thousand times": (
        lambda: repeated(20_000, LONGEST_CELL),
        WorkbookTooLarge,
    ),
    "a text that is not there": (
        lambda: repacked(
            xl__worksheets__sheet1_0_xml=sheet_of('<row><c t="s"><v>99</v></c></row>')
        ),
        NotAWorkbook,
    ),
    "a thousand parts": (
        lambda: repacked(**{f"xl__p{n}_0_xml": b"<a/>" for n in range(1_000)}),
        WorkbookTooLarge,
    ),
    "a large file": (lambda: b"PK" + b"\0" * LARGEST_FILE, WorkbookTooLarge),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_workbook_of_ours_is_refused(name: str) -> None:
    make, refusal = REFUSED[name]

    with pytest.raises(refusal):
        read_xlsx(make())
