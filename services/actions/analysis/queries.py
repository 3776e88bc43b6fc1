from uuid import UUID

from sqlalchemy import Select

from services.actions.analysis.models import Analysis
from services.actions.analysis.schemas import Method
from services.actions.models import Action
from shared.work import UnitOfWork


def analyses_of(uow: UnitOfWork, action_id: UUID) -> Select[Analysis]:
    return uow.select(Analysis).where(Analysis.action_id == action_id)


def analysis_of(uow: UnitOfWork, action: Action, method: Method) -> Analysis | None:
    """The one of the round that runs; the action is locked, so nobody begins another meanwhile."""
    this = analyses_of(uow, action.id).where(
        Analysis.round == action.round, Analysis.method == method
    )
    return uow.session.scalar(this)
