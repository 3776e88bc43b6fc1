"""What identity hears of itself: a mail is to be written, access has ended."""

from services.identity import links
from services.identity.events import AccessEnded, LinkAsked
from shared.ended import heed
from shared.events import Handlers
from shared.work import UnitOfWork

handlers = Handlers()
heed(handlers, AccessEnded)


@handlers.on(LinkAsked, slow=True)
def send_link(uow: UnitOfWork, event: LinkAsked) -> None:
    links.send_link(uow, event.link_id)
