"""Every service of the platform, by name. A new service is one line here."""

from services.actions.service import service as actions
from services.audit.service import service as audit
from services.compliance.service import service as compliance
from services.identity.service import service as identity
from services.indicators.service import service as indicators
from services.notifications.service import service as notifications
from services.policy.service import service as policy
from services.processes.service import service as processes
from services.risk.service import service as risk
from shared.service import Service

SERVICES: dict[str, Service] = {
    service.name: service
    for service in (
        identity,
        audit,
        actions,
        indicators,
        policy,
        notifications,
        risk,
        compliance,
        processes,
    )
}
