"""What the group is held to, and the processes by which it works."""

from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from runtime.demo.acting import acting, today, until
from runtime.demo.group import BY_NAME, MOVED_IN, SITES, id_of
from services.audit.library.models import KnownReference
from services.audit.library.queries import (
    cited,
    processes_at,
    references_in_force,
    requirements_of,
)
from services.compliance import commands as compliance
from services.compliance.models import Reference
from services.compliance.schemas import (
    ReferenceIn,
    ReferenceKind,
    ReferenceStatus,
    RequirementIn,
    StepIn,
    SupersedeIn,
)
from services.compliance.shipped import standards
from services.processes import commands as processes
from services.processes.schemas import Category, ProcessIn
from shared.auth import SYSTEM
from shared.work import UnitOfWork, unit_of_work

CLAIRE: Final = BY_NAME["Claire Duval"]
EVERYWHERE: Final = tuple(SITES)
DESIGNING: Final = ("Saint-Nazaire", "Roussillon")
MEASURING: Final = ("Saint-Nazaire", "Figeac", "Roussillon", "Lacq")

# Its code, its names, what it is to the group, and the sites that run it.
PROCESSES: Final = (
    ("DIR", "Piloter et décider", "Steering", Category.MANAGEMENT, EVERYWHERE),
    ("QSE", "Animer le système QSE", "QSE management", Category.MANAGEMENT, EVERYWHERE),
    ("COM", "Vendre et écouter les clients", "Sales", Category.OPERATIONAL, DESIGNING),
    ("CONC", "Concevoir et industrialiser", "Design", Category.OPERATIONAL, DESIGNING),
    ("ACHATS", "Acheter", "Purchasing", Category.OPERATIONAL, EVERYWHERE),
    ("PROD", "Produire", "Production", Category.OPERATIONAL, EVERYWHERE),
    ("LOG", "Stocker et expédier", "Logistics", Category.OPERATIONAL, EVERYWHERE),
    ("MAINT", "Maintenir les équipements", "Maintenance", Category.SUPPORT, EVERYWHERE),
    ("RH", "Recruter et former", "People", Category.SUPPORT, EVERYWHERE),
    ("METRO", "Étalonner les moyens de mesure", "Metrology", Category.SUPPORT, MEASURING),
)
LOCKOUT: Final = ReferenceIn(
    id=id_of("reference lockout"),
    code="PRO-QSE-012",
    edition="C",
    kind=ReferenceKind.INTERNAL,
    title_fr="Consignation des énergies",
    title_en="Lockout of energies",
    in_force_from=date(2024, 9, 1),
)
BEFORE: Final = LOCKOUT.model_copy(
    update={
        "id": id_of("reference lockout B"),
        "edition": "B",
        "in_force_from": date(2021, 3, 1),
    }
)
IN_FORCE: Final = 2
UNTIL: Final = date(2024, 12, 31)
WASTE: Final = ReferenceIn(
    id=id_of("reference waste registers"),
    code="NOR TREP2110485A",
    edition="2021",
    kind=ReferenceKind.REGULATORY,
    title_fr="Arrêté du 31 mai 2021 : registres de déchets",
    title_en="Order of 31 May 2021: waste registers",
    source="Légifrance, version en vigueur",
    in_force_from=date(2022, 1, 1),
)
Asked = tuple[tuple[str, str, str], ...]
# Of each reference of the group's own what it asks for: number, titles.
ASKED: Final[tuple[tuple[ReferenceIn, Asked], ...]] = (
    (
        BEFORE,
        (
            ("1", "Préparer la consignation", "Preparing the lockout"),
            ("1.1", "Repérer les énergies", "Finding the energies"),
            ("1.2", "Prévenir les équipes concernées", "Warning the teams concerned"),
            ("2", "Consigner", "Locking out"),
            ("2.1", "Séparer et condamner, un cadenas par équipe", "One lock for each team"),
            ("3", "Déconsigner et rendre l'équipement", "Giving the equipment back"),
            ("5", "Tenir le cahier papier des consignations", "Keeping the paper logbook"),
        ),
    ),
    (
        LOCKOUT,
        (
            ("1", "Préparer la consignation", "Preparing the lockout"),
            ("1.1", "Repérer toutes les énergies, résiduelles comprises", "Finding every energy"),
            ("1.2", "Prévenir les équipes concernées", "Warning the teams concerned"),
            ("2", "Consigner", "Locking out"),
            ("2.1", "Séparer et condamner, un cadenas par intervenant", "One lock for each worker"),
            ("2.2", "Dissiper et vérifier l'absence d'énergie", "Releasing and checking"),
            ("3", "Déconsigner et rendre l'équipement", "Giving the equipment back"),
            ("4", "Former et habiliter les intervenants", "Training and authorizing workers"),
        ),
    ),
    (
        WASTE,
        (
            ("1", "Tenir le registre des déchets entrants", "Keeping the register of waste in"),
            ("2", "Tenir le registre des déchets sortants", "Keeping the register of waste out"),
            ("2.1", "Dire de chaque lot date, code, quantité, destination", "What a lot states"),
        ),
    ),
)


