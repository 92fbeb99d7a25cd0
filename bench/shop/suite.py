"""The marketplace under load: every way of running it, in interleaved rounds, each started afresh."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import msgspec
from rich.progress import track

from bench.accounting import cpu_s, memory_mib
from bench.options import Options
from bench.processes import Worker, worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of
from bench.shop.deployment import Deployment, deployed
from bench.shop.load_worker import PLACE
from bench.shop.variants import Kind, Storage

Figures = dict[str, float]
Variant = tuple[Kind, Storage]
VARIANTS: tuple[Variant, ...] = (
    *((kind, Storage.MEMORY) for kind in Kind),
    (Kind.ONE_PROCESS, Storage.SQLITE),
    (Kind.SPLIT, Storage.SQLITE),
)
_LIMIT_S = 120.0


@dataclass(frozen=True)
class Phase:
    """One kind of load: requests per second, and for how long."""

    name: str
    title: str
    per_s: float
    seconds: float


PHASES = (
    Phase(PLACE, "Checkout: `checkout.place` called through a client, no pages", 12, 8),
    Phase("checkout", "Checkout: the page with the order button (`POST /checkout`)", 8, 8),
    Phase("search", "The search page (`GET /search`)", 12, 8),
    Phase("mix", "All pages, weighted as on a normal day", 15, 10),
)
_COLUMNS = [
    Column("cpu_s_per_1000", "CPU-s per 1,000 requests", 2),
    Column("p50_ms", "p50 (ms)", 2),
    Column("p99_ms", "p99 (ms)", 2),
    Column("memory_mib", "memory (MiB, PSS)", 0),
    Column("failures", "failed", 0),
]


def run(options: Options) -> Result:
    """Every variant, ``options.rounds`` times, in an order shuffled anew for each round."""
    seen: dict[tuple[str, Variant], list[Figures]] = {}
    random = Random(options.seed)
    order = [(number, v) for number in range(options.rounds) for v in random.sample(VARIANTS, len(VARIANTS))]
    for number, variant in track(order, description="Shop"):
        for phase, figures in _round(variant, options, options.seed + number):
            seen.setdefault((phase.name, variant), []).append(figures)
    sections = [_section(phase, seen) for phase in PHASES]
    return Result("shop", options.quick, options.rounds, options.seed, sections, [*_targets(sections)])


def _round(variant: Variant, options: Options, seed: int) -> Iterable[tuple[Phase, Figures]]:
    kind, storage = variant
    with deployed(kind, storage) as deployment:
        for phase in PHASES:
            yield phase, _measure(phase, deployment, options, seed)


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
    """In one process, whoever calls ``checkout.place`` is that process."""
    hosts_itself = phase.name == PLACE and deployment.kind is Kind.ONE_PROCESS
    return [load.pid] if hosts_itself else deployment.processes


def _section(phase: Phase, seen: dict[tuple[str, Variant], list[Figures]]) -> Section:
    rows = [_row(subject_of(variant), seen[phase.name, variant]) for variant in VARIANTS]
    return Section(f"{phase.title}, {phase.per_s:g}/s", _COLUMNS, rows)


def _row(subject: str, rounds: list[Figures]) -> Row:
    return Row(subject, median_of(rounds), rounds)


def subject_of(variant: Variant) -> str:
    """A variant in a table."""
    kind, storage = variant
    return f"{kind.value}, SQLite" if storage is Storage.SQLITE else kind.value


def _targets(sections: list[Section]) -> Iterable[Target]:
    place, page = sections[0], sections[1]
    for rival, wanted in ((Kind.FASTAPI, 30.0), (Kind.GRPC, 10.0)):
        for key, what in (("cpu_s_per_1000", "CPU"), ("p50_ms", "median latency")):
            ratio = place.figure(rival, key) / place.figure(Kind.ONE_PROCESS, key)
            yield Target(f"checkout in one process, less {what} than {rival}", "at least", wanted, ratio)
    for section, what in ((place, "`checkout.place`"), (page, "checkout page"), (sections[2], "search page")):
        ratio = section.figure(Kind.FASTAPI, "cpu_s_per_1000") / section.figure(Kind.SPLIT, "cpu_s_per_1000")
        yield Target(f"split by Plures, {what}, less CPU than {Kind.FASTAPI}", "at least", 5.0, ratio)
