"""Every refusal of the risk service."""

from shared.errors import DomainError


class RatingOffScale(DomainError):
    status = 422
    message = "{method} rates from 1 to {scale}; {rating} is not on its scale."


class LevelWithoutBand(DomainError):
    status = 422
    message = "No band of this method has the level {level}; choose one of {levels}."


class BandsNotAscending(DomainError):
    status = 422
    message = "The bands of a method start at 1 and ascend in level and score; mend them."
