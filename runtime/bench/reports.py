"""`qse bench report`: what it costs to set a long audit report.

4,000 lines of a checklist, 200 findings and 20 charts are composed as an audit's report is, and set
by the very process that jobs start. Beside it typst sets as many plain pages with the same font,
without tags, charts or a standard to keep. Both are processes of their own, in turns: seconds
depend on the machine and on who else uses it, so what counts is the ratio within a run.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import pypdfium2  # type: ignore[import-untyped]

from runtime.bench import machine
from services.audit.auditors.schemas import TeamRole
from services.audit.fieldwork.schemas import Verdict
from services.audit.reporting.composing import compose
from services.audit.reporting.content import (
    AuditFacts,
    Checked,
    Content,
    Found,
    Member,
    numbered,
)
from services.audit.reporting.schemas import Confidentiality, ReportLanguage
from services.audit.schemas import Grade, Method
from shared import drawing
from shared.reports import Chart, Document, Section, to_pdf

LINES, FINDINGS, CHARTS = 4_000, 200, 20
ROUNDS: Final = 3
MOST_SECONDS, MOST_MB = 15, 700
LOOKED_AFTER_S: Final = 0.02
AT: Final = datetime(2026, 11, 30, 9, tzinfo=UTC)
CLAUSES: Final = [f"{chapter}.{part}" for chapter in range(4, 11) for part in range(1, 6)]
STANDARDS: Final = ["ISO 9001:2015", "ISO 14001:2015", "ISO 45001:2018"]
TEAM: Final = [
    ("Diane Keller", TeamRole.LEAD),
    ("Yann Le Goff", TeamRole.AUDITOR),
    ("Salomé Perrin", TeamRole.EXPERT),
]
PLAIN: Final = """
import sys, typst
fonts = typst.Fonts(
    include_system_fonts=False, include_embedded_fonts=False, font_paths=[sys.argv[1]]
)
page = "lorem(380); pagebreak(weak: true)"
text = f'#set text(font: "Inter", size: 9.5pt)\\n#for n in range({sys.argv[2]}) {{ {page} }}'
sys.stdout.buffer.write(typst.Compiler(text.encode(), font_paths=fonts).compile(format="pdf"))
"""


@dataclass(frozen=True)
class Set:
    """A report that was set: how long that took, and what came of it."""

    seconds: float
    peak_mb: float
    pages: int
    megabytes: float


def main(kept: Path) -> None:
    document = _document()
    rounds = []
    for _ in range(ROUNDS):
        ours = _measured(partial(to_pdf, document))
        rounds.append((ours, _measured(partial(_plain, ours.pages))))
    facts = machine.facts(Path.cwd())
    told = [{"report": asdict(ours), "plain": asdict(plain)} for ours, plain in rounds]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"machine": facts, "rounds": told}, indent=1) + "\n")
    print(_table(rounds))  # noqa: T201
    print(f"\n{kept}")  # noqa: T201


def _document() -> Document:
    """An audit's report as it is composed, with as many charts more as there are to be."""
    document = compose(_content(), ReportLanguage.FRENCH, AT)
    drawn = [
        b for s in document.sections for p in s.sections for b in p.blocks if b.kind == "chart"
    ]
    more = [
        Chart(f"{chart.caption} ({n})", chart.alt, chart.spec)
        for n in range(CHARTS)
        for chart in drawn
    ]
    charts = Section("Graphiques par site", more[: CHARTS - len(drawn)])
    return replace(document, sections=[*document.sections, charts])


def _content() -> Content:
    audit = AuditFacts(
        title="Audit intégré de renouvellement, six sites",
        site="Groupe Alvéa",
        scope="Conception, production, logistique et fonctions du siège",
        criteria=STANDARDS,
        objectives="Juger la conformité et l'efficacité du système avant le renouvellement.",
        method=Method.ON_SITE,
        method_reason="Les procédés ne se jugent qu'au poste.",
        processes=["Production", "Achats", "Maintenance"],
        planned_for=date(2026, 11, 16),
        until=date(2026, 11, 27),
        started_on=date(2026, 11, 16),
        lead="Diane Keller",
    )
    return Content(
        reference="RA-2026-0042",
        edition=1,
        corrected_for="",
        author="Diane Keller",
        audit=audit,
        summary="Le système est tenu ; deux points majeurs sont à reprendre. " * 8,
        people_met=[f"Personne rencontrée {n}, fonction {n % 9}" for n in range(60)],
        deviations="Aucun.",
        not_covered="L'équipe de nuit.",
        conformity="Conforme, hors les écarts relevés. " * 12,
        effectiveness="Les objectifs sont atteints sur cinq sites sur six. " * 12,
        divergences="",
        confidentiality=Confidentiality.RESTRICTED,
        readers=[f"Lecteur {n}" for n in range(12)],
        policy_edition=3,
        findings=numbered(_finding(n) for n in range(FINDINGS)),
        team=[Member(name, role) for name, role in TEAM],
        checklist=[_line(n) for n in range(LINES)],
    )


