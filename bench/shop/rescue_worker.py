"""All FastAPI services of the marketplace in one process, unchanged: ``python -m bench.shop.rescue_worker PLURES_TOML``."""

import asyncio
import signal
import sys
from pathlib import Path

from bench.processes import announce, run_worker
from plures.rescue import Together, running_services
from plures.topology import parse


async def serve(file: Path) -> None:
    """Run until SIGTERM comes."""
    leave = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with running_services(Together([*parse(file).services.values()])):
        announce("")
        await leave.wait()


if __name__ == "__main__":
    run_worker(None, serve(Path(sys.argv[1])))
