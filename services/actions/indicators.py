"""What is known here of the group's indicators: their codes, kept by events."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.actions.errors import UnknownIndicator
from services.actions.models import Model
from shared.directory import project
from shared.work import UnitOfWork


class KnownIndicator(Model):
    """An indicator of the group, by the edition that was announced last."""

    __tablename__ = "known_indicator"

    code: Mapped[str] = mapped_column(index=True)


def keep(uow: UnitOfWork, definition_id: UUID, code: str) -> None:
    table = Model.metadata.tables["actions.known_indicator"]
    project(uow, table, definition_id, {"code": code})


def require_indicator(uow: UnitOfWork, code: str) -> None:
    """Refuse a code that is nobody's; before any was announced, all are taken."""
    if not code:
        return
    known = uow.select(KnownIndicator)
    any_known = uow.session.scalar(known.limit(1))
    if any_known and uow.session.scalar(known.where(KnownIndicator.code == code).limit(1)) is None:
        raise UnknownIndicator(code=code)
