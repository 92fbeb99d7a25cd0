"""One row by its key through a `Database`, beside its drivers used directly. ``python -m bench.data TIMES SEED`` measures one round.

A write upserts the row in a transaction of its own, a read brings its value in one. Both sides take turns in one process.
"""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import msgspec
from rich.progress import track

from bench.options import Options
from bench.postgres import connect, served
from bench.processes import run_worker, worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of, percentile
from plures.data import Folder, Migration, Place, open_database

Figures = dict[str, float]
Once = Callable[[str], Awaitable[None]]
"""Does something with the row of this key."""

TOGETHER = 16
STORES = {"SQLite": ("`sqlite3`, no asyncio", "Plures, SQLite"), "PostgreSQL": ("asyncpg", "Plures, PostgreSQL")}
_BATCHES = 10
_LIMIT_S = 300.0
_TABLE = "CREATE TABLE pairs (key TEXT PRIMARY KEY, value BIGINT NOT NULL)"
_UPSERT = "INSERT INTO pairs VALUES ({}, 1) ON CONFLICT (key) DO UPDATE SET value = pairs.value + 1"
_SELECT = "SELECT value FROM pairs WHERE key = {}"
_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


def run(options: Options) -> Result:
    """Measure each round in a fresh process."""
    rounds: list[dict[str, Figures]] = []
    times = 20 if options.quick else 1_000
    for number in track(range(options.rounds), description="Data"):
        with worker("bench.data", str(times), str(options.seed + number)) as measuring:
            rounds.append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=dict[str, Figures]))
    sections = [_section(store, subjects, rounds) for store, subjects in STORES.items()]
    return Result("data", options.quick, options.rounds, options.seed, sections, [*map(_target, sections)])


def _section(store: str, subjects: tuple[str, str], rounds: list[dict[str, Figures]]) -> Section:
    columns = [
        Column(f"{does}_{key}", f"{does}, {heading}")
        for does in ("write", "read")
        for key, heading in (("p50_us", "p50 (µs)"), ("cpu_us", "CPU (µs)"), ("per_s", f"per s, {TOGETHER} in flight"))
    ]
    seen = {subject: [figures[subject] for figures in rounds] for subject in subjects}
    return Section(
        f"One row by its key, {store}", columns, [Row(name, median_of(each), each) for name, each in seen.items()]
    )


def _target(section: Section) -> Target:
    bare, ours = (row.subject for row in section.rows)
    ratio = section.figure(bare, "write_p50_us") / section.figure(ours, "write_p50_us")
    return Target(f"write of one row, speed of {ours} beside {bare}", "at least", 0.8, ratio)


async def measure(times: int, seed: int) -> None:
    """Print the figures of every subject, as a line of JSON."""
    figures: dict[str, Figures] = {}
    with TemporaryDirectory() as folder:
        async with served(Path(folder, "server"), most_connections=2 * TOGETHER) as server:
            for store, directly, place in (
                ("SQLite", _sqlite(Path(folder, "bare.sqlite3")), Folder(Path(folder))),
                ("PostgreSQL", _asyncpg(server.url), server),
            ):
                async with directly as bare, _plures(place) as ours:
                    subjects = dict(zip(STORES[store], (bare, ours), strict=True))
                    figures |= await _compare(subjects, times, Random(seed))
    print(msgspec.json.encode(figures).decode())


async def _compare(subjects: Mapping[str, Mapping[str, Once]], times: int, random: Random) -> dict[str, Figures]:
    """Let the subjects take turns, in a new order in each batch. The first batch warms them up."""
    singly: dict[tuple[str, str], list[float]] = {}
    figures: dict[str, list[Figures]] = {subject: [] for subject in subjects}
    for _ in range(1 + _BATCHES):
        for subject in random.sample([*subjects], len(subjects)):
            batch: Figures = {}
            for does, once in subjects[subject].items():
                cpu = process_time()
                samples = await _caller(once, "0", times // _BATCHES)
                batch[f"{does}_cpu_us"] = (process_time() - cpu) / len(samples) * 1e6
                singly.setdefault((subject, does), []).extend(samples)
                began = perf_counter()
                callers = [_caller(once, str(number), times // TOGETHER) for number in range(TOGETHER)]
                done = sum(map(len, await asyncio.gather(*callers)))
                batch[f"{does}_per_s"] = done / (perf_counter() - began)
            figures[subject].append(batch)
    return {
        subject: median_of(batches[1:])
        | {f"{does}_p50_us": percentile(singly[subject, does], 0.5) * 1e6 for does in subjects[subject]}
        for subject, batches in figures.items()
    }


async def _caller(once: Once, name: str, times: int) -> list[float]:
    """One after the other, on rows of its own: seconds that each took."""
    samples: list[float] = []
    for number in range(max(times, 1)):
        began = perf_counter()
        await once(f"{name}-{number % 10}")
        samples.append(perf_counter() - began)
    return samples


@asynccontextmanager
async def _plures(place: Place) -> AsyncGenerator[Mapping[str, Once]]:
    database = await open_database(place, "pairs", [Migration(1, "pairs", (_TABLE,))])
    upsert, select = _UPSERT.format(":key"), _SELECT.format(":key")

    async def write(key: str) -> None:
        async with database.write() as connection:
            await connection.execute(upsert, {"key": key})

    async def read(key: str) -> None:
        async with database.read() as connection:
            await connection.scalar(select, {"key": key})

    try:
        yield {"write": write, "read": read}
    finally:
        await database.close()


@asynccontextmanager
async def _sqlite(path: Path) -> AsyncGenerator[Mapping[str, Once]]:
    """Its functions never wait, so callers in flight come one after the other."""
    upsert, select = _UPSERT.format(":key"), _SELECT.format(":key")

    async def write(key: str) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(upsert, {"key": key})
        connection.execute("COMMIT")

    async def read(key: str) -> None:
        connection.execute("BEGIN")
        connection.execute(select, {"key": key}).fetchall()
        connection.execute("ROLLBACK")

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in (*_PRAGMAS, _TABLE):
            connection.execute(statement)
        yield {"write": write, "read": read}


@asynccontextmanager
async def _asyncpg(url: str) -> AsyncGenerator[Mapping[str, Once]]:
    """A connection for each caller, with our levels of isolation. A pool would ask the server to reset each connection."""
    upsert, select = _UPSERT.format("$1"), _SELECT.format("$1")

    async def write(key: str) -> None:
        connection = idle.pop()
        async with connection.transaction(isolation="serializable"):
            await connection.execute(upsert, key)
        idle.append(connection)

    async def read(key: str) -> None:
        connection = idle.pop()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.fetchval(select, key)
        idle.append(connection)

    idle = [await connect(url) for _ in range(TOGETHER)]
    await idle[0].execute(_TABLE)
    yield {"write": write, "read": read}
    for connection in idle:
        await connection.close()


if __name__ == "__main__":
    run_worker(None, measure(int(sys.argv[1]), int(sys.argv[2])))
