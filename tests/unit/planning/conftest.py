"""A shop that runs in one process, as it has measured itself; and what a remote call costs."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic, time
from typing import Final

import pytest

from plures.planning import EDGE, Cost, Pace, StoreOf, Target
from plures.telemetry import Noted, ProcessName, Rate, Reading, SpanKind, Store, Subject, Telemetry, Trace, index_of
from plures.telemetry.store import Anchor

ROUTE: Final = "GET /product"
COST: Final = Cost(1, (Pace(10, 2_000, 1_000), Pace(100, 1_000, 500)), 100, 200, 0.005, 50_000_000, 100)
ONE: Final = Target("monolith", dict.fromkeys((EDGE, "search", "stock", "mail"), "main"), {"main": 1})
SPLIT: Final = Target(
    "split",
    {EDGE: "shop", "search": "search", "stock": "stock", "mail": "shop"},
    {"shop": 1, "search": 2, "stock": 1},
    stores=(StoreOf("stock", "embedded", 4096), StoreOf("mail", "big")),
)


class Written:
    """Writes as one process does, ten seconds a step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ahead_s = -600.0
        self.telemetry = Telemetry(Rate(1, 1e6))
        self.stores: dict[str, Store] = {}

    def own(self) -> float:
        """The clock of the process. It goes on with that of the world: what has begun before a step of the world's alone would be as old as that step."""
        return monotonic() + self.ahead_s

    def process(self, name: str) -> Store:
        if name not in self.stores:
            anchor = Anchor(lambda: time() + self.ahead_s, self.own)
            self.stores[name] = Store(
                self.folder, self.telemetry, ProcessName(name, 1), anchor=anchor, every_s=1e6, count_s=0
            )
            self.stores[name].write()
        return self.stores[name]

    def request(
        self, *, find_ms: float = 6, kept_for: str = "drawn", has_root: bool = True, route: str = ROUTE
    ) -> None:
        """A request of 10 ms, which calls search, which calls stock; 1 ms, 6 ms and 2 ms of work."""
        trace = Trace(kept_for=kept_for)
        root, find, get = (trace.next_span() for _ in range(3))
        end = self.own()
        began = end - 0.004 - find_ms / 1000
        trace.note(
            Noted(_call("stock/Get", "stock", "search"), get, find, began + 0.002, began + 0.004, after=0, task=7)
        )
        found = began + 0.001 + find_ms / 1000
        trace.note(Noted(_call("search/Find", "search", EDGE), find, root, began + 0.001, found, task=7))
        if has_root:
            trace.note(Noted(Subject(SpanKind.SERVER, route), root, 0, began, end, task=7))
        self.telemetry.recorder.close(trace)

    def count(self, many: int, *, stock: int = 1, route: str = ROUTE) -> None:
        """Figures of requests: each calls search once, and stock so often."""
        for subject, calls, seconds in (
            (Subject(SpanKind.SERVER, route), many, 0.01),
            (_call("search/Find", "search", EDGE), many, 0.006),
            (_call("stock/Get", "stock", "search"), many * stock, 0.002),
        ):
            meter = self.telemetry.meter(subject)
            meter.begun = meter.ended = calls
            meter.seconds = calls * seconds
            meter.buckets[index_of(seconds)] = calls

    def ran(self, name: str, *, many: int = 100, steps: int = 6, cpu: float = 0.1) -> None:
        """A process that answers requests for a minute."""
        store = self.process(name)
        for _ in range(steps):
            self.ahead_s += 10
            self.count(many // steps)
            for _ in range(5):
                self.request()
            store.put_gauge("cpu.share", cpu)
            store.put_gauge("memory.bytes", 100_000_000)
            store.write()

    @property
    def now(self) -> int:
        return int((time() + self.ahead_s) * 1e6) + 1


def _call(name: str, capability: str, caller: str) -> Subject:
    return Subject(SpanKind.INTERNAL, name, capability, caller, "local", f"shop.{capability}.v1")


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


@pytest.fixture
def reading(tmp_path: Path) -> Callable[[], Reading]:
    return lambda: Reading(tmp_path)
