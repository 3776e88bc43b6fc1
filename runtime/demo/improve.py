"""Actions that no audit asked for: a complaint in 8D, causes looked for, sister sites asked."""

from datetime import date, timedelta
from uuid import UUID

from runtime.demo.acting import acting, today, until, until_quiet
from runtime.demo.group import BY_NAME, OWNERS, Someone, coordinator_of, id_of
from runtime.demo.reasons import EIGHT_D, FISHBONE, ON, WHYS
from services.actions import commands as actions
from services.actions import opening
from services.actions.analysis import commands as analysis
from services.actions.analysis.schemas import Discipline, FiveWhysIn, IshikawaIn, StepIn
from services.actions.models import Action
from services.actions.schemas import (
    ActionIn,
    ActionType,
    Answer,
    CloseIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    PlanIn,
    Priority,
    ResourcesIn,
    SourceKind,
    StartIn,
)
from services.actions.sharing import commands as sharing
from services.actions.sharing.models import Question
from services.actions.sharing.schemas import AnswerIn, AskIn, Reach
from shared.auth import SYSTEM
from shared.work import unit_of_work

MACHINES, WATER = "OBJ-S-02 · Zéro accident sur machine", "OBJ-E-01 · Moins de rejets aqueux"
NAZAIRE, FIGEAC, ROUSSILLON = "Saint-Nazaire", "Figeac", "Roussillon"
HELPER = BY_NAME["Yann Tanguy"]


def improve() -> None:
    with unit_of_work("actions", SYSTEM) as uow:
        if uow.find(Action, id_of("complaint")) is not None:
            return
    answer_complaint(today() - timedelta(days=9))
    contain_complaint(today() - timedelta(days=9))
    guard_machine(today() - timedelta(days=30))
    spare_water(today() - timedelta(days=24))
    ask_sisters()


def answer_complaint(day: date) -> None:
    """A customer's complaint, in 8D: contained, the causes being looked for."""
    data = ActionIn(
        id=id_of("complaint"),
        site_id=id_of(NAZAIRE),
        title="Supprimer les délaminages en bord de panneau (réclamation client)",
        description="Douze panneaux délaminés en bord, trouvés à la réception du client.",
        type=ActionType.CORRECTIVE,
        source_kind=SourceKind.CUSTOMER_COMPLAINT,
        source_label="Réclamation R-118",
        gravity=3,
        recurrence=2,
        owner_id=_owner(NAZAIRE).id,
        process="PROD",
        cost_estimated=ON.complaint_cost,
        load_days=ON.complaint_load,
    )
    action = _opened(data, day)
    helped = ResourcesIn(
        contributor_ids=[HELPER.id],
        means="Une équipe de quatre personnes, le laboratoire deux jours par semaine",
        gain="Deux réclamations de moins par an, tri supprimé",
        cost_estimated=ON.complaint_cost,
        load_days=ON.complaint_load,
        constraint_human="Le technicien du laboratoire est partagé avec Figeac",
        constraint_material="Une seule étuve disponible pour les essais",
        version=action.version,
    )
    with acting("actions:progress", _owner(NAZAIRE), day) as uow:
        actions.resource_action(uow, action.id, helped)
    for number, (step, facts) in enumerate(EIGHT_D.items()):
        _write(action.id, step, facts, min(day + timedelta(days=number), today()))


def contain_complaint(day: date) -> None:
    """What treats the case is done, paid for and closed by somebody else."""
    data = ActionIn(
        id=id_of("containment"),
        site_id=id_of(NAZAIRE),
        title="Trier le stock de panneaux, usine et client",
        type=ActionType.CONTAINMENT,
        priority=Priority.P1,
        source_kind=SourceKind.CUSTOMER_COMPLAINT,
        source_label="Réclamation R-118",
        owner_id=_owner(NAZAIRE).id,
        process="PROD",
        cost_estimated=ON.sorting_cost,
        load_days=ON.sorting_load,
    )
    action = _opened(data, day)
    _start(action.id, _owner(NAZAIRE), day)
    done = DoneIn(
        evidence="412 panneaux triés, 9 isolés ; tri refait par échantillon sans écart.",
        cost_real=ON.sorting_paid,
        version=_version(action.id),
    )
    with acting("actions:progress", _owner(NAZAIRE), day + timedelta(days=1)) as uow:
        actions.declare_done(uow, action.id, done)
    close = CloseIn(statement="Stock isolé vu au magasin.", version=_version(action.id))
    with acting("actions:verify", coordinator_of(NAZAIRE), day + timedelta(days=2)) as uow:
        actions.close_action(uow, action.id, close)


