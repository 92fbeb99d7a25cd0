"""The application, with its topology in the file that `measuring` writes."""

import asyncio
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from plures import Application, Capability

from . import IMPORTED
from .contracts import Answerer, Driven, Driver, Item, Neighbour

_STATM: Final = Path("/proc/self/statm")
_ITEMS: Final = tuple(Item(f"goods-{n}", f"Good number {n}, in green", 100 * n, 4.5, n % 3 > 0) for n in range(10))
_IDS: Final = tuple(each.id for each in _ITEMS)


class AnswererService(Answerer):
    async def items(self, ids: tuple[str, ...]) -> tuple[Item, ...]:  # noqa: ARG002 - what is asked for costs as what is read
        return _ITEMS

    async def used(self) -> float:
        return process_time()


class NeighbourService(Neighbour):
    async def items(self, ids: tuple[str, ...]) -> tuple[Item, ...]:  # noqa: ARG002 - as above
        return _ITEMS


class DriverService(Driver):
    def __init__(self, answerer: Answerer, neighbour: Neighbour) -> None:
        self._answerer, self._neighbour = answerer, neighbour

    async def drive(self, *, remote: bool, rounds: int, pause_s: float, beside: int) -> Driven:
        called = self._answerer if remote else self._neighbour
        waited: list[float] = []
        began, used = perf_counter(), process_time()
        for _ in range(rounds):
            await asyncio.sleep(pause_s)
            start = perf_counter()
            await asyncio.gather(*(called.items(_IDS) for _ in range(beside)))
            waited.append((perf_counter() - start) * 1e6)
        return Driven(tuple(waited), process_time() - used, perf_counter() - began)

    async def used(self) -> float:
        return process_time()

    async def memory(self) -> int:
        try:
            return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):
            return 0


if os.environ.get(IMPORTED):
    # What cannot be imported takes no memory; that it cannot is told by who runs it.
    with suppress(Exception):
        import_module(os.environ[IMPORTED])

app = Application(
    "calibration",
    [Capability(Answerer, AnswererService), Capability(Neighbour, NeighbourService), Capability(Driver, DriverService)],
)
