"""Deploys the marketplace with Plures: ``python -m bench.shop.plures_worker ONE_PROCESS|SPLIT MEMORY|SQLITE DATA_FOLDER``.

It announces the port of each capability and of the edge, and the token of the run, as JSON.
"""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench.processes import announce, run_worker
from bench.shop.rivals.service_worker import EDGE
from bench.shop.variants import Kind, Storage, application
from plures.application import assemble
from plures.deploy import ANY_FREE_PORTS, hosting, local_processes
from plures.host import Placement
from plures.testing import one_each


class _Quiet:
    """Takes the log of all processes and prints only what matters here."""

    def write(self, source: str, line: str) -> None:
        if "INFO" not in line and "ready, process" not in line:
            print(f"{source}: {line}", file=sys.stderr)


async def serve(kind: Kind, storage: Storage, data: Path) -> None:
    """Run in production mode until SIGTERM comes."""
    assembly = assemble(application(storage))
    if kind is Kind.ONE_PROCESS:
        everything = Placement(frozenset(assembly.capabilities), edge=True, data=data)
        async with hosting(assembly, everything, ANY_FREE_PORTS) as running:
            await _serving(dict.fromkeys(assembly.capabilities, running.control_url), running.public_url)
    else:
        async with local_processes(one_each(assembly), storage.value, data=data, lines=_Quiet()) as processes:
            control = {name: urls[0] for name, urls in processes.endpoints.items()}
            await _serving(control, processes.public_url, processes.token)


async def _serving(control: Mapping[str, str], public: str | None, token: str = "") -> None:
    ports = {name: urlsplit(url or "").port for name, url in {**control, EDGE: public}.items()}
    announce(msgspec.json.encode((ports, token)).decode())
    await _terminated()


async def _terminated() -> None:
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    await leave.wait()


if __name__ == "__main__":
    kind, storage, data = sys.argv[1:]
    run_worker(None, serve(Kind[kind], Storage[storage], Path(data)))
