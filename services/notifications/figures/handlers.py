"""Who is told what of indicators, and of what they set off."""

from typing import Any

from services.indicators.events import AlertEscalated, AlertRaised, ConsultationAsked
from services.notifications import commands, queries
from services.notifications.commands import News
from services.notifications.schemas import Kind
from services.policy.events import PolicyReviewRequested
from shared.directory import group
from shared.events import Handlers
from shared.work import UnitOfWork


def hear(handlers: Handlers) -> None:
    handlers.on(AlertRaised)(tell_of_alert)
    handlers.on(AlertEscalated)(tell_of_alert_nobody_took_up)
    handlers.on(ConsultationAsked)(tell_of_consultation)
    handlers.on(PolicyReviewRequested)(tell_of_review_request)


def tell_of_alert(uow: UnitOfWork, event: AlertRaised) -> None:
    """Tell whoever coordinates the place; many of one indicator on one day are told as one."""
    facts = _of_alert(event)
    one = News(Kind.ALERT_RAISED, event.alert_id, event.site_id, facts)
    many = News(Kind.ALERTS_RAISED, event.definition_id, event.site_id, facts)
    commands.tell_or_fold(uow, one, many, queries.site_coordinators(uow, event.site_id))


def tell_of_alert_nobody_took_up(uow: UnitOfWork, event: AlertEscalated) -> None:
    news = News(Kind.ALERT_ESCALATED, event.alert_id, event.site_id, _of_alert(event))
    commands.tell(uow, news, queries.group_coordinators(uow, event.site_id))


def tell_of_consultation(uow: UnitOfWork, event: ConsultationAsked) -> None:
    """A definition belongs to no site, and so to the group."""
    facts = {"indicator_fr": event.name_fr, "indicator_en": event.name_en}
    news = News(Kind.CONSULTATION_ASKED, event.definition_id, group(uow), facts)
    commands.tell(uow, news, queries.only_if_here(uow, event.person_id))


def tell_of_review_request(uow: UnitOfWork, event: PolicyReviewRequested) -> None:
    facts = event.model_dump(include={"indicator_code", "indicator_fr", "indicator_en"})
    news = News(Kind.REVIEW_REQUESTED, event.request_id, event.site_id, facts)
    people = queries.owner_or_group(uow, event.owner_id, event.site_id)
    commands.tell(uow, news, people)


def _of_alert(event: AlertRaised | AlertEscalated) -> dict[str, Any]:
    facts = event.model_dump(mode="json", include={"definition_id", "rule"})
    return facts | {"indicator_fr": event.name_fr, "indicator_en": event.name_en}
