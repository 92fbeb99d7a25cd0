"""Search in one process on the whole catalogue. ``run`` is the benchmark, ``python -m bench.search QUERIES SEED`` its worker.

It asks one query after the other as a page does, with facets, and with the price, stock and rating of each hit.
"""

import asyncio
import gc
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec
from rich.progress import track

from bench.options import Options
from bench.processes import CLIENT_CORE, run_worker, worker
from bench.results import Column, Result, Row, Section, Target
from bench.samples import median_of, percentile
from bench.shop.traffic.goods import all_goods, query_for
from bench.shop.variants import Storage, application
from marketplace.search.contract import IndexNotReady, Search
from plures.application import assemble
from plures.host import Host, Placement

Figures = dict[str, float]
SUBJECTS = {"words as they are": 0.0, "words with a typo": 1.0, "both, two to one": 1 / 3}
_LIMIT_S = 120.0
_READY_POLL_S = 0.05


def run(options: Options) -> Result:
    """Measure each round in a fresh process."""
    rounds: list[dict[str, Figures]] = []
    queries = 60 if options.quick else 1_000
    for number in track(range(options.rounds), description="Search"):
        with worker("bench.search", str(queries), str(options.seed + number)) as measuring:
            rounds.append(msgspec.json.decode(measuring.read_line(_LIMIT_S), type=dict[str, Figures]))
    columns = [
        Column("p50_ms", "p50 (ms)", 2),
        Column("p99_ms", "p99 (ms)", 2),
        Column("found", "found something (%)", 0),
    ]
    rows = [_row(subject, [figures[subject] for figures in rounds]) for subject in SUBJECTS]
    section = Section(f"`search.find` on {len(all_goods()):,} products, {queries:,} queries", columns, rows)
    target = Target("search p99 in process", "at most", 20.0, section.figure("both, two to one", "p99_ms"), "ms")
    return Result("search", options.quick, options.rounds, options.seed, [section], [target])


def _row(subject: str, rounds: list[Figures]) -> Row:
    return Row(subject, median_of(rounds), rounds)


async def measure(queries: int, seed: int) -> None:
    """Print the figures of every kind of query, as a line of JSON."""
    assembly = assemble(application(Storage.SQLITE))
    with TemporaryDirectory() as folder:
        host = Host(assembly, Placement(frozenset(assembly.capabilities), edge=False, data=Path(folder)))
        await host.start()
        search: Search = host.client(Search)
        await _ready(search)
        figures = {subject: await _asked(search, queries, share, seed) for subject, share in SUBJECTS.items()}
        await host.stop()
    print(msgspec.json.encode(figures).decode())


async def _asked(search: Search, queries: int, typo_share: float, seed: int) -> Figures:
    random = Random(seed)
    texts = [query_for(random.choice(all_goods()).name, random, typo_share=typo_share) for _ in range(queries)]
    samples: list[float] = []
    found = 0
    gc.collect()
    for text in texts:
        began = perf_counter()
        findings = await search.find(text)
        samples.append((perf_counter() - began) * 1_000)
        found += findings.total > 0
    return {
        "p50_ms": percentile(samples, 0.5),
        "p99_ms": percentile(samples, 0.99),
        "found": 100 * found / len(texts),
    }


async def _ready(search: Search) -> None:
    while True:
        try:
            await search.find("lens")
        except IndexNotReady:
            await asyncio.sleep(_READY_POLL_S)
        else:
            return


if __name__ == "__main__":
    run_worker(CLIENT_CORE, measure(int(sys.argv[1]), int(sys.argv[2])))
