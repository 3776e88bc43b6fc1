"""The process that sets a report: its data in, the file out. shared/reports.py starts it.

It has the charts drawn (shared/drawing.py), and typst set all of it by our own template. It reads
that template and four fonts, and nothing else; typst itself refuses to write what is not PDF/A-3a
and PDF/UA-1.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from shared.drawing import FONTS, draw, limit
from shared.typography import breakable, each_text, french, in_xml, letters_of, printable

TEMPLATE: Final = Path(__file__).parent / "typst" / "report.typ"
SECONDS: Final = 120
MEMORY: Final = 1_500_000_000


def as_pdf(document: dict[str, Any], annex: str) -> bytes:
    import typst  # noqa: PLC0415  81 MB that nothing but this process needs

    letters = frozenset.intersection(*(letters_of(font) for font in FONTS.glob("*.ttf")))
    specs = _charts(document, lambda text: printable(text, letters))
    drawn = [picture.decode() for picture in draw(specs, document["language"], "svg")]
    told = {"document": _prepared(document, letters), "charts": drawn}
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    compiler = typst.Compiler(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=fonts,
        sys_inputs={"told": orjson.dumps(told).decode(), "annex": annex},
    )
    made = compiler.compile(
        format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=int(_moment(document).timestamp())
    )
    assert isinstance(made, bytes)  # noqa: S101  one file, as no other is asked for
    return made


def as_docx(document: dict[str, Any], _annex: str) -> bytes:
    from shared.working_copies import write  # noqa: PLC0415  here only

    charts = draw(_charts(document, in_xml), document["language"], "png")
    spaced = french if document["language"] == "fr" else str
    return write(each_text(document, lambda text: in_xml(spaced(text))), charts, _moment(document))


def _moment(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["at"])


def _prepared(document: dict[str, Any], letters: frozenset[int]) -> Any:  # noqa: ANN401
    spaced = french if document["language"] == "fr" else str
    return each_text(document, lambda text: breakable(printable(spaced(text), letters)))


def _charts(document: dict[str, Any], shown: Callable[[str], str]) -> list[dict[str, Any]]:
    """The specifications of all charts in the order of their reading, each taken from its place.

    A number stays there instead.
    """
    found: list[dict[str, Any]] = []
    for block in _blocks(document["sections"]):
        if block["kind"] == "chart":
            block["number"] = len(found)
            found.append(each_text(block.pop("spec"), shown))
    return found


def _blocks(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield from section["blocks"]
        yield from _blocks(section["sections"])


MAKING: Final = {"pdf": as_pdf, "docx": as_docx}


def main() -> None:
    limit(SECONDS, MEMORY)
    asked = orjson.loads(sys.stdin.buffer.read())
    made = MAKING[sys.argv[1]](asked["document"], asked["annex"])
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
