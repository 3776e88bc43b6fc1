"""Tables that leave the building, and workbooks that come in.

Whatever people typed leaves as text: a cell never becomes a formula or a link in the program that
opens it. What comes in is measured before it is believed: its size unpacked, its rows and columns.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final
from xml.parsers import expat
from zoneinfo import ZoneInfo

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from shared.errors import DomainError

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
LARGEST_FILE: Final = 10_000_000
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 16
LONGEST_CELL: Final = 4_000
MOST_UNPACKED: Final = 60_000_000
MOST_PARTS: Final = 200
MOST_DIGITS: Final = 12
STARTS_A_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")
PARIS: Final = ZoneInfo("Europe/Paris")
REFERENCE: Final = re.compile(r"([A-Z]*)([0-9]*)")

Cell = str | int | float | Decimal | date | datetime | None


class NotAWorkbook(DomainError):
    status = 422
    message = "This is not an XLSX workbook without macros; save it as .xlsx and send it again."


class WorkbookTooLarge(DomainError):
    status = 422
    message = "This workbook holds more than {rows} rows, {columns} columns or {megabytes} MB."

    def __init__(self, rows: int = MOST_ROWS) -> None:
        megabytes = LARGEST_FILE // 1_000_000
        super().__init__(rows=rows, columns=MOST_COLUMNS, megabytes=megabytes)


@dataclass(frozen=True)
class Sheet:
    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def to_xlsx(*sheets: Sheet) -> bytes:
    written = io.BytesIO()
    _fill(written, sheets, {"in_memory": True})
    return written.getvalue()


def write_xlsx(file: IO[bytes], *sheets: Sheet) -> None:
    """The same for rows that do not fit into memory: each is written as it comes."""
    _fill(file, sheets, {"constant_memory": True})


def _fill(file: IO[bytes], sheets: Iterable[Sheet], how: dict[str, Any]) -> None:
    safe = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, how | safe) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.set_column(0, max(0, len(sheet.header) - 1), 24)
            for column, title in enumerate(sheet.header):
                page.write_string(0, column, title, bold)
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _write(page, (number, column), value, day)


def to_csv(sheet: Sheet, separator: str = ";") -> bytes:
    """For programs; the mark at the start has Excel read accents."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow([inert(title) for title in sheet.header])
    for row in sheet.rows:
        writer.writerow(
            [inert(value) if isinstance(value, str) else _plain(value) for value in row]
        )
    return written.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet could take for a formula. `active` undoes it."""
    return f"'{text}" if text.startswith("'") or _starts_a_formula(text) else text


def active(text: str) -> str:
    return text.removeprefix("'")


def read_xlsx(data: bytes, most_rows: int = MOST_ROWS) -> list[list[Cell]]:
    """The rows of the first sheet, within limits."""
    if len(data) > LARGEST_FILE:
        raise WorkbookTooLarge
    measured = io.BytesIO(_repacked(data, most_rows))
    try:
        with CalamineWorkbook.from_filelike(measured) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, IndexError, zipfile.BadZipFile):
        raise NotAWorkbook from None
    return [[_cell(value) for value in row] for row in rows]


def _repacked(data: bytes, most_rows: int) -> bytes:
    """The parts that say something, unpacked under our eyes and packed again without compression.

    The reader then meets no other archive than the one that was measured.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as given:
            parts = _parts(given, most_rows)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise NotAWorkbook from None
    if "xl/workbook.xml" not in parts:
        raise NotAWorkbook
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return packed.getvalue()


def _parts(given: zipfile.ZipFile, most_rows: int) -> dict[str, bytes]:
    entries = given.infolist()
    if len(entries) > MOST_PARTS:
        raise WorkbookTooLarge
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise NotAWorkbook
    parts: dict[str, bytes] = {}
    room = MOST_UNPACKED
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with given.open(entry) as packed:
                part = packed.read(room + 1)
            room -= len(part)
            if room < 0:
                raise WorkbookTooLarge
            parts[entry.filename] = part
    _measure(parts, most_rows)
    return parts


