"""Addresses of the files that browsers keep: each changes when its content does."""

import hashlib
import json
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@cache
def asset(name: str) -> str:
    """The address of a file of ours, or of one that `qse assets` took from its makers."""
    made = _vendored().get(name)
    if made is not None:
        return f"/static/vendor/{made}"
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


@cache
def _vendored() -> dict[str, str]:
    manifest = STATIC / "vendor" / "manifest.json"
    try:
        names: dict[str, str] = json.loads(manifest.read_text())
    except FileNotFoundError:
        raise RuntimeError("the web assets are missing; run `make setup` or `qse assets`") from None
    return names