def _finding(n: int) -> Found:
    standard = STANDARDS[n % len(STANDARDS)]
    return Found(
        grade=list(Grade)[n % 5],
        process=("PROD", "ACHATS", "MAINT", "LOG", "QSE", "RH")[n % 6],
        requirement=f"{standard} {CLAUSES[n % len(CLAUSES)]} : maîtrise de ce qui est décrit ici",
        statement=f"Constat relevé au poste {n} : la fiche de suivi n'est pas renseignée. " * 3,
        evidence=f"Fiches {n} à {n + 4}, entretien avec le chef d'atelier le 17 novembre.",
        raised_on=date(2026, 11, 17),
        commitment="Améliorer en continu le système de management intégré",
    )


def _line(n: int) -> Checked:
    standard, clause = STANDARDS[n * len(STANDARDS) // LINES], CLAUSES[n % len(CLAUSES)]
    verdict = list(Verdict)[n % len(Verdict)]
    return Checked(
        standard=standard,
        clause=clause,
        requirement=f"{standard} {clause}",
        process="PROD",
        question_fr=f"Question {n} : les critères sont-ils définis, appliqués et revus ?",
        question_en=f"Question {n}: are the criteria defined, applied and reviewed?",
        verdict=verdict,
        note="Vu au poste avec le chef d'équipe.",
        sample=f"Dossiers {n} à {n + 2}",
        reason="L'activité a lieu de nuit." if verdict.needs_reason else "",
        answered_by=TEAM[n % len(TEAM)][0],
    )


def _plain(pages: int) -> bytes:
    fonts = str(drawing.FONTS)
    done = subprocess.run(  # noqa: S603  our own text, by our own Python
        [sys.executable, "-I", "-c", PLAIN, fonts, str(pages)],
        capture_output=True,
        check=True,
    )
    return done.stdout


def _measured(make: Callable[[], bytes]) -> Set:
    watched = Watch()
    started = time.monotonic()
    with watched:
        content = make()
    seconds = time.monotonic() - started
    pdf = pypdfium2.PdfDocument(content)
    pages = len(pdf)
    pdf.close()
    return Set(seconds, watched.peak_kb / 1000, pages, len(content) / 1_000_000)


class Watch:
    """The most memory that a child of this process has at once, looked at all the while."""

    def __init__(self) -> None:
        self.peak_kb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(LOOKED_AFTER_S):
            for child in _children():
                self.peak_kb = max(self.peak_kb, _peak_of(child))


def _children() -> list[str]:
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def _peak_of(process: str) -> int:
    """The kernel's own record of it, so that no moment is missed but the last."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _table(rounds: list[tuple[Set, Set]]) -> str:
    ours, plain = [one for one, _ in rounds], [other for _, other in rounds]
    ratio = median(one.seconds / other.seconds for one, other in rounds)
    lines: list[tuple[str, Any, str]] = [
        ("pages", ours[0].pages, ""),
        ("megabytes", f"{ours[0].megabytes:.1f}", ""),
        ("seconds, median", f"{median(one.seconds for one in ours):.1f}", f"under {MOST_SECONDS}"),
        ("peak memory of the child, MB", f"{max(o.peak_mb for o in ours):.0f}", f"under {MOST_MB}"),
        ("as many plain pages, seconds", f"{median(one.seconds for one in plain):.1f}", ""),
        ("times the plain pages, median", f"{ratio:.1f}", ""),
    ]
    return "\n".join(f"{name:<32} {value!s:>8}  {target}".rstrip() for name, value, target in lines)
