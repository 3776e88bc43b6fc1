"""A year of figures: indicators adopted and discussed, and what the sites reported of them."""

import random
from datetime import date, timedelta
from decimal import Decimal

from runtime.demo.acting import acting, today
from runtime.demo.group import BY_NAME, SITES, coordinator_of, id_of
from services.indicators import commands as indicators
from services.indicators.method import commands as method
from services.indicators.method.schemas import AskIn, InstanceIn, Opinion, SayIn
from services.indicators.models import Definition
from services.indicators.schemas import MeasurementIn, Rule
from services.indicators.shipped import definitions

CLAIRE, MARC = BY_NAME["Claire Duval"], BY_NAME["Marc Weber"]
SILENT = "Lacq"
RECYCLING = ("Saint-Nazaire", "Roussillon")
"""Sites that measure what the others do not."""
MONTHS = 12
SERIES = (Rule.PATTERN, Rule.TREND)


def report_figures(chance: random.Random) -> None:
    """Twelve months of accidents and energy; one site has not reported its last two."""
    for code, target, alert in (("TF1", "5", "60"), ("EN_INT", "0.70", "0.95")):
        discuss(define(code, Decimal(target), Decimal(alert)))
    define("DECH_VAL", Decimal(70), Decimal(50), everywhere=False)
    for site in RECYCLING:
        measure(site, "DECH_VAL")
    first = today().replace(day=1)
    for back in range(MONTHS, 0, -1):
        month = _months_before(first, back)
        for number, site in enumerate(SITES):
            if site == SILENT and back <= 2:  # noqa: PLR2004  the last two months
                continue
            hours = 18_000 + 4_000 * number + chance.randrange(1_500)
            accidents = 1 if chance.random() < 0.12 else 0  # noqa: PLR2004
            report("TF1", site, month, numerator=accidents, denominator=hours)
            tonnes = 700 + 120 * number + chance.randrange(90)
            energy = tonnes * (Decimal(62 + 3 * number - back + chance.randrange(9)) / 100)
            report("EN_INT", site, month, numerator=energy, denominator=tonnes)
            if site in RECYCLING:
                recycled = 30 + number + chance.randrange(12)
                waste = {"REUSED": 4, "RECYCLED": recycled, "RECOVERED": 9, "TOTAL": 68}
                report("DECH_VAL", site, month, amounts=waste)


def _months_before(first: date, back: int) -> date:
    month = first.month - back
    return date(first.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def define(code: str, target: Decimal, alert: Decimal, *, everywhere: bool = True) -> Definition:
    """Adopt an indicator that comes with the product, with the group's own bounds and method."""
    own = {
        "target": target,
        "alert": alert,
        "everywhere": everywhere,
        "owner_id": MARC.id,
        "watches": [Rule.STALE, Rule.INCOMPLETE, *(SERIES if code == "TF1" else ())],
        "collection": "Relevé par le coordinateur du site dans les dix jours qui suivent le mois.",
        "origin": "Registre du site et suivi de production.",
        "follow_up": "Revue mensuelle du site, revue trimestrielle du groupe.",
        "diffusion": "Affichage du site et comité de direction.",
    }
    data = definitions()[code].model_copy(update=own)
    with acting("indicators:define", CLAIRE, today() - timedelta(days=380)) as uow:
        return method.define(uow, data)


def discuss(definition: Definition) -> None:
    """Two site coordinators are asked about an indicator; one has a reservation."""
    said = ((SITES[0], Opinion.AGREES, ""), (SITES[1], Opinion.RESERVES, "Compter l'intérim ?"))
    for site, opinion, words in said:
        someone = coordinator_of(site)
        with acting("indicators:define", CLAIRE, today() - timedelta(days=370)) as uow:
            asked = method.ask(uow, definition.id, AskIn(person_id=someone.id))
        with acting("indicators:read", someone, today() - timedelta(days=365)) as uow:
            method.say(uow, asked.id, SayIn(version=asked.version, opinion=opinion, said=words))


def measure(site: str, code: str) -> None:
    since = today() - timedelta(days=380)
    with acting("indicators:measure", coordinator_of(site), since) as uow:
        method.measure_here(uow, InstanceIn(code=code, site_id=id_of(site), since=since))


def report(code: str, site: str, month: date, **components: object) -> None:
    data = MeasurementIn.model_validate(
        {
            "id": id_of(f"{code} {site} {month}"),
            "code": code,
            "site_id": id_of(site),
            "period": month,
            **components,
        }
    )
    with acting("indicators:measure", coordinator_of(site), month + timedelta(days=36)) as uow:
        indicators.report(uow, data)