def stock() -> None:
    """Enter the processes, and put the references in force; all audits come after."""
    day = today() - MOVED_IN
    with acting("processes:write", CLAIRE, day) as uow:
        for process in PROCESSES:
            _register(uow, *process)
    with acting("compliance:write", CLAIRE, day) as uow:
        for standard in standards():
            if _found(uow, standard.code, standard.edition) is None:
                _issue(uow, compliance.load_shipped(uow, standard.name))
        for data, asked in ASKED:
            if _found(uow, data.code, data.edition) is None:
                _draft(uow, data, asked)
        _supersede(uow)
    until("what audits are held against", _is_known)


@cache
def norms() -> dict[str, UUID]:
    """The standards by their codes."""
    codes = {standard.code for standard in standards()}
    with unit_of_work("audit", SYSTEM) as uow:
        return {one.code: one.id for one in references_in_force(uow, today()) if one.code in codes}


@cache
def citations() -> dict[str, UUID]:
    """Their requirements, as findings cite them."""
    with unit_of_work("audit", SYSTEM) as uow:
        references = {id: uow.get(KnownReference, id) for id in norms().values()}
        asked = requirements_of(uow, [*references])
        return {cited(one, references[one.reference_id]): one.id for one in asked}


def _register(  # noqa: PLR0913, PLR0917  what is said of a process
    uow: UnitOfWork,
    code: str,
    french: str,
    english: str,
    category: Category,
    sites: tuple[str, ...],
) -> None:
    data = ProcessIn(
        id=id_of(code),
        code=code,
        name_fr=french,
        name_en=english,
        category=category,
        site_ids=[id_of(site) for site in sites],
    )
    processes.add_process(uow, data)


def _draft(uow: UnitOfWork, data: ReferenceIn, asked: Asked) -> None:
    reference = compliance.draft_reference(uow, data)
    for number, french, english in asked:
        requirement = RequirementIn(number=number, title_fr=french, title_en=english)
        compliance.add_requirement(uow, reference.id, requirement)
    _issue(uow, reference)


def _supersede(uow: UnitOfWork) -> None:
    """The lockout rules were written anew two years ago."""
    old = _found(uow, BEFORE.code, BEFORE.edition)
    newer = _found(uow, LOCKOUT.code, LOCKOUT.edition)
    if old and newer and old.status is ReferenceStatus.ISSUED:
        data = SupersedeIn(version=old.version, by=newer.id, until=UNTIL)
        compliance.supersede_reference(uow, old.id, data)


def _issue(uow: UnitOfWork, reference: Reference) -> None:
    compliance.issue_reference(uow, reference.id, StepIn(version=reference.version))


def _found(uow: UnitOfWork, code: str, edition: str) -> Reference | None:
    this = uow.select(Reference).where(Reference.code == code, Reference.edition == edition)
    return uow.session.scalar(this)


def _is_known() -> bool:
    with unit_of_work("audit", SYSTEM) as uow:
        references = references_in_force(uow, today())
        running = processes_at(uow, id_of(SITES[0]))
    return len(references) == len(standards()) + IN_FORCE and len(running) == len(PROCESSES)
