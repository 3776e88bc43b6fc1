"""The process that sets a report: its data in, the file out. shared/reports.py starts it.

It draws the charts with the Vega that the browser's bundle was made of, and has typst set all of it
by our own template. It reads that template and four fonts, and nothing else; typst itself refuses
to write what is not PDF/A-3a and PDF/UA-1.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from shared.charts import FONT, locale, look
from shared.typography import breakable, each_text, french, in_xml, letters_of, printable

HERE: Final = Path(__file__).parent
FONTS: Final = HERE / "fonts"
TEMPLATE: Final = HERE / "typst" / "report.typ"
SECONDS: Final = 120
MEMORY: Final = 1_500_000_000


def limit() -> None:
    """What the kernel holds it to: time, and what it writes to. The map of Vega is much larger."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_pdf(document: dict[str, Any], annex: str) -> bytes:
    import typst  # noqa: PLC0415  81 MB that nothing but this process needs

    letters = frozenset.intersection(*(letters_of(font) for font in FONTS.glob("*.ttf")))
    drawn = [_svg(chart, document["language"], letters) for chart in _charts(document)]
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

    charts = [_png(chart, document["language"]) for chart in _charts(document)]
    spaced = french if document["language"] == "fr" else str
    return write(each_text(document, lambda text: in_xml(spaced(text))), charts, _moment(document))


def _moment(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["at"])


def _prepared(document: dict[str, Any], letters: frozenset[int]) -> Any:  # noqa: ANN401
    spaced = french if document["language"] == "fr" else str
    return each_text(document, lambda text: breakable(printable(spaced(text), letters)))


def _charts(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The charts in the order of their reading, each numbered on the way."""
    found = (one for one in _blocks(document["sections"]) if one["kind"] == "chart")
    for number, chart in enumerate(found):
        chart["number"] = number
        yield chart


def _blocks(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield from section["blocks"]
        yield from _blocks(section["sections"])


def _svg(chart: dict[str, Any], language: str, letters: frozenset[int]) -> str:
    import vl_convert  # noqa: PLC0415  84 MB that a report without charts does not need

    spec = each_text(chart.pop("spec"), lambda text: printable(text, letters))
    return vl_convert.vegalite_to_svg(vl_spec=spec, **_drawing(language))


def _png(chart: dict[str, Any], language: str) -> bytes:
    import vl_convert  # noqa: PLC0415  as above

    return vl_convert.vegalite_to_png(vl_spec=chart.pop("spec"), scale=2, **_drawing(language))


def _drawing(language: str) -> dict[str, Any]:
    """The look, our fonts and the language; and nothing is fetched from anywhere."""
    import vl_convert  # noqa: PLC0415  as above

    vl_convert.register_font_directory(str(FONTS))
    told = locale(language)
    return {
        "config": look(FONT),
        "allowed_base_urls": [],
        "format_locale": told["number"],
        "time_format_locale": told["time"],
    }


MAKING: Final = {"pdf": as_pdf, "docx": as_docx}


def main() -> None:
    limit()
    asked = orjson.loads(sys.stdin.buffer.read())
    made = MAKING[sys.argv[1]](asked["document"], asked["annex"])
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