def guard_machine(day: date) -> None:
    """A near miss: asked why until a cause that can be acted on, planned, begun."""
    owner = _owner(FIGEAC)
    data = ActionIn(
        id=id_of("near miss"),
        site_id=id_of(FIGEAC),
        title="Rendre inutile l'ouverture du carter de la presse en production",
        description="Une pièce retirée carter ouvert, presse en cycle ; sans blessure.",
        type=ActionType.CORRECTIVE,
        source_kind=SourceKind.NEAR_MISS,
        source_label="PA-031",
        gravity=4,
        recurrence=1,
        owner_id=owner.id,
        process="PROD",
        objective=MACHINES,
        cost_estimated=ON.guard_cost,
        load_days=ON.guard_load,
    )
    action = _opened(data, day)
    with acting("actions:progress", owner, day + timedelta(days=2)) as uow:
        whys = FiveWhysIn.model_validate(WHYS | {"version": _version(action.id)})
        analysis.ask_why(uow, action.id, whys)
    plan = PlanIn(
        effectiveness_criterion="Aucune ouverture de carter en cycle sur trois mois de visites",
        effectiveness_check_on=today() + timedelta(days=80),
        no_indicator_because="Les ouvertures ne sont pas comptées ; elles se constatent en visite",
        version=_version(action.id),
    )
    with acting("actions:progress", owner, day + timedelta(days=3)) as uow:
        actions.plan_action(uow, action.id, plan)
    _start(action.id, owner, day + timedelta(days=4))
    _refuse_a_move(action.id, FIGEAC)


def spare_water(day: date) -> None:
    """An inspection's remark: the causes sorted by family, the plan still to be made."""
    owner = _owner(ROUSSILLON)
    data = ActionIn(
        id=id_of("water"),
        site_id=id_of(ROUSSILLON),
        title="Réduire les dépassements de DCO au rejet aqueux",
        description="Trois dépassements de la valeur limite relevés sur l'autosurveillance.",
        type=ActionType.CORRECTIVE,
        source_kind=SourceKind.INSPECTION,
        source_label="Visite DREAL de juin",
        gravity=2,
        recurrence=3,
        owner_id=owner.id,
        process="PROD",
        objective=WATER,
        cost_estimated=ON.water_cost,
        load_days=ON.water_load,
    )
    action = _opened(data, day)
    with acting("actions:progress", owner, day + timedelta(days=5)) as uow:
        bones = IshikawaIn.model_validate(FISHBONE | {"version": _version(action.id)})
        analysis.sort_causes(uow, action.id, bones)


def ask_sisters() -> None:
    """Figeac asks the other sites of its division; two have answered, one has still to."""
    id = id_of("near miss")
    asked = AskIn(
        reach=Reach.DIVISION,
        reason="Les mêmes presses, avec le même éjecteur, sont en service dans la division.",
        title="Carter de presse ouvert en cycle pour dégager les rebuts",
        text="Un éjecteur mal réglé au changement de série conduit à ouvrir le carter en cycle.",
        due_on=today() + timedelta(days=14),
        version=_version(id),
    )
    with acting("actions:progress", coordinator_of(FIGEAC), today()) as uow:
        sharing.ask_sisters(uow, id, asked)
    _answer(
        NAZAIRE,
        answer=Answer.CONCERNED,
        statement="Deux presses du même modèle, éjecteur réglé à la main.",
        owner_id=_owner(NAZAIRE).id,
        priority=Priority.P2,
    )
    _answer(
        "Le Havre",
        answer=Answer.IN_PLACE,
        statement="Réglage inscrit dans la gamme de changement depuis 2024, vérifié ce matin.",
    )
    until_quiet()


def _answer(site: str, **said: object) -> None:
    question = until(f"the question to {site}", lambda: _question_to(site))
    data = AnswerIn.model_validate(said | {"version": question.version})
    with acting("actions:progress", coordinator_of(site), today()) as uow:
        sharing.answer_question(uow, question.id, data)


def _question_to(site: str) -> Question | None:
    with unit_of_work("actions", SYSTEM) as uow:
        return uow.session.scalar(uow.select(Question).where(Question.site_id == id_of(site)))


def _refuse_a_move(id: UUID, site: str) -> None:
    day = today() - timedelta(days=5)
    with acting("actions:progress", _owner(site), day) as uow:
        due = uow.get(Action, id).due_on + timedelta(days=45)
        wish = MoveIn(due_on=due, reason="Capteur livré en retard", version=_version(id))
        actions.ask_to_move(uow, id, wish)
    refused = MoveDecisionIn(
        approved=False,
        decision="Le Havre prête un capteur ; l'échéance tient.",
        version=_version(id),
    )
    with acting("actions:verify", coordinator_of(site), day + timedelta(days=1)) as uow:
        actions.decide_move(uow, id, refused)


def _opened(data: ActionIn, day: date) -> Action:
    site = next(name for name in OWNERS if id_of(name) == data.site_id)
    with acting("actions:progress", coordinator_of(site), day) as uow:
        return opening.open_action(uow, data)


def _start(id: UUID, owner: Someone, day: date) -> None:
    with acting("actions:progress", owner, day) as uow:
        actions.start_action(uow, id, StartIn(version=_version(id)))


def _write(id: UUID, step: str, facts: dict[str, str], day: date) -> None:
    data = StepIn(facts=facts, complete=step != "D4", version=_version(id))
    with acting("actions:progress", _owner(NAZAIRE), day) as uow:
        analysis.write_step(uow, id, Discipline(step), data)


def _version(id: UUID) -> int:
    with unit_of_work("actions", SYSTEM) as uow:
        return uow.get(Action, id).version


def _owner(site: str) -> Someone:
    return BY_NAME[OWNERS[site][0]]
