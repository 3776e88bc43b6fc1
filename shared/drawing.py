"""The process that draws the charts of a report, with the Vega that the browser's bundle holds.

A process of its own: what Vega takes of memory is given back before the report is set.
"""

import base64
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from shared.charts import FONT, locale, look
from shared.child import tied

FONTS: Final = Path(__file__).parent / "fonts"
SECONDS: Final = 60
MEMORY: Final = 1_000_000_000

Form = Literal["svg", "png"]


def draw(specs: Sequence[dict[str, Any]], language: str, form: Form) -> list[bytes]:
    """The pictures of these specifications, in their order. It ends with who asks for them."""
    if not specs:
        return []
    done = subprocess.run(
        [sys.executable, "-I", "-m", "shared.drawing"],
        input=orjson.dumps({"specs": specs, "language": language, "form": form}),
        stdout=subprocess.PIPE,
        env={},
        check=True,
        **tied(signal.SIGKILL),
    )
    return [base64.b64decode(picture) for picture in orjson.loads(done.stdout)]


def limit(seconds: int, memory: int) -> None:
    """What the kernel holds a process to: time, and what it writes to, which Vega's map is not."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _drawn(spec: dict[str, Any], form: Form, shown: dict[str, Any]) -> bytes:
    import vl_convert  # noqa: PLC0415  84 MB that nothing but this process needs

    if form == "png":
        return vl_convert.vegalite_to_png(vl_spec=spec, scale=2, **shown)
    return vl_convert.vegalite_to_svg(vl_spec=spec, **shown).encode()


def main() -> None:
    """Draw in our own fonts and the report's language; nothing is fetched from anywhere."""
    import vl_convert  # noqa: PLC0415  as above

    limit(SECONDS, MEMORY)
    asked = orjson.loads(sys.stdin.buffer.read())
    vl_convert.register_font_directory(str(FONTS))
    told = locale(asked["language"])
    shown = {
        "config": look(FONT),
        "allowed_base_urls": [],
        "format_locale": told["number"],
        "time_format_locale": told["time"],
    }
    pictures = (_drawn(spec, asked["form"], shown) for spec in asked["specs"])
    sys.stdout.buffer.write(orjson.dumps([base64.b64encode(one).decode() for one in pictures]))


if __name__ == "__main__":
    main()
