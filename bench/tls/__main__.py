"""What TLS costs a call with kept connections: ``python -m bench.tls [SECONDS] [PAIRS]``, plain and by TLS in alternation.

Both sides are replicas in processes of their own, with certificates of one authority; one call in flight, then 64.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, app
from bench.calls.load import latency, throughput
from bench.calls.rivals.plures_remote import placed
from bench.processes import CLIENT_CORE, SERVER_CORE, announce, run_worker, worker
from plures.application import assemble
from plures.deploy import ANY_FREE_PORTS, hosting
from plures.deploy.process_setup import freeze_gc
from plures.host import Host, Placement
from plures.tls import make_authority
from plures.topology import PlacedTls, Tls

_PLAIN: Final = "-"
_IN_FLIGHT: Final = (1, 64)


def secured(placement: Placement, authority: str, process: str, **peers: str) -> Placement:
    """The same by TLS, where there is an authority."""
    if authority == _PLAIN:
        return placement
    return replace(placement, tls=PlacedTls(Tls(Path(authority)), process, ("127.0.0.1",), peers))


async def serve(authority: str) -> None:
    """Host the capability until the end."""
    addresses = msgspec.structs.replace(ANY_FREE_PORTS, is_sealed=authority != _PLAIN)
    async with hosting(assemble(app), secured(placed("search"), authority, "search"), addresses) as running:
        announce(urlsplit(running.control_url).port)
        await asyncio.Event().wait()


async def load(authority: str, port: str, server: str, seconds: str) -> None:
    """Measure and print."""
    url = f"http{'' if authority == _PLAIN else 's'}://127.0.0.1:{port}"
    caller = Host(assemble(app), secured(placed(search=(url,)), authority, "caller", **{url: "search"}))
    await caller.start()
    freeze_gc()
    search: Search = caller.client(Search)

    async def call() -> Findings:
        return await search.find(TEXT, LIMIT)

    figures: dict[str, float] = {}
    for in_flight in _IN_FLIGHT:
        told = await throughput(call, in_flight=in_flight, seconds=float(seconds), server=int(server))
        figures |= {f"{name}_{in_flight}": value for name, value in told.items()}
    figures |= await latency(call, seconds=float(seconds))
    await caller.stop()
    print(msgspec.json.encode(figures).decode())


def measured(authority: str, seconds: float) -> dict[str, float]:
    """The figures of one run."""
    with worker("bench.tls", "serve", authority) as server:
        port = server.ready()
        with worker("bench.tls", "load", authority, port, str(server.pid), str(seconds)) as client:
            return msgspec.json.decode(client.read_line(60 + 10 * seconds), type=dict[str, float])


def main(seconds: float, pairs: int) -> None:
    """Print medians, and what TLS costs of each."""
    with TemporaryDirectory() as folder:
        make_authority(Path(folder), "bench")
        runs = {_PLAIN: list[dict[str, float]](), folder: list[dict[str, float]]()}
        for number in range(pairs):
            for authority in (_PLAIN, folder) if number % 2 else (folder, _PLAIN):
                runs[authority].append(measured(authority, seconds))
    for name in runs[_PLAIN][0]:
        plain, sealed = (median(run[name] for run in each) for each in runs.values())
        print(f"{name:>18}  plain {plain:>10,.1f}   TLS {sealed:>10,.1f}   {sealed / plain - 1:+7.1%}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", authority]:
            run_worker(SERVER_CORE, serve(authority))
        case ["load", authority, port, server, seconds]:
            run_worker(CLIENT_CORE, load(authority, port, server, seconds))
        case arguments:
            numbers = [*map(float, arguments), *(4.0, 5.0)[len(arguments) :]]
            main(numbers[0], int(numbers[1]))
