"""What somebody has to do today, for a telephone; and what actions make together: plans."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Response

from portal.formats import today
from portal.pages.action import is_planned, phase_of
from portal.pages.actions import ACTIONS
from portal.render import page
from portal.session import Visit, Visitor
from services.actions.plans.schemas import PlanBy, PlanOut
from services.actions.schemas import ActionOut, ActionStatus, Answer, SourceKind
from services.actions.sharing.schemas import QuestionOut
from shared.schemas import LARGEST_PAGE, LAST_DAY, Page

MOST: Final = 100

router = APIRouter()


@router.get("/actions/mine")
async def mine(visit: Visitor) -> Response:
    own, helped, done, moves, questions = await asyncio.gather(
        _mine(visit, owner_id=visit.actor.id, due_before=LAST_DAY),
        _mine(visit, contributor_id=visit.actor.id, due_before=LAST_DAY),
        _mine(visit, status=ActionStatus.DONE.value),
        _mine(visit, move_asked="true"),
        _questions(visit),
    )
    to_verify = [a for a in done if _may_judge(visit, a)]
    context = {
        "late": sum(action.due_on < today() for action in own),
        "to_plan": [a for a in own if a.status is ActionStatus.OPEN and not _ready(a)],
        "to_start": [a for a in own if a.status is ActionStatus.OPEN and _ready(a)],
        "to_do": [a for a in own if a.status is ActionStatus.IN_PROGRESS],
        "to_verify": sorted(to_verify, key=lambda a: a.effectiveness_check_on or a.due_on),
        "to_decide": [a for a in moves if _may_judge(visit, a)],
        "to_answer": [q for q in questions if visit.coordinates(q.site_id)],
        "helped": helped,
        "names": await visit.names(action.owner_id for action in [*helped, *to_verify, *moves]),
    }
    return await page(visit, "actions/mine.html", context)


@router.get("/actions/plans")
async def plans(visit: Visitor, by: PlanBy = PlanBy.OBJECTIVE) -> Response:
    asked: dict[str, Any] = {"by": by.value, "place": visit.place}
    found = await visit.api.get("/actions/plans", list[PlanOut], **asked)
    owners = {owner for plan in found for owner in plan.owners}
    context = {"plans": found, "by": by, "source": SourceKind, "names": await visit.names(owners)}
    return await page(visit, "actions/plans.html", context)


async def _mine(visit: Visit, **wanted: object) -> list[ActionOut]:
    return (await ACTIONS.page(visit, wanted, limit=MOST, sort="due_on")).items


async def _questions(visit: Visit) -> list[QuestionOut]:
    asked = {"place": visit.place, "given": Answer.WAITING.value, "limit": LARGEST_PAGE}
    return (await visit.api.get("/actions/questions", Page[QuestionOut], **asked)).items


def _ready(action: ActionOut) -> bool:
    return is_planned(action) and phase_of(action) > 1


def _may_judge(visit: Visit, action: ActionOut) -> bool:
    hands = (action.owner_id, action.done_by, *action.contributor_ids)
    return visit.may("actions:verify", action.site_id) and visit.actor.id not in hands
