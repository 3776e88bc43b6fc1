"""When something may be called a root cause."""

import re
import unicodedata
from typing import Final

from services.actions.errors import HumanErrorAlone

BLAME: Final = frozenset(
    f"{fault} {whose}".strip()
    for fault in ("erreur", "faute", "inattention", "oubli", "negligence", "maladresse")
    for whose in ("", "humaine", "operateur", "de operateur", "personnel", "du personnel")
) | {
    "human error",
    "operator error",
    "facteur humain",
    "manque attention",
    "manque d attention",
    "mistake",
    "negligence",
    "carelessness",
    "lack of attention",
}
"""What names somebody and no cause that the organisation could act on."""

ARTICLES: Final = re.compile(r"\b(?:une?|les?|la|l|the|an?)\b|[^a-z]+")


def require_root_cause(text: str) -> None:
    """Refuse the human error that stands alone, and says nothing of why it was possible."""
    if blames(text):
        raise HumanErrorAlone(cause=text.strip())


def blames(text: str) -> bool:
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(ARTICLES.sub(" ", letters).split()) in BLAME