def _measure(parts: dict[str, bytes], most_rows: int) -> None:
    """Refuse cells far out, for which the reader makes room, and texts that many cells repeat."""
    shared: list[int] = []
    for part in sorted(parts.values(), key=lambda part: b"<si" not in part and b":si" not in part):
        measure = _Measure(shared, most_rows)
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = measure.doctype
        parser.StartElementHandler = measure.start
        parser.EndElementHandler = measure.end
        parser.CharacterDataHandler = measure.text
        try:
            parser.Parse(part, True)  # noqa: FBT003  expat takes it by position only
        except expat.ExpatError:
            raise NotAWorkbook from None


class _Measure:
    """Rows, columns, cells and shared texts of one part, counted as they come.

    The reader writes a shared text out in each cell that refers to it: `shared` is how long each
    is, the longest of those that any part has under that number.
    """

    def __init__(self, shared: list[int], most_rows: int) -> None:
        self.shared = shared
        self.most_rows = most_rows
        self.row = self.column = self.cells = self.texts = self.room = 0
        self.length: int | None = None
        self.refers = False
        self.number = ""

    def doctype(self, *_: object) -> None:
        raise NotAWorkbook

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row, self.column = self._at(attributes, self.row + 1)[1], 0
            case "c":
                self.column, row = self._at(attributes, self.row or 1)
                self.row, self.cells = max(self.row, row), self.cells + 1
                self.refers, self.number = attributes.get("t") == "s", ""
            case "si":
                self.length = 0
        rows = self.most_rows + 1
        if self.row > rows or self.column > MOST_COLUMNS or self.cells > rows * MOST_COLUMNS:
            raise WorkbookTooLarge(self.most_rows)

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "c" if self.refers:
                self.refers = False
                self._write_out(self.number.strip())
            case "si":
                self._share(self.length or 0)
                self.length = None

    def text(self, text: str) -> None:
        if self.refers:
            self.number = (self.number + text)[:MOST_DIGITS]
        if self.length is not None:
            self.length += len(text)
            if self.length > LONGEST_CELL:
                raise WorkbookTooLarge

    def _share(self, length: int) -> None:
        if self.texts < len(self.shared):
            self.shared[self.texts] = max(length, self.shared[self.texts])
        else:
            self.shared.append(length)
        self.texts += 1

    def _write_out(self, number: str) -> None:
        if not number:
            return
        if not number.isdecimal() or int(number) >= len(self.shared):
            raise NotAWorkbook
        self.room += self.shared[int(number)]
        if self.room > MOST_UNPACKED:
            raise WorkbookTooLarge

    def _at(self, attributes: dict[str, str], row: int) -> tuple[int, int]:
        """Column and row that a cell or row says it has, else the next after the one before."""
        found = REFERENCE.fullmatch(attributes.get("r", "").upper())
        if found is None:
            raise NotAWorkbook
        letters, digits = found.groups()
        if len(letters) > 3 or len(digits) > 7:  # noqa: PLR2004  the format's own bounds
            raise WorkbookTooLarge
        column = self.column + 1
        if letters:
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
        return column, int(digits) if digits else row


def _cell(value: object) -> Cell:
    """What a cell holds. Errors of formulas and durations are words like any other."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return value
    text = str(value).strip()[: LONGEST_CELL + 1]
    return text or None


def _starts_a_formula(text: str) -> bool:
    return text.startswith(STARTS_A_FORMULA) or text.lstrip().startswith(STARTS_A_FORMULA)


def _plain(value: Cell) -> object:
    if isinstance(value, str):
        return inert(value)
    return _day(value).isoformat() if isinstance(value, date) else value


def _day(value: date) -> date:
    """A moment leaves as its day in France: a workbook knows no time zones."""
    return value.astimezone(PARIS).date() if isinstance(value, datetime) else value


def _write(
    page: "xlsxwriter.worksheet.Worksheet",
    at: tuple[int, int],
    value: Cell,
    day: "xlsxwriter.format.Format",
) -> None:
    match value:
        case None:
            pass
        case date():
            page.write_datetime(*at, _day(value), day)
        case int() | float() | Decimal():
            page.write_number(*at, value)
        case _:
            page.write_string(*at, value)
