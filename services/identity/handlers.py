"""What identity hears of itself: mails are to be written, access has ended."""

from services.identity import digests, links
from services.identity.events import AccessEnded, DigestAsked, LinkAsked
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs
from shared.work import UnitOfWork

handlers = Handlers()
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(LinkAsked, slow=True)
def send_link(uow: UnitOfWork, event: LinkAsked) -> None:
    links.send_link(uow, event.link_id)


@handlers.on(DigestAsked, slow=True)
def send_digest(uow: UnitOfWork, event: DigestAsked) -> None:
    digests.send_digest(uow, event.person_id, event.number)
