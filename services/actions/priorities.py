"""Which priority something asks for, by how grave it is and how often, or how soon, it matters."""

from typing import Final

from services.actions.schemas import Priority

GRAVEST: Final = 4
GRAVE: Final = 3
NOTABLE: Final = 2
AGAIN: Final = 2
OFTEN: Final = 3


def priority_of(gravity: int, recurrence: int) -> Priority:
    """Gravity from 1 to 4, recurrence or urgency from 1 to 3."""
    if gravity == GRAVEST or (gravity == GRAVE and recurrence >= AGAIN):
        return Priority.P1
    if gravity == GRAVE or (gravity == NOTABLE and recurrence == OFTEN):
        return Priority.P2
    if gravity == NOTABLE or recurrence >= AGAIN:
        return Priority.P3
    return Priority.P4
