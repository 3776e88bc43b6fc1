"""French and English are both complete: a missing sentence fails the build."""

import importlib
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest
import time_machine
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from portal import formats, i18n, refusals, words
from portal.api import Refused
from runtime.services import SERVICES
from shared.errors import DomainError

PORTAL = Path(i18n.__file__).parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.do"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}

Sentence = tuple[str, ...]


def said() -> set[Sentence]:
    """Every sentence of the templates and of the pages."""
    found = extract_from_dir(
        PORTAL,
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        directory_filter=lambda path: "node_modules" not in path,
    )
    return {(text,) if isinstance(text, str) else tuple(text) for _, _, text, _, _ in found}


def english() -> dict[Sentence, Sentence]:
    with (PORTAL / "locale/en/LC_MESSAGES/portal.po").open("rb") as file:
        catalogue = read_po(file)
    return {_all(message.id): _all(message.string) for message in catalogue if message.id}


def _all(text: object) -> Sentence:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def gaps(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_every_sentence_has_its_english() -> None:
    assert said() - set(english()) == set()


def test_no_english_is_left_over() -> None:
    assert set(english()) - said() == set()


def test_both_languages_have_the_same_gaps() -> None:
    for french, translated in english().items():
        assert all(translated), french
        assert gaps("".join(french)) == gaps("".join(translated)), french


def refusals_of_all_services() -> Iterator[type[DomainError]]:
    for name in SERVICES:
        importlib.import_module(f"services.{name}.errors")
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if hasattr(kind, "message") and kind.__module__.startswith(("services", "shared")):
            yield kind


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("kind", sorted(set(refusals_of_all_services()), key=str), ids=str)
def test_every_refusal_has_its_french(kind: type[DomainError]) -> None:
    french = i18n.refusals()[kind.type.fget(kind.__new__(kind))]  # type: ignore[attr-defined]

    assert fields(french) <= fields(kind.message)


def test_a_refusal_is_said_with_its_facts_in_french() -> None:
    refused = Refused(
        409,
        "audit_not_under_way",
        "Audit 7 is planned; start it first.",
        {"audit": "Audit 7", "status": "planned"},
    )

    assert refusals.sentence(refused, "fr").startswith("«\u00a0Audit 7\u00a0»\u00a0: planifié.")
    assert refusals.sentence(refused, "en") == "Audit 7 is planned; start it first."


@pytest.mark.parametrize(
    ("type", "facts", "expected"),
    [
        ("nonconformity_incomplete", {"missing": "requirement, evidence"}, "une exigence et une"),
        ("finding_already_closed", {"day": "2026-11-23"}, "le 23/11/2026"),
        ("finding_already_closed", {"day": "2026-11-22T23:30:00Z"}, "le 23/11/2026"),
        ("alert_not_raised", {"status": "acknowledged"}, "prise en compte"),
        ("alert_not_raised", {"status": "unheard of"}, "unheard of"),
        ("a_refusal_of_tomorrow", {}, "The service's own words."),
        ("finding_already_closed", {}, "The service's own words."),
    ],
)
def test_facts_are_worded(type: str, facts: dict[str, str], expected: str) -> None:
    refused = Refused(409, type, "The service's own words.", facts)

    assert expected in refusals.sentence(refused, "fr")


def test_every_code_that_is_shown_has_a_word_and_no_other() -> None:
    for kind, table in words.WORDS.items():
        assert issubclass(kind, StrEnum)
        assert set(table) == {member.value for member in kind}, kind


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Le critère est-il atteint ?", "Le critère est-il atteint\u00a0?"),
        ("« Oui » ; non : 5 %", "«\u00a0Oui\u00a0»\u00a0; non\u00a0: 5\u00a0%"),
        ("L'audit d'hier", "L\u2019audit d\u2019hier"),
        ("à %(value)s, limite %(bound)s", "à %(value)s, limite %(bound)s"),
    ],
)
def test_french_is_typeset(typed: str, printed: str) -> None:
    assert i18n.typeset(typed) == printed


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [("fr", 0, "étape"), ("fr", 1, "étape"), ("fr", 2, "étapes"), ("en", 0, "steps")],
)
def test_each_language_counts_its_own_way(language: str, count: int, expected: str) -> None:
    said = i18n.catalogue(language).ngettext("%(num)s étape", "%(num)s étapes", count)

    assert said.split()[1] == expected


def test_what_nobody_translated_is_still_shown() -> None:
    assert i18n.catalogue("en").gettext("Inconnu") == "Inconnu"
    assert i18n.catalogue("en").ngettext("un", "des", 3) == "des"


@time_machine.travel(datetime(2026, 11, 23, 22, 30, tzinfo=UTC), tick=False)
def test_days_are_those_of_paris() -> None:
    assert formats.today() == date(2026, 11, 23)
    assert formats.in_days(date(2026, 11, 24), "fr") == "demain"
    assert formats.in_days(date(2026, 11, 22), "en") == "yesterday"
    assert formats.in_days(date(2026, 11, 23), "fr") == "aujourd'hui"
    assert formats.in_days(date(2026, 12, 3), "fr") == "dans 10 jours"
    assert formats.in_days(date(2027, 1, 23), "fr") == "dans 9 semaines"
    assert formats.day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "fr") == "24/11/2026"


@time_machine.travel(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), tick=False)
def test_moments_are_told_from_now() -> None:
    moment = datetime(2026, 11, 23, 11, 57, tzinfo=UTC)

    assert formats.ago(moment, "fr") == "il y a 3 minutes"
    assert formats.ago(moment, "en") == "3 minutes ago"
    assert formats.moment(moment, "fr") == "23/11/2026 à 12:57"
    assert formats.moment(moment, "en", exact=True) == "23 Nov 2026 at 12:57:00"


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        (timedelta(milliseconds=42), "42 ms"),
        (timedelta(seconds=1.24), "1,24 s"),
        (timedelta(minutes=3, seconds=5), "3 min 05 s"),
        (timedelta(hours=5), "5 heures"),
    ],
)
def test_delays_are_as_long_as_they_need(delay: timedelta, expected: str) -> None:
    assert formats.delay(delay, "fr").replace("\u202f", " ").replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("value", "unit", "french", "english"),
    [
        (Decimal("1234.5"), "", "1 234,5", "1,234.5"),
        (Decimal("12.345"), "%", "12,35 %", "12.35%"),
        (Decimal(4), "nb", "4", "4"),
        (Decimal(5), "/10^6 h", "5 /10⁶ h", "5 /10⁶ h"),
    ],
)
def test_figures_stand_with_their_units(
    value: Decimal, unit: str, french: str, english: str
) -> None:
    assert formats.with_unit(value, unit, "fr").replace("\u202f", " ") == french
    assert formats.with_unit(value, unit, "en").replace("\u202f", " ") == english


def test_numbers_are_read_as_they_are_written() -> None:
    assert formats.french_number("1\u202f234,5") == "1234.5"
