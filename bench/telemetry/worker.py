"""One side of a remote call, in a process of its own: ``serve MODE FOLDER`` or ``call MODE FOLDER PORT SERVER``.

The side that calls measures once for each line on its standard input, and prints its figures as a line of JSON.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench.calls.answer import LIMIT, TEXT
from bench.calls.contract import Findings, Search, app
from bench.calls.load import throughput
from bench.calls.rivals.plures_remote import placed
from bench.processes import CLIENT_CORE, SERVER_CORE, announce, run_worker
from bench.telemetry.modes import Mode, telemetry_of, unmeasured
from plures.application import assemble
from plures.deploy import ANY_FREE_PORTS, hosting
from plures.deploy.process_setup import freeze_gc
from plures.host import Host

IN_FLIGHT = 64


async def serve(mode: Mode, folder: Path) -> None:
    placement = replace(placed("search"), telemetry=telemetry_of(mode, folder, "search"))
    with unmeasured(mode):
        async with hosting(assemble(app), placement, ANY_FREE_PORTS) as running:
            announce(urlsplit(running.control_url).port)
            await asyncio.Event().wait()


async def call(mode: Mode, folder: Path, port: int, server: int) -> None:
    """Measure as often as it is asked to.

    Args:
        server: The process id of the other side.
    """
    placement = replace(placed(search=(f"http://127.0.0.1:{port}",)), telemetry=telemetry_of(mode, folder, "caller"))
    with unmeasured(mode):
        caller = Host(assemble(app), placement)
        await caller.start()
        search: Search = caller.client(Search)
    freeze_gc()

    async def once() -> Findings:
        return await search.find(TEXT, LIMIT)

    announce("")
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        figures = await throughput(once, in_flight=IN_FLIGHT, seconds=float(line), server=server)
        print(msgspec.json.encode(figures).decode(), flush=True)
    await caller.stop()


if __name__ == "__main__":
    side, mode, folder, *rest = sys.argv[1:]
    if side == "serve":
        run_worker(SERVER_CORE, serve(Mode(mode), Path(folder)))
    else:
        run_worker(CLIENT_CORE, call(Mode(mode), Path(folder), *map(int, rest)))
