"""A saga of three steps beside a workflow of DBOS, on SQLite and on PostgreSQL; what an idle worker costs."""

from collections.abc import Sequence
from itertools import product
from random import Random

import msgspec
from rich.progress import track

from bench.options import Options
from bench.processes import worker
from bench.results import Column, Result, Row, Section, Target
from bench.sagas.subject import TOGETHER, Kind, Store
from bench.samples import median_of

OURS = "Plures"
SUBJECTS = ("DBOS, async", "DBOS, threads", OURS)
STEPS = {Kind.CALLS: "one of three steps writes", Kind.WRITES: "three steps write"}
_LIMIT_S = 300.0
_COLUMNS = [
    Column("p50_ms", "p50 (ms)", 2),
    Column("p99_ms", "p99 (ms)", 2),
    Column("cpu_ms", "CPU (ms)", 2),
    Column("server_cpu_ms", "CPU of the server (ms)", 2),
    Column("per_s", f"per s, {TOGETHER} in flight"),
    Column("cpu_together_ms", f"CPU, {TOGETHER} in flight (ms)", 2),
    Column("idle_ms", "CPU when idle, per s (ms)", 2),
]
Figures = dict[str, float]


def run(options: Options) -> Result:
    """Measure each subject in a fresh process, in a new order in each round."""
    sagas, idle_s = (3, 0.2) if options.quick else (1_000, 5.0)
    cases = [*product(SUBJECTS, Kind, Store)]
    random = Random(options.seed)
    seen: dict[tuple[str, Kind, Store], list[Figures]] = {case: [] for case in cases}
    rounds = [case for _ in range(options.rounds) for case in random.sample(cases, len(cases))]
    for case in track(rounds, description="Sagas"):
        with worker("bench.sagas.worker", *case, str(sagas), str(idle_s)) as measuring:
            seen[case].append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=Figures))
    sections = [
        Section(f"A saga, {STEPS[kind]}, {store}", _COLUMNS, [_row(name, seen[name, kind, store]) for name in SUBJECTS])
        for store, kind in product(Store, Kind)
    ]
    targets = [*map(_target, sections), *map(_idle, Store, sections[::2])]
    return Result("sagas", options.quick, options.rounds, options.seed, sections, targets)


def _row(name: str, rounds: Sequence[Figures]) -> Row:
    return Row(name, median_of(rounds), [*rounds])


def _target(section: Section) -> Target:
    """Beside the faster way to use DBOS."""
    theirs = max(section.figure(name, "per_s") for name in SUBJECTS if name != OURS)
    ratio = section.figure(OURS, "per_s") / theirs
    return Target(f"{section.title}: throughput beside DBOS", "at least", 3.0, ratio)


def _idle(store: Store, section: Section) -> Target:
    idle_ms = section.figure(OURS, "idle_ms")
    return Target(f"CPU of an idle worker of sagas per second, {store}", "at most", 1.0, idle_ms, "ms")
