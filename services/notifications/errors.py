"""Every refusal of the notifications service."""

from shared.errors import DomainError


class PlaceNotKnownYet(DomainError):
    status = 503
    message = "Nothing is known of the place {place} yet, so nobody there can be told."
