"""The standards that come with the product say of each other what they answer."""

from collections.abc import Mapping
from typing import Final

import pytest

from services.compliance.imports import THEMES
from services.compliance.schemas import Theme
from services.compliance.shipped import Standard, standards

Answer = tuple[str | None, str | None, str | None]

MAPPING: Final[Mapping[Theme, Answer]] = {
    Theme.CONTEXT: ("4.1", "4.1", "4.1"),
    Theme.INTERESTED_PARTIES: ("4.2", "4.2", "4.2"),
    Theme.SCOPE: ("4.3", "4.3", "4.3"),
    Theme.SYSTEM: ("4.4", "4.4", "4.4"),
    Theme.LEADERSHIP: ("5.1", "5.1", "5.1"),
    Theme.CUSTOMER_FOCUS: ("5.1.2", None, None),
    Theme.POLICY: ("5.2", "5.2", "5.2"),
    Theme.ROLES: ("5.3", "5.3", "5.3"),
    Theme.PARTICIPATION: (None, None, "5.4"),
    Theme.RISKS_OPPORTUNITIES: ("6.1", "6.1.1", "6.1.1"),
    Theme.ASPECTS_HAZARDS: (None, "6.1.2", "6.1.2"),
    Theme.OBLIGATIONS: ("8.2.2", "6.1.3", "6.1.3"),
    Theme.RISK_ACTIONS: ("6.1.2", "6.1.4", "6.1.4"),
    Theme.OBJECTIVES: ("6.2", "6.2", "6.2"),
    Theme.CHANGES: ("6.3", "8.1", "8.1.3"),
    Theme.RESOURCES: ("7.1", "7.1", "7.1"),
    Theme.COMPETENCE: ("7.2", "7.2", "7.2"),
    Theme.AWARENESS: ("7.3", "7.3", "7.3"),
    Theme.COMMUNICATION: ("7.4", "7.4", "7.4"),
    Theme.DOCUMENTATION: ("7.5", "7.5", "7.5"),
    Theme.OPERATIONAL_CONTROL: ("8.1", "8.1", "8.1"),
    Theme.CUSTOMER_REQUIREMENTS: ("8.2", None, None),
    Theme.DESIGN: ("8.3", "8.1", None),
    Theme.PURCHASING: ("8.4", "8.1", "8.1.4"),
    Theme.PRODUCTION: ("8.5", "8.1", "8.1"),
    Theme.RELEASE: ("8.6", None, None),
    Theme.NONCONFORMING_OUTPUTS: ("8.7", None, None),
    Theme.EMERGENCY: (None, "8.2", "8.2"),
    Theme.MONITORING: ("9.1.1", "9.1.1", "9.1.1"),
    Theme.CUSTOMER_SATISFACTION: ("9.1.2", None, None),
    Theme.DATA_ANALYSIS: ("9.1.3", "9.1.1", "9.1.1"),
    Theme.COMPLIANCE_EVALUATION: (None, "9.1.2", "9.1.2"),
    Theme.INTERNAL_AUDIT: ("9.2", "9.2", "9.2"),
    Theme.MANAGEMENT_REVIEW: ("9.3", "9.3", "9.3"),
    Theme.CORRECTIVE_ACTION: ("10.2", "10.2", "10.2"),
    Theme.IMPROVEMENT: ("10.3", "10.3", "10.3"),
}
"""Which clause answers a theme: of quality, of environment, of health and safety."""


def answer(standard: Standard, theme: Theme) -> str | None:
    found = [c.number for c in standard.clauses if theme in (c.theme, *c.also)]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("theme", Theme)
def test_a_theme_names_the_clause_of_each_standard_that_answers_it(theme: Theme) -> None:
    quality, environment, safety = standards()
    found = tuple(answer(standard, theme) for standard in (quality, environment, safety))
    assert found == MAPPING[theme]


def test_each_clause_stands_below_one_that_is_there(subtests: pytest.Subtests) -> None:
    for standard in standards():
        numbers = [clause.number for clause in standard.clauses]
        with subtests.test(standard.code):
            assert len(set(numbers)) == len(numbers)
            above = {number.rpartition(".")[0] for number in numbers} - {""}
            assert above <= set(numbers)


def test_each_theme_is_called_something_in_a_workbook() -> None:
    assert set(THEMES) == set(Theme)
    assert len({words.fr for words in THEMES.values()}) == len(THEMES)
