"""Every refusal of the processes service."""

from shared.errors import Conflict, DomainError


class ProcessThere(Conflict):
    message = "There is a process {code} already; change that one."


class CodeStays(DomainError):
    status = 422
    message = "The code of {code} stays: findings, actions and risks name it by that."


class NotSites(DomainError):
    status = 422
    message = "Processes run at sites, and {count} of these places are none; choose sites."
