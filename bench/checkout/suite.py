"""The marketplace's checkout as a saga, beside the same calls by hand, on SQLite and on PostgreSQL, in one process."""

import asyncio
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
from rich.progress import track

from bench.checkout.worker import BY_HAND, OURS
from bench.options import Options
from bench.postgres import served
from bench.processes import worker
from bench.results import Column, Result, Row, Section, Target
from bench.sagas.subject import Store
from bench.samples import median_of

SUBJECTS = (BY_HAND, OURS)
_LIMIT_S = 300.0
_CONNECTIONS = 90
_COLUMNS = [
    Column("p50_ms", "p50 (ms)", 2),
    Column("p99_ms", "p99 (ms)", 2),
    Column("cpu_ms", "CPU (ms)", 2),
    Column("server_cpu_ms", "CPU of the server (ms)", 2),
]
_WORDS = {"cpu_ms": "CPU", "p50_ms": "p50"}
Figures = dict[str, float]
Case = tuple[str, Store]


def run(options: Options) -> Result:
    """Measure each subject in a fresh process, in a new order in each round."""
    orders = 3 if options.quick else 150
    cases = [*product(SUBJECTS, Store)]
    random = Random(options.seed)
    seen: dict[Case, list[Figures]] = {case: [] for case in cases}
    rounds = [
        (case, options.seed + number) for number in range(options.rounds) for case in random.sample(cases, len(cases))
    ]
    asyncio.run(_measure(rounds, orders, seen))
    sections = {
        store: Section(f"A checkout, {store}", _COLUMNS, [_row(name, seen[name, store]) for name in SUBJECTS])
        for store in Store
    }
    targets = [_target(section, figure) for section in sections.values() for figure in _WORDS]
    return Result("checkout", options.quick, options.rounds, options.seed, [*sections.values()], targets)


async def _measure(rounds: Sequence[tuple[Case, int]], orders: int, seen: dict[Case, list[Figures]]) -> None:
    with TemporaryDirectory() as folder:
        async with served(Path(folder), most_connections=_CONNECTIONS) as server:
            on_server = server.url, (Path(folder) / "postmaster.pid").read_text().split()[0]
            for case, seed in track(rounds, description="Checkout"):
                name, store = case
                place = on_server if store is Store.POSTGRESQL else ()
                with worker("bench.checkout.worker", name, str(orders), str(seed), *place) as measuring:
                    seen[case].append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=Figures))


def _row(name: str, rounds: Sequence[Figures]) -> Row:
    return Row(name, median_of(rounds), [*rounds])


def _target(section: Section, figure: str) -> Target:
    ratio = section.figure(OURS, figure) / section.figure(BY_HAND, figure)
    return Target(f"{section.title}: {_WORDS[figure]} of a saga beside the same by hand", "at most", 1.3, ratio)
