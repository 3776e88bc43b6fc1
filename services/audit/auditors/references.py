"""By which references an audit is held, as competences name them: without their editions."""

from sqlalchemy import select

from services.audit.library.models import KnownReference
from services.audit.models import Audit
from shared.work import UnitOfWork


def codes_of(uow: UnitOfWork, audit: Audit) -> frozenset[str]:
    """Criteria that name no reference ask for no competence."""
    if not audit.reference_ids:
        return frozenset()
    held = select(KnownReference.code).where(KnownReference.id.in_(audit.reference_ids))
    return frozenset(uow.session.scalars(held))
