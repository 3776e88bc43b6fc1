from uuid import UUID

from services.indicators.alerting.errors import ActionNotKnownHere
from services.indicators.alerting.models import Alert
from services.indicators.alerting.queries import action_is_known
from services.indicators.alerting.schemas import AcknowledgeIn, AcknowledgeManyIn, CloseAlertIn
from services.indicators.events import AlertClosed
from shared.bulk import Bulk
from shared.bulk_schemas import Outcome
from shared.work import UnitOfWork

ALERTS = Bulk(Alert, lambda alert: f"{alert.code} {alert.period:%Y-%m}")


def acknowledge(uow: UnitOfWork, alert_id: UUID, data: AcknowledgeIn) -> Alert:
    alert = uow.get(Alert, alert_id, lock=True, seen=data)
    alert.acknowledge(by=uow.actor.id)
    uow.session.flush()
    return alert


def acknowledge_many(uow: UnitOfWork, data: AcknowledgeManyIn) -> list[Outcome]:
    def one(id: UUID, version: int) -> Alert:
        return acknowledge(uow, id, AcknowledgeIn(version=version))

    return ALERTS.each(uow, data.rows, one)


def close_alert(uow: UnitOfWork, alert_id: UUID, data: CloseAlertIn) -> Alert:
    """Close an alert: with the action taken or a written reason, never without."""
    alert = uow.get(Alert, alert_id, lock=True, seen=data)
    uow.because(data.reason)
    alert.close(data.action_id, data.reason, by=uow.actor.id, at=uow.now)
    if data.action_id and not action_is_known(uow, data.action_id, alert.site_id):
        raise ActionNotKnownHere(action_id=data.action_id)
    uow.publish(AlertClosed(alert_id=alert.id, code=alert.code, site_id=alert.site_id), about=alert)
    return alert
