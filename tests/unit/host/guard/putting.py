"""A replica of the shelf in a process of its own: puts once when a line comes, and is killed at the moment that the command line names.

    python -m guard.putting URL SCHEMA WHEN

WHEN is ``before`` or ``after`` the commit that has the answer, or ``never``.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from plures.data import HoldingWork, Server, open_database

from .shelf import TABLE, client, rows


def die(when: str) -> None:
    """Kill this process at that moment."""
    end = HoldingWork.end

    async def dying(work: HoldingWork, *how: Any) -> None:
        if when == "after":
            await end(work, *how)
        os.kill(os.getpid(), signal.SIGKILL)

    if when != "never":
        HoldingWork.end = dying  # type: ignore[method-assign]


async def put(server: Server) -> None:
    database = await open_database(server, "shelf", (TABLE,))
    print("ready", flush=True)  # noqa: T201 - the test reads it
    await asyncio.to_thread(sys.stdin.readline)
    print(await client(database).put("k"), await rows(database))  # noqa: T201 - the test reads it
    await database.close()


if __name__ == "__main__":
    die(sys.argv[3])
    asyncio.run(put(Server(sys.argv[1], sys.argv[2])))
