"""One side of a rival, in its own process: ``serve NAME`` or ``load NAME PORT SERVER SECONDS IN_FLIGHT``.

The load side prints its figures as a line of JSON.
"""

import sys

import msgspec

from bench.calls.load import latency, throughput
from bench.calls.rival import check, load
from bench.processes import CLIENT_CORE, SERVER_CORE, run_worker


async def measure(name: str, port: int, server: int, *, seconds: float, in_flight: int) -> None:
    """Check the answer, measure, print; ``server`` is the process id of the other side."""
    rival = load(name)
    async with rival.connect(port, in_flight) as call:
        check(name, rival, await call())
        figures = {
            **await latency(call, seconds=seconds),
            **await throughput(call, in_flight=in_flight, seconds=seconds, server=server),
        }
    print(msgspec.json.encode(figures).decode())


def main(side: str, name: str, *arguments: str) -> None:
    """Serve or load."""
    if side == "serve":
        run_worker(SERVER_CORE, load(name).serve())
    else:
        port, server, seconds, in_flight = arguments
        work = measure(name, int(port), int(server), seconds=float(seconds), in_flight=int(in_flight))
        run_worker(CLIENT_CORE, work)


if __name__ == "__main__":
    main(*sys.argv[1:])
