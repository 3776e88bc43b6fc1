"""How to knock at the doors of what makes an indicator: its method, and who measures it."""

from services.indicators.method import commands as method
from services.indicators.method.models import Consultation
from services.indicators.method.schemas import EndIn, ValidateIn
from services.indicators.models import Definition, Instance
from shared.work import unit_of_work
from tests.access.knocking import Knock, door, fresh_code
from tests.indicators import factories as figures
from tests.world import WORLD


def chosen() -> str:
    """An indicator that is measured where somebody chose to."""
    return figures.defined(figures.definition_in(fresh_code(), everywhere=False)).code


def instance() -> Instance:
    return figures.measured_at(chosen())


def asked() -> Consultation:
    code = figures.defined(figures.definition_in(fresh_code())).id
    return figures.asked(code, WORLD.bob)


def discussed() -> Definition:
    return figures.agreed(figures.defined(figures.definition_in(fresh_code())).id)


def validated() -> Definition:
    row = discussed()
    with unit_of_work("indicators", WORLD.greta, permission="indicators:define") as uow:
        return method.validate(uow, row.id, ValidateIn(version=row.version))


def superseded() -> Definition:
    row = discussed()
    with unit_of_work("indicators", WORLD.greta, permission="indicators:define") as uow:
        method.redefine(uow, row.id, figures.definition_in(row.code))
    return row


def ended() -> Instance:
    row = instance()
    with unit_of_work("indicators", WORLD.greta, permission="indicators:measure") as uow:
        return method.measure_no_longer(uow, row.id, EndIn(version=row.version))


@door("indicators GET /shipped")
def list_shipped() -> Knock:
    return Knock("/shipped")


@door("indicators POST /shipped/{code}")
def adopt() -> Knock:
    """Each knock adopts the next that nobody has adopted yet."""
    return Knock(f"/shipped/{next(figures.unadopted())}", {})


@door("indicators GET /instances")
def list_instances() -> Knock:
    return Knock("/instances", query={"code": instance().code}, shows=str(WORLD.lyon))


@door("indicators POST /instances")
def measure_here() -> Knock:
    body = {"code": chosen(), "site_id": str(WORLD.lyon), "since": "2030-01-01"}
    return Knock("/instances", body)


@door("indicators POST /instances/{instance_id}/end")
def measure_no_longer() -> Knock:
    row = instance()
    return Knock(f"/instances/{row.id}/end", {"version": row.version})


@door("indicators GET /definitions/{definition_id}/consultations")
def list_consultations() -> Knock:
    return Knock(f"/definitions/{asked().definition_id}/consultations")


@door("indicators POST /definitions/{definition_id}/consultations")
def ask() -> Knock:
    row = figures.defined(figures.definition_in(fresh_code()))
    return Knock(f"/definitions/{row.id}/consultations", {"person_id": str(WORLD.paul.id)})


@door("indicators POST /consultations/{consultation_id}/say")
def say() -> Knock:
    row = asked()
    return Knock(
        f"/consultations/{row.id}/say",
        {"opinion": "reserves", "said": "Les heures des intérimaires ?", "version": row.version},
        by=WORLD.bob,
    )


@door("indicators POST /definitions/{definition_id}/validate")
def validate() -> Knock:
    row = discussed()
    return Knock(f"/definitions/{row.id}/validate", {"version": row.version})


@door("indicators GET /grid")
def read_grid() -> Knock:
    code = figures.defined(figures.definition_in(fresh_code())).code
    figures.reported(figures.measurement_in(code, 1))
    return Knock("/grid", query={"site_id": str(WORLD.lyon), "year": "2030"}, shows=str(WORLD.lyon))


@door("indicators POST /grid")
def enter() -> Knock:
    code = figures.defined(figures.definition_in(fresh_code())).code
    row = {"code": code, "period": "2026-01-01", "numerator": "12"}
    return Knock("/grid", {"site_id": str(WORLD.lyon), "figures": [row]})


@door("indicators GET /definitions/{definition_id}/summary")
def read_summary() -> Knock:
    code = figures.defined(figures.definition_in(fresh_code())).code
    row = figures.reported(figures.measurement_in(code, 12))
    path = f"/definitions/{row.definition_id}/summary"
    return Knock(path, query={"place": str(WORLD.lyon)}, shows='"12"')


def charted() -> Definition:
    """An indicator with two figures of Lyon, which make a chart."""
    row = figures.defined(figures.definition_in(fresh_code()))
    for amount, period in ((12, figures.MARCH), (13, figures.MARCH.replace(month=2))):
        figures.reported(figures.measurement_in(row.code, amount, period=period))
    return row


def phase_body() -> dict[str, str]:
    return {"site_id": str(WORLD.lyon), "start": "2026-01-01", "reason": "Nouveau compteur"}


@door("indicators GET /definitions/{definition_id}/control")
def read_control_chart() -> Knock:
    path = f"/definitions/{charted().id}/control"
    return Knock(path, query={"place": str(WORLD.lyon)}, shows="12.0")


@door("indicators GET /definitions/{definition_id}/phases")
def list_phases() -> Knock:
    return Knock(f"/definitions/{charted().id}/phases", query={"place": str(WORLD.lyon)})


@door("indicators POST /definitions/{definition_id}/phases")
def begin_phase() -> Knock:
    return Knock(f"/definitions/{charted().id}/phases", phase_body())
