"""What the indicators service announces."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.indicators.schemas import Rule, Status
from shared.events import Event
from shared.schemas import JobState


class IndicatorDefined(Event):
    """An edition of an indicator is in force. Said anew each night, for who hears of it late."""

    topic = "indicators.indicator_defined"

    definition_id: UUID
    code: str


class ConsultationAsked(Event):
    """Somebody is asked what they think of an indicator's definition."""

    topic = "indicators.consultation_asked"

    consultation_id: UUID
    definition_id: UUID
    code: str
    name_fr: str
    name_en: str
    person_id: UUID


class InstanceChanged(Event):
    """A site measures an indicator, or no longer does: other figures are expected since then."""

    topic = "indicators.instance_changed"

    instance_id: UUID
    code: str
    site_id: UUID
    since: date


class Measured(Event):
    """An indicator has another value at a place: a site, or a division or group added up."""

    topic = "indicators.measured"

    definition_id: UUID
    code: str
    site_id: UUID
    period: date
    value: Decimal | None
    status: Status


class SeriesChanged(Event):
    """A figure changed of an indicator that is watched for what only its series shows."""

    topic = "indicators.series_changed"

    definition_id: UUID
    code: str
    site_id: UUID


class MeasurementReported(Event):
    """Somebody reported or corrected a measurement; the sums above its site follow."""

    topic = "indicators.measurement_reported"

    measurement_id: UUID
    definition_id: UUID
    site_id: UUID
    period: date


class MeasurementWithdrawn(Event):
    """A measurement was reported by mistake and is taken back; the period is not reported."""

    topic = "indicators.measurement_withdrawn"

    measurement_id: UUID
    definition_id: UUID
    site_id: UUID
    period: date


class AlertRaised(Event):
    """An indicator left its bounds. Said once, until it came back and left them again."""

    topic = "indicators.alert_raised"

    alert_id: UUID
    definition_id: UUID
    code: str
    name_fr: str
    name_en: str
    site_id: UUID
    period: date
    value: Decimal
    bound: Decimal
    rule: Rule = Rule.LIMIT
    signal: str = ""
    """Of a pattern: the run rule that its last point completes, such as `nelson_2`."""


class AlertEscalated(Event):
    """Nobody took an alert up: those above are told, once."""

    topic = "indicators.alert_escalated"

    alert_id: UUID
    definition_id: UUID
    code: str
    name_fr: str
    name_en: str
    site_id: UUID
    rule: Rule
    raised_on: date


class AlertClosed(Event):
    """Somebody dealt with an alert: with an action or a written reason."""

    topic = "indicators.alert_closed"

    alert_id: UUID
    code: str
    site_id: UUID


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "indicators.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
