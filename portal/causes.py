"""Analyses as they are drawn: the tree of whys, and the bones of the fish."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.actions.analysis.schemas import FAMILIES, CauseStatus, Family, Scheme


def tree_of(whys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The answers below what they explain, each with the way back up to the problem."""
    nodes: list[dict[str, Any]] = []
    roots: list[dict[str, Any]] = []
    for why in whys:
        above = nodes[why["of"] - 1] if why["of"] else None
        up = [why["because"], *(above["up"] if above else [])]
        node = dict(why) | {"status": CauseStatus(why["status"]), "below": [], "up": up}
        nodes.append(node)
        (above["below"] if above else roots).append(node)
    return roots


def bones_of(content: Mapping[str, Any]) -> dict[Family, list[dict[str, Any]]]:
    """Each family of the scheme with the causes that were thought of."""
    causes = [dict(cause) | {"status": CauseStatus(cause["status"])} for cause in content["causes"]]
    families = FAMILIES[Scheme(content["scheme"])]
    return {family: [c for c in causes if c["family"] == family] for family in families}
