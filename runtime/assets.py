"""What browsers need beside our pages: fetched or generated at set-up, never kept in git.

npm fetches the packages that portal/package-lock.json names by content, and vl-convert writes the
bundle of Vega that it draws with itself, so charts are the same on screen and in reports. The
portal serves portal/static/vendor; a file's name there holds a hash of its content, and
manifest.json knows it by its plain name. What reports are set in goes to shared/fonts.
"""

import hashlib
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PORTAL = Path(__file__).parents[1] / "portal"
MODULES = PORTAL / "node_modules"
VENDOR = PORTAL / "static" / "vendor"
FONTS = PORTAL.with_name("shared") / "fonts"
NODE = 20
VEGA, VEGA_LITE = "vl-convert-python", "6.4"
STAMP = ".made-from"

COPIED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.js": "@tabler/core/dist/js/tabler.min.js",
}
FONT = "@fontsource-variable/inter"
SCRIPTS = ("latin", "latin-ext")  # French and English need no other letters
PRINTED = "@expo-google-fonts/inter"
FACES = ("400Regular", "400Regular_Italic", "600SemiBold", "700Bold")
LICENCES = (
    "htmx.org/LICENSE",
    "@popperjs/core/LICENSE.md",
    "@tabler/icons/LICENSE",
    f"{FONT}/LICENSE",
)
ICONS = """
    alert-circle alert-triangle arrow-down arrow-left arrow-right arrow-up bell building-factory
    building-factory-2 calendar chart-line check checks chevron-down chevron-left chevron-right
    chevron-up circle-check circle-dot circle-x clipboard-check clock device-desktop dots download
    edit external-link eye file-text filter flag flask gavel git-branch history home hourglass
    info-circle key language leaf link list-check lock login logout mail mail-opened map-pin menu-2
    message minus moon paperclip plus point refresh scale search selector send settings
    shield-check sitemap sun table target timeline trash trending-down trending-up upload user
    user-check users world writing-sign x
"""


class CannotBuild(SystemExit):
    """The assets cannot be had. The sentence says what to do."""


def build() -> None:
    """Bring what is made here up to date; a moment's work when it is."""
    wanted = _origin()
    if _is_made_from(VENDOR, wanted) and _is_made_from(FONTS, wanted):
        return
    _fetch()
    _set_fonts(wanted)
    staged = MODULES / ".vendor"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    manifest = {name: _write(staged, name, content) for name, content in _files()}
    manifest |= {"inter.css": _write(staged, "inter.css", _font_css(manifest).encode())}
    (staged / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    (staged / "licences.txt").write_text(_licences())
    (staged / STAMP).write_text(wanted)
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.parent.mkdir(exist_ok=True)
    staged.rename(VENDOR)


def _set_fonts(origin: str) -> None:
    """Give reports the faces of Inter that they are set in, with their licence beside them."""
    staged = MODULES / ".fonts"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    for face in FACES:
        shutil.copy(MODULES / PRINTED / face / f"Inter_{face}.ttf", staged)
    shutil.copy(MODULES / PRINTED / "LICENSE_FONT", staged / "LICENSE.txt")
    (staged / STAMP).write_text(origin)
    shutil.rmtree(FONTS, ignore_errors=True)
    staged.rename(FONTS)


def needs_node() -> bool:
    """Whether something is to be fetched here and no npm is there to fetch it."""
    return not _is_made_from(MODULES, _lock()) and _npm() is None


def _origin() -> str:
    """Name all that decides what the files are."""
    vega = importlib.metadata.version(VEGA)
    return _hash(f"{_lock()} {vega} ".encode() + Path(__file__).read_bytes())


def _lock() -> str:
    return _hash((PORTAL / "package-lock.json").read_bytes())


def _is_made_from(folder: Path, origin: str) -> bool:
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text() == origin


def _fetch() -> None:
    if _is_made_from(MODULES, _lock()):
        return
    npm = _npm()
    if npm is None:
        raise CannotBuild(f"The web assets need Node.js {NODE} or later. Run: make setup")
    done = subprocess.run(  # noqa: S603  our own arguments
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=PORTAL,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotBuild(f"npm could not fetch the web assets:\n{done.stderr or done.stdout}")
    (MODULES / STAMP).write_text(_lock())


def _npm() -> str | None:
    """Find npm: the one that set-up put beside this Python, or the system's if it is recent."""
    ours = Path(sys.executable).with_name("npm")
    if ours.exists():
        return str(ours)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run(  # noqa: S603  found on the PATH a line above
        [node, "--version"], check=False, capture_output=True, text=True
    )
    version = re.match(r"v(\d+)", told.stdout)
    return npm if version and int(version[1]) >= NODE else None


def _files() -> Iterator[tuple[str, bytes]]:
    for name, source in COPIED.items():
        yield name, (MODULES / source).read_bytes()
    for script in SCRIPTS:
        yield (
            _font(script),
            (MODULES / FONT / f"files/inter-{script}-wght-normal.woff2").read_bytes(),
        )
    yield "icons.svg", _sprite().encode()
    yield "vega.js", _vega().encode()


def _write(folder: Path, name: str, content: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{_hash(content)}.{suffix}"
    (folder / hashed).write_bytes(content)
    return hashed


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _font(script: str) -> str:
    return f"inter-{script}.woff2"


def _original(script: str) -> str:
    return f"files/inter-{script}-wght-normal.woff2"


def _font_css(manifest: dict[str, str]) -> str:
    """Keep the package's own rules for our scripts, which say which letters each file has."""
    css = (MODULES / FONT / "wght.css").read_text()
    for script in SCRIPTS:
        css = css.replace(f"./{_original(script)}", manifest[_font(script)])
    rules = re.findall(r"@font-face \{.*?\n\}", css, flags=re.DOTALL)
    return "\n".join(rule for rule in rules if "./files/" not in rule) + "\n"


def _sprite() -> str:
    """Put all icons in one file, to be used as <svg><use href="…/icons.svg#home"/></svg>."""
    symbols = "\n".join(_symbol(name) for name in ICONS.split())
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str) -> str:
    icon = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
    shapes = re.sub(r"^.*?<svg[^>]*>|</svg>.*$", "", icon, flags=re.DOTALL).split("\n")
    drawn = "".join(shape.strip() for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
    look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="{name}" viewBox="0 0 24 24" stroke-width="2" {look}>{drawn}</symbol>'


def _vega() -> str:
    import vl_convert  # noqa: PLC0415  84 MB that nothing but a build needs

    # The package's types ask for a snippet, its code has one that sets window.vegaEmbed.
    bundle: str = vl_convert.javascript_bundle(vl_version=VEGA_LITE)  # type: ignore[call-arg]
    return bundle


def _licences() -> str:
    texts = {path: (MODULES / path).read_text() for path in LICENCES}
    vega = importlib.metadata.distribution(VEGA).read_text("licenses/LICENSE")
    texts |= {f"{VEGA} (Vega, Vega-Lite, Vega-Embed)": vega or ""}
    return "\n".join(f"{'-' * 80}\n{of}\n\n{text.strip()}\n" for of, text in texts.items())


if __name__ == "__main__":
    if sys.argv[1:] == ["needs-node"]:
        sys.exit(not needs_node())
    build()
