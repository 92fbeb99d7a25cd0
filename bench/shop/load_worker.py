"""Drives the load on a deployment: ``python -m bench.shop.load_worker PHASE KIND STORAGE PER_S SECONDS SEED``.

It prepares its buyers, says that it is ready, waits for a line, drives the load, prints the figures as a line of JSON,
and waits for SIGTERM. So its parent can read the processor time that passed between the two lines.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from random import Random

import msgspec

from bench.processes import announce, run_worker
from bench.shop.clients import checkout_clients
from bench.shop.rivals.service_worker import EDGE, PORTS
from bench.shop.traffic.arrivals import NORMAL
from bench.shop.traffic.checkout import CheckoutTraffic
from bench.shop.traffic.open_loop import Send, drive
from bench.shop.traffic.shelf import Shelf
from bench.shop.traffic.web import WebTraffic
from bench.shop.variants import Kind, Storage
from plures.load import Arrival, arrivals

PLACE = "place"
WEIGHTS = {"search": {"search": 1}, "checkout": {"checkout": 1}, "mix": NORMAL, PLACE: {PLACE: 1}}
_WARM_UP = 10


@dataclass(frozen=True)
class Load:
    """One load on one deployment."""

    phase: str
    kind: Kind
    storage: Storage
    per_s: float
    seconds: float
    seed: int

    async def run(self) -> None:
        """Prepare, wait, drive, print."""
        ports = msgspec.json.decode(os.environ[PORTS], type=dict[str, int])
        random = Random(self.seed)
        due = list(arrivals(WEIGHTS[self.phase], per_s=self.per_s, seconds=self.seconds, random=random))
        buyers = _WARM_UP + sum(arrival.what in (PLACE, "checkout") for arrival in due)
        shelf = Shelf(random, part=list(WEIGHTS).index(self.phase), of=len(WEIGHTS))
        if self.phase == PLACE:
            async with checkout_clients(self.kind, self.storage, ports) as clients:
                direct = CheckoutTraffic(clients, shelf, random)
                await direct.prepare(buyers)
                await _measure(due, direct.send)
        else:
            async with WebTraffic(ports[EDGE], shelf, random) as web:
                await web.prepare(buyers)
                await _measure(due, web.send)


async def _measure(due: list[Arrival[str]], send: Send) -> None:
    for page in {arrival.what for arrival in due}:
        for _ in range(_WARM_UP):
            await send(page)
    announce("")
    await asyncio.to_thread(sys.stdin.readline)
    seen = await drive(due, send)
    for failure in seen.failures[:3]:
        print(failure, file=sys.stderr)
    print(msgspec.json.encode(seen.figures()).decode(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    phase, kind, storage, per_s, seconds, seed = sys.argv[1:]
    run_worker(None, Load(phase, Kind[kind], Storage[storage], float(per_s), float(seconds), int(seed)).run())
