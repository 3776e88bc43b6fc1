"""Who is told what of indicators. `hear` adds it to what the notifications service listens to."""

from services.indicators.events import ConsultationAsked
from services.notifications import commands, queries
from services.notifications.commands import News
from services.notifications.schemas import Kind
from shared.directory import group
from shared.events import Handlers
from shared.work import UnitOfWork


def hear(handlers: Handlers) -> None:
    handlers.on(ConsultationAsked)(tell_of_consultation)


def tell_of_consultation(uow: UnitOfWork, event: ConsultationAsked) -> None:
    """A definition belongs to no site, and so to the group."""
    facts = {"indicator_fr": event.name_fr, "indicator_en": event.name_en}
    news = News(Kind.CONSULTATION_ASKED, event.definition_id, group(uow), facts)
    commands.tell(uow, news, queries.only_if_here(uow, event.person_id))
