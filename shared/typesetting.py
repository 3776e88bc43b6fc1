"""The process that sets a report: its data in, the file out. shared/reports.py starts it.

It draws the charts with the Vega that the browser's bundle was made of, and has typst set all of it by
our own template. It reads that template and four fonts, and nothing else; typst itself refuses to
write what is not PDF/A-3a and PDF/UA-1.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from shared.charts import FONT, locale, look
from shared.typography import breakable, each_text, french, letters_of, printable

HERE: Final = Path(__file__).parent
FONTS: Final = HERE / "fonts"
TEMPLATE: Final = HERE / "typst" / "report.typ"
STANDARDS: Final = ["a-3a", "ua-1"]
SECONDS: Final = 120
MEMORY: Final = 1_500_000_000


def limit() -> None:
    """What the kernel holds it to: time, and what it writes to. The map of Vega is much larger."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_in_type(document: dict[str, Any], annex: str) -> bytes:
    import typst  # noqa: PLC0415  81 MB that nothing but this process needs

    letters = frozenset.intersection(*(letters_of(font) for font in FONTS.glob("*.ttf")))
    language = document["language"]
    found = enumerate(_charts(document["sections"]))
    charts = [_drawn(n, chart, language, letters) for n, chart in found]
    at = datetime.fromisoformat(document["at"])
    told = {"document": _prepared(document, letters), "charts": charts}
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    compiler = typst.Compiler(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=fonts,
        sys_inputs={"told": orjson.dumps(told).decode(), "annex": annex},
    )
    made = compiler.compile(format="pdf", pdf_standards=STANDARDS, timestamp=at)
    assert isinstance(made, bytes)  # noqa: S101  one file, as no other is asked for
    return made


def _prepared(document: dict[str, Any], letters: frozenset[int]) -> Any:  # noqa: ANN401
    spaced = french if document["language"] == "fr" else str
    return each_text(document, lambda text: breakable(printable(spaced(text), letters)))


def _charts(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The charts in the order of their reading."""
    for section in sections:
        yield from (block for block in section["blocks"] if block["kind"] == "chart")
        yield from _charts(section["sections"])


def _drawn(
    number: int, chart: dict[str, Any], language: str, letters: frozenset[int]
) -> str:
    """Draw a chart, and leave its number in its place."""
    import vl_convert  # noqa: PLC0415  84 MB that a report without charts does not need

    vl_convert.register_font_directory(str(FONTS))
    spec = each_text(chart.pop("spec"), lambda text: printable(text, letters))
    chart["number"] = number
    told = locale(language)
    return vl_convert.vegalite_to_svg(
        vl_spec=spec,
        config=look(FONT),
        allowed_base_urls=[],
        format_locale=told["number"],
        time_format_locale=told["time"],
    )


def main() -> None:
    limit()
    asked = orjson.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(set_in_type(asked["document"], asked["annex"]))


if __name__ == "__main__":
    main()
