"""Events: a transaction that publishes, beside a hand-written outbox; how soon they arrive; how fast a backlog drains; what an idle relay costs.

``python -m bench.events.suite TIMES BACKLOG SEED`` measures one round.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from uuid import uuid4

import msgspec
from rich.progress import track

from bench.events.across import across
from bench.events.by_hand import BODY, TYPE, Once, on_postgresql, on_sqlite
from bench.options import Options
from bench.postgres import served
from bench.processes import run_worker, worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of, percentile
from plures.data import Database, Folder, Migration, Place, Server, open_database
from plures.events import Record, Relay, Stored, append, prepare, register

Figures = dict[str, float]
TOGETHER = 16
STORES = {
    "SQLite": ("SQLAlchemy, hand-written, no asyncio", "Plures, SQLite"),
    "PostgreSQL": ("SQLAlchemy, hand-written", "Plures, PostgreSQL"),
}
OURS = [ours for _, ours in STORES.values()]
_NAME = "notifications.confirm"
_BATCHES = 10
_LIMIT_S = 900.0
_IDLE_S = 10.0
_QUICK_IDLE_S = 0.5
_TABLE = "CREATE TABLE orders (id TEXT PRIMARY KEY, total BIGINT NOT NULL)"
_ORDER = "INSERT INTO orders (id, total) VALUES (:id, 1180)"
_FILL = (
    "INSERT INTO plures_events (id, type, key, body, request_id, published_at) "
    "SELECT 'e' || i, '{type}', 'c' || (i % 1000), '{body}', '', 0 FROM generate_series(1, {rows}) AS i"
)


def run(options: Options) -> Result:
    """Measure each round in a fresh process."""
    rounds: list[dict[str, Figures]] = []
    times, backlog = (20, 3_000) if options.quick else (1_000, 1_000_000)
    for number in track(range(options.rounds), description="Events"):
        with worker("bench.events.suite", str(times), str(backlog), str(options.seed + number)) as measuring:
            rounds.append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=dict[str, Figures]))
    sections = [*(_publishing(store, rounds) for store in STORES), _delivering(rounds), _draining(rounds, backlog)]
    return Result("events", options.quick, options.rounds, options.seed, sections, _targets(sections))


def _publishing(store: str, rounds: list[dict[str, Figures]]) -> Section:
    columns = [
        Column("p50_us", "p50 (µs)"),
        Column("cpu_us", "CPU (µs)"),
        Column("per_s", f"per s, {TOGETHER} in flight"),
    ]
    return Section(f"A transaction with an event, {store}", columns, [_row(name, rounds) for name in STORES[store]])


def _delivering(rounds: list[dict[str, Figures]]) -> Section:
    columns = [
        Column("delivered_p50_ms", "commit to handler, p50 (ms)", 2),
        Column("delivered_p99_ms", "p99 (ms)", 2),
        Column("across_p50_ms", "to another process, p50 (ms)", 2),
        Column("across_p99_ms", "p99 (ms)", 2),
        Column("idle_ms", "CPU of an idle relay per s (ms)", 2),
    ]
    return Section("Delivered", columns, [_row(name, rounds) for name in OURS])


def _draining(rounds: list[dict[str, Figures]], backlog: int) -> Section:
    columns = [
        Column("per_s", "events per s"),
        Column("first_per_s", "the first tenth"),
        Column("last_per_s", "the last tenth"),
    ]
    return Section(f"A backlog of {backlog:,} events, PostgreSQL", columns, [_row("drained", rounds)])


def _row(subject: str, rounds: list[dict[str, Figures]]) -> Row:
    seen = [figures[subject] for figures in rounds]
    return Row(subject, median_of(seen), seen)


def _targets(sections: list[Section]) -> list[Target]:
    *publishing, delivering, draining = sections
    targets: list[Target] = []
    for section in publishing:
        bare, ours = (row.subject for row in section.rows)
        ratio = section.figure(bare, "p50_us") / section.figure(ours, "p50_us")
        targets.append(Target(f"transaction with an event, speed of {ours} beside {bare}", "at least", 0.9, ratio))
    for name in OURS:
        p50, idle = delivering.figure(name, "delivered_p50_ms"), delivering.figure(name, "idle_ms")
        targets.append(Target(f"event delivered in process p50, {name}", "at most", 5.0, p50, "ms"))
        across_ms = delivering.figure(name, "across_p50_ms")
        targets.append(Target(f"event delivered across processes p50, {name}", "at most", 15.0, across_ms, "ms"))
        targets.append(Target(f"CPU of an idle relay per second, {name}", "at most", 1.0, idle, "ms"))
    rate, last = draining.figure("drained", "per_s"), draining.figure("drained", "last_per_s")
    targets.append(Target("backlog drained on PostgreSQL", "at least", 10_000, rate, "events/s"))
    flatness = last / draining.figure("drained", "first_per_s")
    targets.append(Target("backlog drained, last tenth beside the first", "at least", 0.8, flatness))
    return targets


async def measure(times: int, backlog: int, seed: int) -> None:
    """Print the figures of every subject, as a line of JSON."""
    figures: dict[str, Figures] = {}
    idle_s = _IDLE_S if backlog > 10_000 else _QUICK_IDLE_S
    with TemporaryDirectory() as folder:
        async with served(Path(folder, "server"), most_connections=2 * TOGETHER) as server:
            for (bare, ours), rival, place in (
                (STORES["SQLite"], on_sqlite(Path(folder, "bare.sqlite3")), Folder(Path(folder))),
                (STORES["PostgreSQL"], on_postgresql(server, TOGETHER), server),
            ):
                async with _opened(place) as database, rival as by_hand:
                    once = {bare: by_hand, ours: _plures(database)}
                    figures |= await _compare(once, times, Random(seed))
                    figures[ours] |= await _deliver(database, times) | await _idle(database, idle_s)
                there = place if isinstance(place, Server) else None
                figures[ours] |= await across(Path(folder, f"across {ours}"), there, max(times // 2, 1))
            async with _opened(Server(server.url, server.schema, 10)) as database:
                figures["drained"] = await _drain(database, backlog)
    print(msgspec.json.encode(figures).decode())


async def _compare(subjects: Mapping[str, Once], times: int, random: Random) -> dict[str, Figures]:
    """Let the subjects take turns, in a new order in each batch. The first batch warms them up."""
    singly: dict[str, list[float]] = {subject: [] for subject in subjects}
    figures: dict[str, list[Figures]] = {subject: [] for subject in subjects}
    for _ in range(1 + _BATCHES):
        for subject in random.sample([*subjects], len(subjects)):
            cpu = process_time()
            samples = await _caller(subjects[subject], times // _BATCHES)
            batch = {"cpu_us": (process_time() - cpu) / len(samples) * 1e6}
            singly[subject].extend(samples)
            began = perf_counter()
            callers = [_caller(subjects[subject], times // TOGETHER) for _ in range(TOGETHER)]
            done = sum(map(len, await asyncio.gather(*callers)))
            batch["per_s"] = done / (perf_counter() - began)
            figures[subject].append(batch)
    return {
        subject: median_of(batches[1:]) | {"p50_us": percentile(singly[subject], 0.5) * 1e6}
        for subject, batches in figures.items()
    }


async def _caller(once: Once, times: int) -> list[float]:
    samples: list[float] = []
    for _ in range(max(times, 1)):
        began = perf_counter()
        await once(str(uuid4()))
        samples.append(perf_counter() - began)
    return samples


def _plures(database: Database) -> Once:
    async def place(one: str) -> None:
        async with database.write() as connection:
            await connection.execute(_ORDER, {"id": one})
            await append(connection, Record(one, TYPE, one, BODY, ""), database.dialect)

    return place


@asynccontextmanager
async def _opened(place: Place) -> AsyncGenerator[Database]:
    database = await open_database(place, "orders", [Migration(1, "orders", (_TABLE,))])
    await prepare(database)
    yield database
    await database.close()


async def _deliver(database: Database, times: int) -> Figures:
    """One event after the other, from the commit to the handler."""
    arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def deliver(_: Stored) -> None:
        arrived.set_result(perf_counter())

    samples: list[float] = []
    place = _plures(database)
    async with _relaying(database, deliver) as relay:
        for _ in range(max(times // 2, 1)):
            await place(str(uuid4()))
            began = perf_counter()
            relay.wake()
            samples.append((await arrived - began) * 1e3)
            arrived = asyncio.get_running_loop().create_future()
    return {"delivered_p50_ms": percentile(samples, 0.5), "delivered_p99_ms": percentile(samples, 0.99)}


async def _idle(database: Database, idle_s: float) -> Figures:
    async def deliver(_: Stored) -> None: ...

    async with _relaying(database, deliver):
        await asyncio.sleep(min(2.0, idle_s))
        cpu = process_time()
        await asyncio.sleep(idle_s)
        return {"idle_ms": (process_time() - cpu) / idle_s * 1e3}


async def _drain(database: Database, backlog: int) -> Figures:
    """Events that no relay has seen yet, to a handler that does nothing."""
    await register(database, {_NAME: TYPE})
    async with database.write() as connection:
        await connection.execute(_FILL.format(type=TYPE, body=BODY.replace(":", "\\:"), rows=backlog))
    times: list[float] = []
    all_arrived = asyncio.Event()

    async def deliver(_: Stored) -> None:
        times.append(perf_counter())
        if len(times) == backlog:
            all_arrived.set()

    began = perf_counter()
    async with _relaying(database, deliver):
        await all_arrived.wait()
    tenth = backlog // 10
    return {
        "per_s": backlog / (times[-1] - began),
        "first_per_s": tenth / (times[tenth - 1] - times[0]),
        "last_per_s": tenth / (times[-1] - times[-tenth]),
    }


@asynccontextmanager
async def _relaying(database: Database, deliver: Callable[[Stored], Awaitable[None]]) -> AsyncGenerator[Relay]:
    await register(database, {_NAME: TYPE})
    relay = Relay(database, {_NAME: (TYPE, deliver)}, capability="orders", owner="bench")
    running = asyncio.create_task(relay.run())
    # Until it has the lease and has read what there was.
    await asyncio.sleep(0.3)
    yield relay
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    run_worker(None, measure(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
