"""Every refusal of the entry grid."""

from shared.errors import DomainError


class CorrectionWithoutReason(DomainError):
    status = 422
    message = "{code} has a figure for {period} already; say why it changes."
