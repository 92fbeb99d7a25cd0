"""One run: a load, replicas that take their time to start, and what says how many there are."""

from array import array
from collections.abc import Callable
from itertools import pairwise
from math import log
from random import Random
from typing import TypeAlias

import msgspec

from plures.scaling import Memory, Sample, Targets, decide

from .loads import Load
from .queueing import Replica, serve

_EVERY_S = 1.0
"""How often it is decided, as in the supervisor of local processes."""

_SOON_S = 120.0
"""What is started so soon after others were stopped was stopped too early."""

_SAME = 1.2
"""It was, where the load is no more than so many times what it was then."""

HowMany: TypeAlias = Callable[[Sample], int]
"""What decides: of a sample, how many replicas there are to be."""


class Workload(msgspec.Struct, frozen=True):
    """What one call costs, and one start.

    Attributes:
        cpu_s: Processor time of a call, on average.
        wait_s: What it waits for others beside that.
        starts_in_s: From the start of a replica until it is ready.
        seed: The same seed draws the same calls.
    """

    cpu_s: float = 0.02
    wait_s: float = 0.0
    starts_in_s: float = 2.0
    seed: int = 1


class Step(msgspec.Struct, frozen=True):
    """A second of a run: what arrived, and how many replicas there were and answered."""

    at_s: float
    arrived: float
    replicas: int
    ready: int
    in_flight: int


class Outcome(msgspec.Struct, frozen=True):
    """What came of a run.

    Attributes:
        p50_s: Half of the calls took no longer, waiting included.
        p99_s: Of a hundred, ninety-nine.
        worst_p99_s: That of the worst ten seconds.
        replica_seconds: Summed over replicas, from the start of each until it has stopped.
        changes: How often the number was changed.
        flaps: How often replicas were started that had just been stopped, at the same load.
    """

    calls: int
    p50_s: float
    p99_s: float
    worst_p99_s: float
    replica_seconds: float
    most: int
    changes: int
    flaps: int
    steps: tuple[Step, ...]


def play(load: Load, workload: Workload, how_many: HowMany, first: int) -> Outcome:
    """Play a load.

    Args:
        how_many: Asked each second.
        first: So many replicas are ready at the start.
    """
    run = _Run(load, workload, first)
    second = 0.0
    while second < load.seconds:
        until = min(second + _EVERY_S, load.seconds)
        run.pass_until(second, until)
        run.become(how_many(run.sample(until, until - second)), until)
        second = until
    return run.outcome()


def decided(targets: Targets) -> HowMany:
    """What the supervisor would do."""
    memory = Memory()

    def how_many(sample: Sample) -> int:
        nonlocal memory
        decision = decide(targets, memory, sample)
        memory = decision.memory
        return decision.replicas

    return how_many


class _Run:
    def __init__(self, load: Load, workload: Workload, first: int) -> None:
        self._load, self._workload = load, workload
        # It imitates chance, and keeps no secret.
        self._random = Random(workload.seed)  # noqa: S311
        self._replicas = [Replica(0.0) for _ in range(max(1, first))]
        self._stopping: list[Replica] = []
        self._took = array("d")
        self._tens: list[list[float]] = []
        self._steps: list[Step] = []
        self._spent = 0.0
        self._changes: list[tuple[float, int, float]] = []
        self._done = self._computed = 0.0
        self._arrived = 0

    def pass_until(self, since: float, until: float) -> None:
        due = self._due(since, until)
        ready = [each for each in self._replicas if each.ready_at <= since]
        took = serve(ready, due, self._workload.cpu_s, self._workload.wait_s, self._random)
        self._took.extend(took)
        if not self._steps or int(since // 10) != int(self._steps[-1].at_s // 10):
            self._tens.append([])
        self._tens[-1].extend(took)
        self._arrived = len(due)
        self._spent += (len(self._replicas) + len(self._stopping)) * (until - since)
        self._stopping = [each for each in self._stopping if each.at(until)]
        in_flight = sum(each.at(until) for each in self._replicas)
        self._steps.append(Step(since, len(due) / (until - since), len(self._replicas), len(ready), in_flight))

    def _due(self, since: float, until: float) -> list[float]:
        rate = self._load.at((since + until) / 2)
        due: list[float] = []
        at, drawn = since, self._random.random
        while rate > 0:
            at -= log(1.0 - drawn()) / rate
            if at >= until:
                break
            due.append(at)
        return due

    def sample(self, now: float, passed_s: float) -> Sample:
        last = self._steps[-1]
        done = float(sum(each.done(now) for each in self._replicas))
        computed = sum(each.computed(now) for each in self._replicas)
        finished, cpu = max(0.0, done - self._done) / passed_s, max(0.0, computed - self._computed) / passed_s
        return Sample(
            now,
            wanted=last.replicas,
            ready=last.ready,
            arrived=self._arrived / passed_s,
            finished=finished,
            cpu=cpu,
            in_flight=float(last.in_flight),
            starts_in_s=self._workload.starts_in_s,
        )

    def become(self, many: int, now: float) -> None:
        many = max(1, many)
        if many != len(self._replicas):
            self._changes.append((now, many - len(self._replicas), self._load.at(now)))
        while len(self._replicas) > many:
            # The last one began last; what is not ready yet has no calls.
            self._stopping.append(self._replicas.pop())
        while len(self._replicas) < many:
            self._replicas.append(Replica(now + self._workload.starts_in_s))
        self._done = float(sum(each.done(now) for each in self._replicas))
        self._computed = sum(each.computed(now) for each in self._replicas)

    def outcome(self) -> Outcome:
        took = sorted(self._took)
        return Outcome(
            calls=len(took),
            p50_s=_part(took, 0.5),
            p99_s=_part(took, 0.99),
            worst_p99_s=max((_part(sorted(each), 0.99) for each in self._tens), default=0.0),
            replica_seconds=round(self._spent, 1),
            most=max(step.replicas for step in self._steps),
            changes=len(self._changes),
            flaps=self._flaps(),
            steps=tuple(self._steps),
        )

    def _flaps(self) -> int:
        flaps = 0
        for before, after in pairwise(self._changes):
            is_soon = after[0] - before[0] < _SOON_S and after[2] <= before[2] * _SAME
            flaps += before[1] < 0 < after[1] and is_soon
        return flaps


def _part(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0
