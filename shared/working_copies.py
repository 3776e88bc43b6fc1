"""A report as a text document that people can go on with: the same content, plainly laid out.

Written block by block with python-docx and no template of ours in between: a binary template would
say a second time, out of sight, what the content model says already.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import docx
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table

FONT: Final = "Arial"
WIDTH: Final = Cm(16.5)
NAMES: Final = Cm(4.2)
RED: Final = RGBColor(0x98, 0x19, 0x2B)
LANGUAGES: Final = {"fr": "fr-FR", "en": "en-GB"}


def write(report: dict[str, Any], charts: Sequence[bytes], at: datetime) -> bytes:
    copy = docx.Document()
    _frame(copy, report, at)
    copy.add_heading(report["title"], 0)
    _lines(copy, f"{report['kind']} · {report['reference']}")
    _facts(copy, report["about"])
    _lines(copy, report["notice"])
    for section in report["sections"]:
        _section(copy, section, 1, charts)
    written = io.BytesIO()
    copy.save(written)
    return written.getvalue()


def _frame(copy: Docx, report: dict[str, Any], at: datetime) -> None:
    """Its properties, and the warning that every page carries."""
    about, style = copy.core_properties, copy.styles["Normal"]
    about.title, about.author, about.subject = (
        report["title"],
        report["author"],
        report["reference"],
    )
    about.comments, about.language = report["labels"]["working_copy"], LANGUAGES[report["language"]]
    about.created = about.modified = at.replace(tzinfo=None)
    style.font.name, style.font.size = FONT, Pt(10)
    warning = copy.sections[0].header.paragraphs[0]
    warning.alignment = WD_ALIGN_PARAGRAPH.CENTER
    said = warning.add_run(report["labels"]["working_copy"])
    said.bold, said.font.color.rgb = True, RED
    copy.sections[0].footer.paragraphs[0].text = report["reference"]


def _section(copy: Docx, section: dict[str, Any], level: int, charts: Sequence[bytes]) -> None:
    copy.add_heading(section["title"], level)
    for block in section["blocks"]:
        _block(copy, block, level, charts)
    for inner in section["sections"]:
        _section(copy, inner, level + 1, charts)


def _block(copy: Docx, block: dict[str, Any], level: int, charts: Sequence[bytes]) -> None:
    match block["kind"]:
        case "text" | "note":
            _lines(copy, block["text"])
        case "facts":
            _facts(copy, block["rows"])
        case "items":
            for item in block["items"]:
                copy.add_paragraph(item, "List Bullet")
        case "table":
            _table(copy, block)
        case "chart":
            _picture(copy, block, charts[block["number"]])
        case "entry":
            copy.add_heading(f"{block['title']} · {block['mark']}", level + 1)
            _facts(copy, block["facts"])


def _lines(copy: Docx, text: str) -> None:
    for line in text.split("\n"):
        if line.strip():
            copy.add_paragraph(line)


def _facts(copy: Docx, rows: Sequence[Sequence[str]]) -> None:
    table = _grid(copy, [NAMES, Length(WIDTH - NAMES)])
    for row in rows:
        _row(table, row)
    copy.add_paragraph()


def _table(copy: Docx, block: dict[str, Any]) -> None:
    shares = [column["share"] for column in block["columns"]]
    copy.add_paragraph(block["caption"], "Caption")
    table = _grid(copy, [Length(WIDTH * share / sum(shares)) for share in shares])
    for row in [[column["title"] for column in block["columns"]], *block["rows"]]:
        _row(table, row)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  python-docx has no name for it
    copy.add_paragraph()


def _grid(copy: Docx, widths: Sequence[Length]) -> Table:
    table: Table = copy.add_table(0, len(widths), "Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    return table


def _row(table: Table, texts: Sequence[str]) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    for cell, text in zip(row.cells, texts, strict=True):
        cell.text = text


def _picture(copy: Docx, block: dict[str, Any], picture: bytes) -> None:
    drawn = copy.add_picture(io.BytesIO(picture), WIDTH)
    drawn._inline.docPr.set("descr", block["alt"])  # noqa: SLF001  python-docx has no name for it
    copy.add_paragraph(block["caption"], "Caption")
