"""Rounds of the platform and of the floor, in turns, and a check that both did all of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from runtime.bench.chains import Ear, Platform, pause
from runtime.bench.figures import Side, percentile
from runtime.bench.floor import Chain, Floor
from runtime.bench.group import Site
from runtime.bench.machine import Meter
from runtime.bench.rehearsal import Rehearsed
from runtime.bench.stage import FLOOR, Stage
from runtime.services import SERVICES
from shared.streams import Streams

T = TypeVar("T")

FLOORS_REDIS = 1
REST_S = 4.0
PATIENCE_S = 60.0
MARKS = " union all ".join(f"select count(*) from {name}.inbox" for name in SERVICES)  # noqa: S608  names of ours
COUNT_MARKS = f"select sum(count) from ({MARKS}) as marks"  # noqa: S608
EFFECTS = (
    "audit.finding",
    "actions.action",
    "policy.review_request",
    "notifications.notification",
)


class Lost(AssertionError):
    """Something that the chains must have done was not done, or was done twice."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured. There is a site for every chain of a phase."""

    rounds: int = 5
    sites: int = 64
    one_by_one: int = 30
    at_once: int = 64
    writers: int = 16

    @property
    def chains(self) -> int:
        return self.rounds * (self.one_by_one + self.at_once)


@dataclass(frozen=True)
class Rounds:
    on: Stage
    rehearsed: Rehearsed
    sizes: Sizes

    def run(self) -> list[tuple[Side, Side]]:
        """Measure both sides in turns. What was measured and did not happen is an error."""
        floor = self._floor()
        processes = self.on.start_processes()
        address = self.on.settings["QSE_BASE_URL"]
        with Ear(self.on.redis(), self.rehearsed.told) as ear:
            platform = Platform(address, self.rehearsed.personal_token, ear)
            self._warm_up(platform, floor)
            meters = [Meter([*processes, *self.on.servers]), Meter(self.on.servers)]
            whole, servers = [meter.at_rest(REST_S) for meter in meters]
            before = [self._effects(database) for database in (None, FLOOR)]
            sides = [
                (self._of_platform(platform, whole), self._of_floor(floor, servers))
                for _ in range(self.sizes.rounds)
            ]
        for database, effects in zip((None, FLOOR), before, strict=True):
            self._require_effects(database, effects)
        floor.close()
        return sides

    def _floor(self) -> Floor:
        """Make the floor's own streams, with the platform's groups in them."""
        redis = self.on.redis(FLOORS_REDIS)
        for service in SERVICES.values():
            Streams(redis, service.name, service.handlers.publishers, "floor").join()
        made = zip(self.rehearsed.sites, self.rehearsed.chains, strict=True)
        return Floor.learn(lambda service: self.on.url(service, FLOOR), redis, list(made))

    def _warm_up(self, platform: Platform, floor: Floor) -> None:
        """Let every thread, pool and statement be used before it is measured."""
        sites = self._sites(self.sizes.writers)
        platform.sign_in()
        with self._all_handled(len(sites)):
            platform.all_at_once(sites, self.sizes.writers)
        for site in sites:
            floor.play(floor.prepare(site))

    def _of_platform(self, platform: Platform, meter: Meter) -> Side:
        sizes = self.sizes

        def at_once(sites: list[Site]) -> float:
            return platform.all_at_once(sites, sizes.writers)

        platform.sign_in()
        times, idle_cpu = self._handled(sizes.one_by_one, platform.one_by_one, meter)
        platform.sign_in()
        elapsed, cpu = self._handled(sizes.at_once, at_once, meter)
        return self._side(times, idle_cpu, elapsed, cpu)

    def _of_floor(self, floor: Floor, meter: Meter) -> Side:
        def one_by_one(chains: list[Chain]) -> list[float]:
            return [_after_a_pause(floor, chain) for chain in chains]

        def at_once(chains: list[Chain]) -> float:
            begun = time.monotonic()
            for chain in chains:
                floor.play(chain)
            return time.monotonic() - begun

        times, idle_cpu = self._played(self.sizes.one_by_one, floor, one_by_one, meter)
        elapsed, cpu = self._played(self.sizes.at_once, floor, at_once, meter)
        return self._side(times, idle_cpu, elapsed, cpu)

    def _handled(self, count: int, do: Callable[[list[Site]], T], meter: Meter) -> tuple[T, float]:
        """What the platform's chains give, and their CPU until all they lead to is done."""
        sites = self._sites(count)
        with self._all_handled(count):
            start = meter.start()
            result = do(sites)
        return result, meter.since(start)

    def _played(
        self, count: int, floor: Floor, do: Callable[[list[Chain]], T], meter: Meter
    ) -> tuple[T, float]:
        chains = [floor.prepare(site) for site in self._sites(count)]
        start, own = meter.start(), time.process_time()
        result = do(chains)
        return result, meter.since(start) + time.process_time() - own

    def _sites(self, count: int) -> list[Site]:
        """Sites without an alert: each of a phase's chains begins at another one."""
        self.on.forget_figures()
        return self.rehearsed.group.sites[:count]

    def _side(self, times: list[float], idle_cpu: float, elapsed: float, cpu: float) -> Side:
        return Side(
            p50_ms=percentile(times, 0.5) * 1000,
            p95_ms=percentile(times, 0.95) * 1000,
            chains_per_s=self.sizes.at_once / elapsed,
            cpu_ms=cpu * 1000 / self.sizes.at_once,
            idle_cpu_ms=idle_cpu * 1000 / self.sizes.one_by_one,
        )

    @contextmanager
    def _all_handled(self, chains: int) -> Iterator[None]:
        """Wait at the end until every handler, Celery's too, has marked what it was to hear."""
        with self.on.owner() as owner:
            expected = _number(owner, COUNT_MARKS) + chains * self.rehearsed.marks
            yield
            deadline = time.monotonic() + PATIENCE_S
            while (now := _number(owner, COUNT_MARKS)) != expected:
                if time.monotonic() > deadline:
                    raise Lost(f"{now} events were handled, not {expected}")
                time.sleep(0.1)

    def _effects(self, database: str | None) -> list[int]:
        with self.on.owner(database) as owner:
            return [_number(owner, f"select count(*) from {table}") for table in EFFECTS]  # noqa: S608

    def _require_effects(self, database: str | None, before: list[int]) -> None:
        """Check by the rows that each chain did all it should, once, on this side."""
        made = [now - then for now, then in zip(self._effects(database), before, strict=True)]
        each = [1] * (len(EFFECTS) - 1) + [self.rehearsed.told]
        if made != [self.sizes.chains * count for count in each]:
            raise Lost(f"{self.sizes.chains} chains made {dict(zip(EFFECTS, made, strict=True))}")


def _after_a_pause(floor: Floor, chain: Chain) -> float:
    pause()
    return floor.play(chain)


def _number(owner: Any, query: str) -> int:  # noqa: ANN401  a connection of psycopg
    return int(owner.execute(query).fetchone()[0])
