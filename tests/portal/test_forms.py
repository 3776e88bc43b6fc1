from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from starlette.datastructures import FormData

from portal.api import Refused
from portal.forms import MESSAGES, WRONG, Form
from services.audit.fieldwork.schemas import PreparationIn
from services.audit.schemas import AuditIn, FindingIn, Grade
from services.indicators.schemas import MeasurementIn
from services.policy.schemas import Domain, PolicyIn
from services.risk.schemas import ResidualIn, RiskIn

SITE = UUID(int=7)


def typed(*fields: tuple[str, str]) -> FormData:
    return FormData(list(fields))


def test_what_was_typed_becomes_what_the_service_wants() -> None:
    form = Form.typed(
        AuditIn,
        typed(
            ("csrf", "x"),
            ("site_id", str(SITE)),
            ("title", "  Audit interne "),
            ("criteria", "ISO 9001\n\n ISO 14001 \n"),
            ("planned_for", "2030-01-07"),
            ("lead_id", str(SITE)),
        ),
    )

    data = form.read()

    assert isinstance(data, AuditIn)
    assert (data.title, data.planned_for) == ("Audit interne", date(2030, 1, 7))
    assert data.criteria == ["ISO 9001", "ISO 14001"]
    assert "csrf" not in form.values


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ([("processes", "PROD\n\n ACHATS ")], ["PROD", "ACHATS"]),
        ([("processes", "PROD"), ("processes", "ACHATS")], ["PROD", "ACHATS"]),
        ([("processes", "")], []),
    ],
    ids=["one a line", "ticked", "left blank"],
)
def test_texts_with_rules_of_their_own_are_read_like_any(
    fields: list[tuple[str, str]], read: list[str]
) -> None:
    form = Form.typed(PreparationIn, typed(("version", "1"), ("method", "on_site"), *fields))

    data = form.read()

    assert isinstance(data, PreparationIn)
    assert data.processes == read


def test_numbers_are_typed_as_in_french() -> None:
    form = Form.typed(
        MeasurementIn,
        typed(
            ("code", "TF1"),
            ("site_id", str(SITE)),
            ("period", "2030-01-01"),
            ("numerator", "1 234,5"),
            ("denominator", ""),
        ),
    )

    data = form.read()

    assert isinstance(data, MeasurementIn)
    assert (data.numerator, data.denominator) == (Decimal("1234.5"), None)


def test_a_field_of_a_field_keeps_its_place() -> None:
    form = Form.typed(
        ResidualIn,
        typed(
            ("version", "3"),
            ("residual.gravity", "4"),
            ("residual.probability", "11"),
            ("measures", "Ligne de vie"),
        ),
    )

    assert form.read() is None
    assert set(form.errors) == {"residual.probability"}
    assert form.attributes("residual.gravity") == {"min": 1, "max": 10, "required": True}
    assert form.status == 422


def test_neither_part_of_an_optional_rating_is_no_rating() -> None:
    fields = [("site_id", str(SITE)), ("domain", "S"), ("title", "Chute de hauteur")]
    fields += [("method_reason", "La grille du groupe"), ("initial.gravity", "")]

    data = Form.typed(RiskIn, typed(*fields)).read()

    assert isinstance(data, RiskIn)
    assert data.initial is None


def test_a_choice_of_many_is_a_list() -> None:
    form = Form.typed(PolicyIn, typed(("domains", "Q"), ("domains", "S")))

    form.read()

    assert form.value("domains") == ["Q", "S"]
    assert "domains" not in form.errors
    assert [Domain(value) for value in form.value("domains")] == [Domain.QUALITY, Domain.SAFETY]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("statement", "", MESSAGES["missing"]),
        ("statement", "ab", MESSAGES["string_too_short"]),
        ("statement", "x" * 4001, MESSAGES["string_too_long"]),
        ("grade", "nothing known", MESSAGES["enum"]),
        ("id", "no id", MESSAGES["uuid_parsing"]),
    ],
)
def test_an_error_stands_beside_its_field(field: str, value: str, sentence: str) -> None:
    right = {"grade": "PS", "process": "PROD", "statement": "Une dérive est possible"}
    form = Form.typed(FindingIn, FormData(right | {field: value}))

    assert form.read() is None
    assert form.errors[field].sentence == sentence
    assert form.value(field) == value


def test_what_the_service_refuses_stands_beside_its_field_too() -> None:
    wrong = {"field": "planned_for.0", "type": "date_in_a_year_of_war", "ctx": {}}
    form = Form.of(AuditIn, title="Audit")

    form.refused(Refused(422, "invalid", "Some fields are not right.", {"errors": [wrong]}))

    assert form.errors["planned_for"].sentence == WRONG
    assert form.refusal is None


def test_a_refusal_that_names_fields_marks_them() -> None:
    form = Form.of(FindingIn, grade=Grade.MAJOR, process=None)

    form.refused(Refused(422, "nonconformity_incomplete", "", {"missing": "evidence, unheard"}))

    assert list(form.errors) == ["evidence"]
    assert form.values == {"grade": "NC_MAJ"}
