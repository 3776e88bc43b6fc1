"""Every refusal of what concerns the reading of an indicator."""

from shared.errors import Conflict, DomainError


class PhaseStartsAlready(Conflict):
    message = "A phase starts in {period} already."


class NoChartHere(DomainError):
    status = 422
    message = "{code} is counted over twelve months or as of a day; a control chart says nothing."


class PhaseInTheFuture(DomainError):
    status = 422
    message = "Limits are computed from what was measured; {period} has not begun."
