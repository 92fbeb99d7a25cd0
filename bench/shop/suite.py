"""The marketplace under load: it starts afresh in each way and round, and the rounds interleave."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import msgspec
from rich.progress import track

from bench.accounting import cpu_s, memory_mib
from bench.options import Options
from bench.processes import Worker, WorkerFailed, worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of
from bench.shop.answers import check
from bench.shop.deployment import Deployment, deployed
from bench.shop.load_worker import PLACE
from bench.shop.variants import Kind, Storage

Figures = dict[str, float]
Variant = tuple[Kind, Storage]
Seen = dict[tuple[str, Variant], list[Figures]]
IN_MEMORY: tuple[Variant, ...] = tuple((kind, Storage.MEMORY) for kind in Kind)
ON_DISK: tuple[Variant, ...] = tuple((kind, Storage.SQLITE) for kind in (Kind.ONE_PROCESS, Kind.PLAIN, Kind.SPLIT))
_LIMIT_S = 120.0


@dataclass(frozen=True)
class Phase:
    """One kind of load: requests per second, and for how long."""

    name: str
    title: str
    per_s: float
    seconds: float


PHASES = (
    Phase(PLACE, "Checkout: `checkout.place` called through a client, no pages", 15, 6),
    Phase("checkout", "Checkout: the page with the order button (`POST /checkout`)", 12, 5),
    Phase("search", "The search page (`GET /search`)", 15, 5),
    Phase("mix", "All pages, weighted as on a normal day", 20, 6),
)
_SPLIT = (("mix", "all pages"), (PLACE, "`checkout.place`"), ("checkout", "checkout page"), ("search", "search page"))
_QUICK_PHASES = tuple(phase for phase in PHASES if phase.name in (PLACE, "checkout", "mix"))
_COLUMNS = [
    Column("cpu_s_per_1000", "CPU-s per 1,000 requests", 2),
    Column("p50_ms", "p50 (ms)", 2),
    Column("p99_ms", "p99 (ms)", 2),
    Column("memory_mib", "memory (MiB, PSS)", 0),
    Column("failures", "failed", 0),
]


def run(options: Options) -> Result:
    """Measure every variant ``options.rounds`` times, in a new random order in each round.

    Raises:
        WorkerFailed: A variant failed in every round, or the services answer otherwise in one process than in fifteen.
    """
    check()
    variants, phases = (IN_MEMORY, _QUICK_PHASES) if options.quick else (IN_MEMORY + ON_DISK, PHASES)
    seen: Seen = {}
    random = Random(options.seed)
    order = [(number, v) for number in range(options.rounds) for v in random.sample(variants, len(variants))]
    for number, variant in track(order, description="Shop"):
        for phase, figures in _round(variant, phases, options, options.seed + number):
            seen.setdefault((phase, variant), []).append(figures)
    for variant in variants:
        if (phases[-1].name, variant) not in seen:
            raise WorkerFailed(f"{subject_of(variant)} failed in every round")
    sections = {phase.name: _section(phase, variants, seen) for phase in phases}
    return Result("shop", options.quick, options.rounds, options.seed, [*sections.values()], [*_targets(sections)])


def _round(variant: Variant, phases: Sequence[Phase], options: Options, seed: int) -> Sequence[tuple[str, Figures]]:
    """The figures of all phases. After a failure we try once more and then give up this round, but not all the others."""
    for _ in range(2):
        try:
            with deployed(*variant) as deployment:
                return [(phase.name, _measure(phase, deployment, options, seed)) for phase in phases]
        except WorkerFailed as failure:
            print(f"{subject_of(variant)}: {failure}", file=sys.stderr)
    return ()


def _measure(phase: Phase, deployment: Deployment, options: Options, seed: int) -> Figures:
    seconds = 1.0 if options.quick else phase.seconds
    arguments = (phase.name, deployment.kind.name, deployment.storage.name, str(phase.per_s), str(seconds), str(seed))
    with worker("bench.shop.load_worker", *arguments, environment=deployment.environment) as load:
        load.ready()
        processes = _processes_at_work(phase, deployment, load)
        before = cpu_s(processes)
        load.go()
        figures = msgspec.json.decode(load.read_line(_LIMIT_S), type=Figures)
        spent = cpu_s(processes) - before
        memory = memory_mib(processes)
    return {**figures, "cpu_s_per_1000": spent / figures["requests"] * 1_000, "memory_mib": memory}


def _processes_at_work(phase: Phase, deployment: Deployment, load: Worker) -> list[int]:
    """The processes to account for. In one process, the load worker itself hosts the checkout that it calls."""
    hosts_itself = phase.name == PLACE and deployment.kind in (Kind.ONE_PROCESS, Kind.PLAIN)
    return [load.pid] if hosts_itself else deployment.processes


def _section(phase: Phase, variants: Iterable[Variant], seen: Seen) -> Section:
    rows = [_row(subject_of(variant), seen[phase.name, variant]) for variant in variants]
    return Section(f"{phase.title}, {phase.per_s:g}/s", _COLUMNS, rows)


def _row(subject: str, rounds: list[Figures]) -> Row:
    return Row(subject, median_of(rounds), rounds)


def subject_of(variant: Variant) -> str:
    """The name of a variant in a table."""
    kind, storage = variant
    return f"{kind.value}, SQLite" if storage is Storage.SQLITE else kind.value


def _targets(sections: Mapping[str, Section]) -> Iterable[Target]:
    place = sections[PLACE]
    for rival, wanted in ((Kind.FASTAPI, 30.0), (Kind.GRPC, 10.0)):
        for key, what in (("cpu_s_per_1000", "CPU"), ("p50_ms", "median latency")):
            ratio = place.figure(rival, key) / place.figure(Kind.ONE_PROCESS, key)
            yield Target(f"`checkout.place` in one process, less {what} than {rival}", "at least", wanted, ratio)
    for key, what, wanted in (("cpu_s_per_1000", "CPU", 5.0), ("memory_mib", "memory", 8.0)):
        ratio = place.figure(Kind.FASTAPI, key) / place.figure(Kind.RESCUE, key)
        yield Target(
            f"`checkout.place`, FastAPI + httpx services in one process, less {what}", "at least", wanted, ratio
        )
    for storage in (Storage.MEMORY, Storage.SQLITE):
        plures, plain = (subject_of((kind, storage)) for kind in (Kind.ONE_PROCESS, Kind.PLAIN))
        for phase, section in sections.items():
            if any(row.subject == plures for row in section.rows):
                ratio = section.figure(plures, "cpu_s_per_1000") / section.figure(plain, "cpu_s_per_1000")
                yield Target(f"{phase}, CPU of {plures} beside {plain}", "at most", 1.05, ratio)
    for name, what in _SPLIT:
        if name in sections:
            ours = sections[name].figure(Kind.SPLIT, "cpu_s_per_1000")
            for rival, wanted in ((Kind.FASTAPI, 5.0), (Kind.AIOHTTP, 2.5)):
                ratio = sections[name].figure(rival, "cpu_s_per_1000") / ours
                yield Target(f"split by Plures, {what}, less CPU than {rival}", "at least", wanted, ratio)
