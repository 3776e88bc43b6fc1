"""A coordinator's role takes two people: one proposes it, another one agrees."""

from datetime import timedelta
from uuid import UUID

from services.identity.admin_schemas import ProposalIn, ProposalStatus, RefusalIn
from services.identity.commands import give, require_givable, require_governor_for
from services.identity.errors import AlreadyProposed, NotYourProposal, OnePersonIsEnough
from services.identity.models import Grant, Person, Proposal
from shared.work import TO_ADMINISTER, UnitOfWork

WAITS = timedelta(days=14)
HELD = ("person_id", "role", "node_id", "process", "valid_from", "valid_to")


def propose(uow: UnitOfWork, data: ProposalIn) -> Proposal:
    uow.require_confirmed(TO_ADMINISTER)
    known = uow.find(Proposal, data.id)
    if known is not None:
        return known
    proposal = new_proposal(uow, **data.model_dump(exclude_none=True))
    require_givable(uow, proposal)
    if not proposal.needs_two_people:
        raise OnePersonIsEnough
    _close_expired(uow, proposal)

    def already() -> AlreadyProposed:
        return AlreadyProposed(name=uow.get(Person, data.person_id).name)

    return uow.add_unless(proposal, already)


def new_proposal(uow: UnitOfWork, **held: object) -> Proposal:
    return Proposal(**held, proposed_by=uow.actor.id, expires_at=uow.now + WAITS)


def confirm(uow: UnitOfWork, proposal_id: UUID) -> Proposal:
    """Give the role. The second person must have been able to propose it, too."""
    proposal = _decidable(uow, proposal_id)
    require_givable(uow, proposal)
    proposal.decide(ProposalStatus.CONFIRMED, uow.actor.id, uow.now)
    give(uow, Grant(**{name: getattr(proposal, name) for name in HELD}))
    return proposal


def refuse(uow: UnitOfWork, proposal_id: UUID, data: RefusalIn) -> Proposal:
    proposal = _decidable(uow, proposal_id)
    uow.because(data.reason)
    proposal.decide(ProposalStatus.REFUSED, uow.actor.id, uow.now, data.reason)
    return proposal


def withdraw(uow: UnitOfWork, proposal_id: UUID) -> Proposal:
    uow.require_confirmed(TO_ADMINISTER)
    proposal = _proposal(uow, proposal_id)
    if proposal.proposed_by != uow.actor.id:
        raise NotYourProposal
    proposal.decide(ProposalStatus.WITHDRAWN, uow.actor.id, uow.now)
    return proposal


def _decidable(uow: UnitOfWork, proposal_id: UUID) -> Proposal:
    """A proposal that waits, for somebody other than the two it concerns."""
    uow.require_confirmed(TO_ADMINISTER)
    proposal = _proposal(uow, proposal_id)
    proposal.require_pending(uow.now)
    proposal.require_second_person(uow.actor.id)
    require_governor_for(uow, proposal.role)
    return proposal


def _proposal(uow: UnitOfWork, proposal_id: UUID) -> Proposal:
    proposal = uow.get(Proposal, proposal_id, lock=True)
    uow.require_place(proposal.node_id, "Proposal", proposal.id)
    return proposal


def _close_expired(uow: UnitOfWork, again: Proposal) -> None:
    """What nobody confirmed in time makes way for the same proposal made again."""
    over = uow.select(Proposal).where(
        Proposal.status == ProposalStatus.PENDING,
        Proposal.expires_at <= uow.now,
        Proposal.person_id == again.person_id,
        Proposal.role == again.role,
        Proposal.node_id == again.node_id,
    )
    for old in uow.session.scalars(over):
        old.status = ProposalStatus.EXPIRED
