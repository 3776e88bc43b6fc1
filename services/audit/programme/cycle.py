"""The certification cycle of ISO/IEC 17021-1 in dates: what takes place from when to when.

A cycle starts with the decision to certify, or to renew, and lasts three years. The first
surveillance comes at most twelve months after the decision, and every calendar year but those of
the decision and of the renewal has one. Whoever lets a certificate expire may have it restored for
six months; its next expiry then is what it would have been.

The last valid day is that of the decision, 36 months later, less a day; some bodies print the same
day. A day that a month lacks, as 29 February, becomes the last of the month. From when on an audit
is useful is no rule but the bodies' custom: three months before its anniversary, and six before the
expiry. How much time the corrections and the decision of an initial audit take is a planning aid.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.audit.programme.certificate_schemas import ExpiryRule, Stage
from services.audit.programme.errors import RestoreLimitPassed
from services.audit.programme.months import DECEMBER, ONE_DAY, add_months

YEARS: Final = 3
LASTS: Final = DECEMBER * YEARS
RESTORED_WITHIN: Final = 6

FIRST_SURVEILLANCE_WITHIN: Final = 12
BEFORE_ANNIVERSARY: Final = 3
BEFORE_EXPIRY: Final = 6
TO_DECIDE: Final = 3
STAGES_APART: Final = 1
STAGE_1_AHEAD: Final = 6


@dataclass(frozen=True)
class Cycle:
    """A certificate's validity: decided on a day, valid to another, which is its last."""

    decided_on: date
    expires_on: date

    @property
    def restore_limit(self) -> date:
        """Until when it can be restored once it lapsed: six months from the first day without."""
        return add_months(self.expires_on + ONE_DAY, RESTORED_WITHIN)

    @property
    def years_owed(self) -> list[int]:
        """The calendar years that must each have an audit: neither the decision's nor the last."""
        return list(range(self.decided_on.year + 1, self.expires_on.year))


@dataclass(frozen=True)
class Due:
    """An audit of the cycle: useful from a day on, and held on another at the latest."""

    stage: Stage
    opens_on: date
    latest_on: date


def begun(decided_on: date, rule: ExpiryRule) -> Cycle:
    """The cycle that a first decision begins."""
    return Cycle(decided_on, _last_day(decided_on, rule))


def renewed(before: Cycle, decided_on: date, rule: ExpiryRule, *, keeps_day: bool = True) -> Cycle:
    """The next cycle: an early decision keeps the day of expiry if it is asked to; a late one must.

    Later than the limit there is nothing to renew: certification begins anew.
    """
    if decided_on > before.restore_limit:
        raise RestoreLimitPassed(limit=before.restore_limit)
    late = decided_on > before.expires_on
    if late or keeps_day:
        anniversary = before.expires_on + ONE_DAY if rule is ExpiryRule.DAY_BEFORE else None
        return Cycle(decided_on, _last_day(anniversary or before.expires_on, rule))
    return Cycle(decided_on, _last_day(decided_on, rule))


def initial(decision_wanted_by: date) -> list[Due]:
    """Stages 1 and 2, so that a decision can be taken by a day."""
    stage_2 = add_months(decision_wanted_by, -TO_DECIDE)
    stage_1 = add_months(stage_2, -STAGES_APART)
    earliest = add_months(stage_2, -STAGE_1_AHEAD)
    return [Due(Stage.STAGE_1, earliest, stage_1), Due(Stage.STAGE_2, stage_1, stage_2)]


def dues(cycle: Cycle) -> list[Due]:
    """Both surveillances and the renewal, each in the calendar year that owes it."""
    decided, year = cycle.decided_on, cycle.decided_on.year
    first_latest = add_months(decided, FIRST_SURVEILLANCE_WITHIN)
    renewal_opens = add_months(cycle.expires_on, -BEFORE_EXPIRY)
    return [
        Due(Stage.SURVEILLANCE_1, _opens(decided, 1), first_latest),
        Due(Stage.SURVEILLANCE_2, _opens(decided, 2), _last_of(year + 2)),
        Due(Stage.RENEWAL, renewal_opens, min(cycle.expires_on, _last_of(year + YEARS))),
    ]


def years_without(cycle: Cycle, held: list[date], until: date) -> list[int]:
    """The calendar years of a cycle that are over by a day and had no audit."""
    seen = {day.year for day in held}
    return [year for year in cycle.years_owed if year not in seen and year < until.year]


def _last_day(start: date, rule: ExpiryRule) -> date:
    same_day = add_months(start, LASTS)
    return same_day if rule is ExpiryRule.SAME_DAY else same_day - ONE_DAY


def _opens(decided: date, years: int) -> date:
    """Not before the calendar year that owes the audit, else that year would have none."""
    usual = add_months(decided, DECEMBER * years - BEFORE_ANNIVERSARY)
    return max(usual, date(decided.year + years, 1, 1))


def _last_of(year: int) -> date:
    return date(year, DECEMBER, 31)
