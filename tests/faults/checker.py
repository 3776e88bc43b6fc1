"""What must hold when everything is quiet again, looked up with a superuser's eyes."""

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, create_engine, text

from runtime.services import SERVICES
from tests.faults.harness import Rig

LOST = {
    "findings not there": """
        select count(*) from unnest(cast(:ids as uuid[])) as wanted(id)
        where not exists (select 1 from audit.finding f where f.id = wanted.id)""",
    "findings without effect": """
        select count(*) from audit.finding f
        where not exists (select 1 from actions.effect e where e.finding_id = f.id)""",
    "findings without their action": """
        select count(*) from audit.finding f
        where not exists (select 1 from actions.action a where a.finding_id = f.id)""",
    "actions that audit does not know": """
        select count(*) from actions.action a where a.finding_id is not null and not exists
        (select 1 from audit.finding_action k where k.id = a.id)""",
    "actions that indicators does not know": """
        select count(*) from actions.action a
        where not exists (select 1 from indicators.known_action k where k.id = a.id)""",
    "findings that indicators does not know": """
        select count(*) from audit.finding f
        where not exists (select 1 from indicators.known_finding k where k.id = f.id)""",
    "owners not told": """
        select count(*) from actions.action a where not exists
        (select 1 from notifications.notification n
        where n.subject_id = a.id and n.kind = 'action_opened')""",
    "coordinators not told": """
        select count(*) from audit.finding f where not exists
        (select 1 from notifications.notification n
        where n.subject_id = f.id and n.kind = 'finding_raised')""",
    "sites with a major nonconformity and no alert": """
        select count(distinct f.site_id) from audit.finding f where f.grade = 'NC_MAJ'
        and not exists (select 1 from indicators.alert a
        where a.site_id = f.site_id and a.code = 'NC_MAJ_12M')""",
    "alerts without their review request": """
        select count(*) from indicators.alert a where not exists
        (select 1 from policy.review_request r where r.alert_id = a.id)""",
    "values that differ from a rebuild": """
        select count(*) from (
            select f.site_id, count(*) as majors from audit.finding f
            where f.grade = 'NC_MAJ' group by f.site_id
        ) truth left join indicators.value v on v.site_id = truth.site_id
            and v.code = 'NC_MAJ_12M' and v.period = date_trunc('month', current_date)
        where v.numerator is distinct from truth.majors""",
    "counts of open actions that differ from a rebuild": """
        select count(*) from (
            select a.site_id, count(*) as open from actions.action a
            where a.status in ('open', 'in_progress', 'done') group by a.site_id
        ) truth left join indicators.value v on v.site_id = truth.site_id
            and v.code = 'ACT_OPEN' and v.period = date_trunc('month', current_date)
        where v.numerator is distinct from truth.open""",
}

DOUBLED = {
    "effects that happened twice": """
        select count(*) from (select finding_id from actions.effect
        group by finding_id having count(*) > 1) twice""",
    "findings with two actions": """
        select count(*) from (select finding_id from actions.action
        group by finding_id having count(*) > 1) twice""",
    "people told twice": """
        select count(*) from (select subject_id, person_id, kind from notifications.notification
        group by subject_id, person_id, kind having count(*) > 1) twice""",
    "alerts raised twice": """
        select count(*) from (select site_id, code from indicators.alert where status <> 'closed'
        group by site_id, code having count(*) > 1) twice""",
    "review requests made twice": """
        select count(*) from (select alert_id from policy.review_request
        group by alert_id having count(*) > 1) twice""",
    "events published twice for one opening": """
        select count(*) from (select subject from actions.outbox
        where topic = 'actions.action_opened' group by subject having count(*) > 1) twice""",
}


@dataclass(frozen=True)
class Verdict:
    """What was lost, doubled or put aside; empty when all is well."""

    lost: dict[str, int]
    doubled: dict[str, int]
    dead: int
    unsent: int
    letters_missing: int
    letters_twice: int

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.dead or self.unsent or self.letters_missing)

    def told(self) -> str:
        kinds = {"lost": self.lost, "doubled": self.doubled}
        said = [f"{kind} {seen or 0}" for kind, seen in kinds.items()]
        said += [f"dead letters {self.dead}", f"events not sent {self.unsent}"]
        said += [f"mails missing {self.letters_missing}", f"mails twice {self.letters_twice}"]
        return ", ".join(said)


def verdict(rig: Rig) -> Verdict:
    engine = create_engine(rig.postgres.url)
    with engine.connect() as connection:
        found = Verdict(
            _counts(connection, LOST, ids=list(rig.acknowledged)),
            _counts(connection, DOUBLED),
            _sum(connection, "select count(*) from {}.dead_letter where dead_at is not null"),
            _sum(connection, "select count(*) from {}.outbox where published_at is null"),
            _letters_missing(connection, rig),
            len(rig.letters.received) - len(set(rig.letters.received)),
        )
    engine.dispose()
    return found


def settled(rig: Rig, patience_s: float) -> Verdict:
    """Give the verdict once it is clean, or the last one when patience is over."""
    deadline = time.monotonic() + patience_s
    while not (found := verdict(rig)).clean and time.monotonic() < deadline:
        time.sleep(1)
    return found


def _counts(connection: Connection, queries: dict[str, str], **given: Any) -> dict[str, int]:  # noqa: ANN401
    counted = {}
    for what, query in queries.items():
        bound = {name: value for name, value in given.items() if f":{name}" in query}
        counted[what] = int(connection.scalar(text(query), bound) or 0)
    return {what: count for what, count in counted.items() if count}


def _sum(connection: Connection, query: str) -> int:
    return sum(int(connection.scalar(text(query.format(name))) or 0) for name in SERVICES)


def _letters_missing(connection: Connection, rig: Rig) -> int:
    told = int(connection.scalar(text("select count(*) from notifications.notification")) or 0)
    return max(0, told - len(set(rig.letters.received)))
