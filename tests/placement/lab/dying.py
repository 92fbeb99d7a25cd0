"""Puts onto the shelf in a process of its own, which is killed at the moment that the command line names.

    python -m lab.dying FOLDER KEY WHEN WHERE SERVER

WHEN is ``before`` or ``after`` the commit that has the answer, or ``never``; WHERE is a placement of `plures.testing`;
SERVER is the URL of a database, or ``-`` for embedded ones.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from lab import Shelf, app
from plures.data import HoldingWork
from plures.testing import Where, run
from plures.topology import DatabaseServer, Storage, Topology


def die(when: str) -> None:
    """Kill this process at that moment."""
    end = HoldingWork.end

    async def dying(work: HoldingWork, *how: Any) -> None:
        if when == "after":
            await end(work, *how)
        os.kill(os.getpid(), signal.SIGKILL)

    if when != "never":
        HoldingWork.end = dying  # type: ignore[method-assign]


async def put(folder: Path, key: str, where: Where, server: str) -> None:
    storage = Storage() if server == "-" else Storage({"main": DatabaseServer("main", server)}, default="main")
    async with run(app, where, data=folder, topology=Topology("dying", (), storage=storage)) as shop:
        answer = await shop.client(Shelf).put(key)
        print(answer.times, await shop.client(Shelf).runs(key))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    die(sys.argv[3])
    asyncio.run(put(Path(sys.argv[1]), sys.argv[2], Where(sys.argv[4]), sys.argv[5]))
