"""Before anything is measured: the group settles, and some chains are recorded."""

from dataclasses import dataclass

from runtime.bench import group
from runtime.bench.chains import FINDING
from runtime.bench.group import Group, Site
from runtime.bench.inprocess import InProcess
from runtime.bench.recording import Recording, recorded_redis, recording

WARM_UP = 2
"""Chains before one is recorded: the first find an empty group and caches that are not filled."""


@dataclass(frozen=True)
class Rehearsed:
    group: Group
    personal_token: str
    sites: tuple[Site, Site]
    chains: tuple[Recording, Recording]

    @property
    def chain(self) -> Recording:
        return self.chains[-1]

    @property
    def told(self) -> int:
        """How many people hear of one chain."""
        rows = [s.rows for s in self.chain.statements if "INTO notifications.notification" in s.sql]
        return sum(rows)

    @property
    def marks(self) -> int:
        """How many events are handled in one chain, once per handler."""
        return sum(s.sql.startswith("INSERT") and ".inbox" in s.sql for s in self.chain.statements)


def rehearse(sites: int) -> Rehearsed:
    """Settle a group, and record two chains in it, all in this process."""
    platform = InProcess(recorded_redis())
    everybody = group.settle(sites)
    platform.settle()
    group.begin(everybody)
    platform.settle()
    token = group.access_token(everybody.auditor)
    for site in everybody.sites[:WARM_UP]:
        record(platform, site, token)
    one, other = everybody.sites[WARM_UP : WARM_UP + 2]
    chains = record(platform, one, token), record(platform, other, token)
    personal_token = group.personal_token(everybody.auditor)
    return Rehearsed(everybody, personal_token, (one, other), chains)


def record(platform: InProcess, site: Site, token: str) -> Recording:
    with recording(platform.redis) as made:
        platform.post(f"/audit/audits/{site.audit_id}/findings", FINDING, token)
        platform.settle()
    return made
