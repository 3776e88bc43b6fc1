"""Measurements from a workbook."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from typing import Final
from uuid import UUID

from services.indicators.commands import new_measurement
from services.indicators.errors import AmountsUnreadable, MeasurementExists
from services.indicators.many import enter_measurements, withdraw_measurements
from services.indicators.models import Definition, Measurement
from services.indicators.schemas import MeasurementIn
from shared.catalogue import current_edition
from shared.imports import Done, Imports, Register
from shared.sheet_rows import SITE, Sites, taken_in
from shared.sheets import (
    Column,
    Row,
    Rows,
    Template,
    TwiceInTheWorkbook,
    Words,
    Wrong,
    day_of,
    number_of,
    within,
)
from shared.tabular import Cell
from shared.work import UnitOfWork

TEMPLATE: Final = Template(
    Words("Mesures", "Measurements"),
    (
        SITE,
        Column(
            "code",
            Words("Code", "Code"),
            Words("Code d'un indicateur déclaré.", "Code of an indicator that people report."),
        ),
        Column(
            "period",
            Words("Période", "Period"),
            Words(
                "Un jour de la période, un mois comme 2027-03 ou une année.",
                "A day of the period, a month like 2027-03, or a year.",
            ),
        ),
        Column(
            "numerator",
            Words("Valeur ou numérateur", "Value or numerator"),
            Words("Jamais le rapport lui-même.", "Never the ratio itself."),
        ),
        Column(
            "denominator",
            Words("Dénominateur", "Denominator"),
            Words("Pour un rapport seulement.", "For a ratio only."),
        ),
        Column(
            "unit",
            Words("Unité", "Unit"),
            Words(
                "Vide : celle de l'indicateur. Sinon une unité qui s'y convertit.",
                "Empty: the indicator's own. Else one that converts to it.",
            ),
        ),
        Column(
            "comment",
            Words("Commentaire", "Comment"),
            Words("Facultatif, 2 000 caractères au plus.", "Optional, at most 2,000 characters."),
        ),
        Column(
            "amounts",
            Words("Parts données", "Parts given"),
            Words(
                "D'une formule de plusieurs parts, à la place des deux : LTI=2; HOURS=150000.",
                "Of a formula of several parts, instead of both: LTI=2; HOURS=150000.",
            ),
        ),
    ),
)
ELSEWHERE: Final = {
    "amounts_missing": "amounts",
    "amounts_unknown": "amounts",
    "denominator_missing": "denominator",
    "denominator_unwanted": "denominator",
    "incompatible_unit": "unit",
    "not_measured_by_people": "code",
    "period_not_begun": "period",
}
MONTH: Final = re.compile(r"(\d{4})-(\d{2})|(\d{2})/(\d{4})")
Key = tuple[str, UUID, date]


class MeasurementPlan:
    """What is there stays as it is. Another figure for the same period is a correction."""

    def __init__(self, uow: UnitOfWork, rows: Rows) -> None:
        self.uow = uow
        self.definition = cache(partial(current_edition, uow, Definition))
        self.reading = {
            "site_id": Sites(uow).find,
            "period": period_of,
            "numerator": number_of,
            "denominator": number_of,
            "amounts": amounts_of,
        }
        codes = {str(row["code"]).strip() for _, row in rows}
        known = uow.select(Measurement).where(Measurement.code.in_(codes))
        self.there = {_key(row): row for row in uow.session.scalars(known)}
        self.new: dict[Key, int] = {}
        self.measured: list[tuple[Measurement, Definition]] = []

    def look_at(self, number: int, row: Row) -> list[str]:
        data: MeasurementIn = taken_in(MeasurementIn, row, self.reading)
        definition = within("code", lambda: self.definition(data.code))
        made = within("numerator", lambda: new_measurement(self.uow, data, definition), ELSEWHERE)
        key = _key(made)
        there = self.there.get(key)
        if there is not None:
            sides = there.numerator, there.denominator, there.amounts
            if sides != (made.numerator, made.denominator, made.amounts):
                refusal = MeasurementExists(code=made.code, period=made.period)
                raise Wrong("numerator", refusal)
            return []
        if key in self.new:
            raise Wrong("period", TwiceInTheWorkbook(row=self.new[key], value=made.code))
        self.new[key] = number
        self.measured.append((made, definition))
        return ["report_measurement"]

    def write(self, done: Done) -> Sequence[UUID]:
        enter_measurements(self.uow, self.measured, done)
        return [measurement.id for measurement, _ in self.measured]


def period_of(cell: Cell) -> date:
    """A day as it is; a month or a year by its first day."""
    text = str(cell).strip()
    if re.fullmatch(r"(19|20|21)\d\d", text):
        return date(int(text), 1, 1)
    month = MONTH.fullmatch(text)
    return day_of(f"{month[1] or month[4]}-{month[2] or month[3]}-01" if month else cell)


def amounts_of(cell: Cell) -> dict[str, Decimal]:
    """`LTI=2; HOURS=150000`: the parts of a formula by their codes."""
    parts = [part.partition("=") for part in str(cell).split(";") if part.strip()]
    try:
        return {code.strip(): Decimal(str(number_of(text.strip()))) for code, _, text in parts}
    except InvalidOperation:
        raise AmountsUnreadable from None


def _key(measurement: Measurement) -> Key:
    return measurement.code, measurement.site_id, measurement.period


REGISTER: Final = Register(
    "measurements", Measurement, TEMPLATE, MeasurementPlan, withdraw_measurements, "code"
)
imports = Imports("indicators", "indicators:measure", [REGISTER])
