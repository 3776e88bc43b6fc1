"""What those who deal with an action write down of its causes."""

from typing import Any
from uuid import UUID

from services.actions.analysis import disciplines
from services.actions.analysis.models import Analysis
from services.actions.analysis.queries import analysis_of
from services.actions.analysis.reasoning import root_of_families, root_of_whys
from services.actions.analysis.schemas import Discipline, FiveWhysIn, IshikawaIn, Method, StepIn
from services.actions.causes import require_root_cause
from services.actions.commands import ours
from services.actions.models import Action
from shared.work import UnitOfWork


def ask_why(uow: UnitOfWork, action_id: UUID, data: FiveWhysIn) -> Analysis:
    """Keep the answers to why, as a tree. What is confirmed becomes the root cause."""
    action = ours(uow, action_id, data)
    action.require_open()
    content = data.model_dump(mode="json", exclude={"version"})
    return _kept(uow, action, Method.FIVE_WHYS, content, root_of_whys(data))


def sort_causes(uow: UnitOfWork, action_id: UUID, data: IshikawaIn) -> Analysis:
    """Keep the causes by family. What is confirmed becomes the root cause."""
    action = ours(uow, action_id, data)
    action.require_open()
    content = data.model_dump(mode="json", exclude={"version"})
    return _kept(uow, action, Method.ISHIKAWA, content, root_of_families(data))


def write_step(uow: UnitOfWork, action_id: UUID, step: Discipline, data: StepIn) -> Analysis:
    """Write a step of the 8D, or complete it once those before are. It runs on with the work."""
    action = ours(uow, action_id, data)
    action.require_unfinished()
    known = analysis_of(uow, action, Method.EIGHT_D)
    steps: dict[str, Any] = dict(known.content["steps"]) if known else {}
    disciplines.require_writable(steps, step, data)
    written = dict(steps.get(step, {})) | {"facts": data.facts}
    if data.complete:
        written |= {"completed_on": str(uow.now.date()), "completed_by": str(uow.actor.id)}
    steps[step.value] = written
    return _kept(uow, action, Method.EIGHT_D, {"steps": steps}, _root_of(steps))


def _root_of(steps: disciplines.Steps) -> str:
    if not disciplines.is_complete(steps, Discipline.D4):
        return ""
    said = steps[Discipline.D4]["facts"]
    causes = [
        said.get(name, "").strip()
        for name in ("cause_of_occurrence", "cause_of_escape", "cause_in_system")
    ]
    require_root_cause(causes[0])
    return "\n".join(filter(None, causes))


def _kept(
    uow: UnitOfWork, action: Action, method: Method, content: dict[str, Any], root_cause: str
) -> Analysis:
    """The action has another version with it: two who write at once do not undo each other."""
    analysis = analysis_of(uow, action, method)
    if analysis is None:
        analysis = Analysis(
            action_id=action.id,
            site_id=action.site_id,
            round=action.round,
            method=method,
            begun_on=uow.now.date(),
        )
    analysis.content, analysis.root_cause = content, root_cause
    analysis.changed_at, analysis.changed_by = uow.now, uow.actor.id
    action.analysed_at = uow.now
    action.root_cause = root_cause or action.root_cause
    return uow.add(analysis)
