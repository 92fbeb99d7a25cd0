"""A saga of three steps beside a workflow of DBOS, on SQLite and on PostgreSQL; what an idle worker costs."""

import asyncio
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
from rich.progress import track

from bench.options import Options
from bench.postgres import connect, served
from bench.processes import worker
from bench.results import Column, Result, Row, Section, Target
from bench.sagas.subject import OWNER, TOGETHER, Kind, Store
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
Case = tuple[str, Kind, Store]


def run(options: Options) -> Result:
    """Measure each subject in a fresh process, in a new order in each round."""
    sagas, idle_s = (3, 0.2) if options.quick else (200, 5.0)
    cases = [*product(SUBJECTS, Kind, Store)]
    random = Random(options.seed)
    seen: dict[Case, list[Figures]] = {case: [] for case in cases}
    rounds = [case for _ in range(options.rounds) for case in random.sample(cases, len(cases))]
    asyncio.run(_measure(rounds, sagas, idle_s, seen))
    sections = [
        Section(f"A saga, {STEPS[kind]}, {store}", _COLUMNS, [_row(name, seen[name, kind, store]) for name in SUBJECTS])
        for store, kind in product(Store, Kind)
    ]
    targets = [*map(_target, sections), *map(_idle, Store, sections[::2])]
    return Result("sagas", options.quick, options.rounds, options.seed, sections, targets)


async def _measure(rounds: Sequence[Case], sagas: int, idle_s: float, seen: dict[Case, list[Figures]]) -> None:
    with TemporaryDirectory() as folder:
        async with served(Path(folder), most_connections=TOGETHER) as server:
            connection = await connect(server.url)
            # A capability refuses to be a superuser; DBOS does not.
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN")
            await connection.close()
            on_server = server.url, _process_of(Path(folder))
            for case in track(rounds, description="Sagas"):
                name, kind, store = case
                place = on_server if store is Store.POSTGRESQL else ()
                with worker("bench.sagas.worker", name, kind, str(sagas), str(idle_s), *place) as measuring:
                    seen[case].append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=Figures))


def _process_of(server: Path) -> str:
    return (server / "postmaster.pid").read_text().split()[0]


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
