"""What the dashboard shows in tests: an application that runs, with telemetry that the writer's own code has written."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import sin
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from plures.deploy import Run
from plures.telemetry import (
    LogLine,
    Meter,
    Noted,
    ProcessName,
    Rate,
    SpanKind,
    Store,
    Subject,
    Telemetry,
    Trace,
    index_of,
    span_id_of,
)
from plures.telemetry.store import Anchor

from .planned import TOPOLOGIES, keep_plans
from .shops import application_run

HOSTILE: Final = "<img src=x onerror=alert(1)>"
SPANS: Final = 50_000
NAMES: Final = ("cart", "checkout", "pricing", "inventory", "payments", "notifications")
APP: Final = '''
"""A shop of capabilities that echo."""

from typing import Protocol

from plures import Application, Capability, contract, query


def capability(name: str) -> Capability:
    class Asked(Protocol):
        @query()
        async def get(self, text: str) -> str: ...

    Asked.__doc__ = f"What the shop knows of {name}."
    Asked.__name__ = Asked.__qualname__ = name.title()

    class Service:
        async def get(self, text: str) -> str:
            return text

    return Capability(contract(f"seen.{name}.v1", owner=f"team {name}")(Asked), Service)


app = Application("seen", [capability(name) for name in NAMES])
'''


class Shop:
    """Two processes that have written what they saw."""

    def __init__(self, folder: Path) -> None:
        self.front, self.back, self.whole = (Telemetry(Rate(1, 1e6)) for _ in range(3))
        self.ahead_s = 0.0
        self._meters: dict[tuple[bool, Subject], Meter] = {}
        self.stores = tuple(
            Store(folder, telemetry, ProcessName(name, 1), anchor=Anchor(self._clock), count_s=0)
            for telemetry, name in ((self.front, "front"), (self.back, "back"), (self.whole, "whole"))
        )

    def _clock(self) -> float:
        return time.time() + self.ahead_s

    def write(self) -> None:
        for store in self.stores:
            store.write()

    def order(self, ago_s: float, code: str = "", said: str = "Placing an order", slow: float = 1) -> str:
        """A checkout over both processes, with an event that is received later; gives the id of its trace."""
        trace = Trace(kept_for="failed" if code else "drawn")
        lasted = 0.08 * slow
        began = monotonic() - ago_s - lasted
        route, cart, place, quote, reserve, charge, told = (trace.next_span() for _ in range(7))
        event = span_id_of(trace.id)

        def note(subject: Subject, span: int, parent: int, start: float, end: float, *rest: object) -> None:
            trace.note(Noted(subject, span, parent, began + start * lasted, began + end * lasted, *rest))  # type: ignore[arg-type]

        note(internal("cart/Get", "cart", "the edge"), cart, route, 0.02, 0.1)
        note(internal("pricing/Quote", "pricing", "checkout"), quote, place, 0.14, 0.24)
        note(client("inventory/Reserve", "inventory"), reserve, place, 0.25, 0.5)
        note(client("payments/Charge", "payments"), charge, place, 0.53, 0.9, code)
        note(Subject(SpanKind.PRODUCER, "OrderPlaced", "checkout", "checkout"), told, place, 0.91, 0.95, "", "", event)
        note(internal("checkout/Place", "checkout", "the edge"), place, route, 0.12, 0.97, code, '{"items": 3}')
        note(Subject(SpanKind.SERVER, "POST /checkout"), route, 0, 0, 1, code)
        self.front.recorder.close(trace)
        other = Trace(trace.id, kept_for="drawn")
        for subject, above, start, end, failed in (
            (server("inventory/Reserve", "inventory"), trace.span_id(reserve), 0.28, 0.47, ""),
            (server("payments/Charge", "payments"), trace.span_id(charge), 0.56, 0.88, code),
            (Subject(SpanKind.CONSUMER, "OrderPlaced", "notifications", "checkout"), event, 1.1, 1.3, ""),
        ):
            span = other.next_span()
            other.note(Noted(subject, span, 0, began + start * lasted, began + end * lasted, failed, "", 0, above))
        self.back.recorder.close(other)
        at = int((began + time.time() - monotonic()) * 1e6)
        self.stores[0].put_log(LogLine(at, 20, "seen.checkout", said, trace.id, trace.span_id(place), "checkout"))
        if code:
            self.stores[1].put_log(
                LogLine(at, 40, "seen.payments", "The bank does not answer", trace.id, 0, "payments")
            )
        return trace.id

    def order_in_one(self, ago_s: float, slow: float = 1) -> None:
        """The same in one process, as it was before the split: faster."""
        trace = Trace(kept_for="drawn")
        lasted = 0.05 * slow
        began = monotonic() - ago_s - lasted
        route, place, cart, quote, reserve, charge = (trace.next_span() for _ in range(6))
        for subject, span, above, start, end in (
            (internal("cart/Get", "cart", "the edge"), cart, route, 0.02, 0.14),
            (internal("pricing/Quote", "pricing", "checkout"), quote, place, 0.18, 0.34),
            (internal("inventory/Reserve", "inventory", "checkout"), reserve, place, 0.35, 0.55),
            (internal("payments/Charge", "payments", "checkout"), charge, place, 0.56, 0.9),
            (internal("checkout/Place", "checkout", "the edge"), place, route, 0.16, 0.97),
            (Subject(SpanKind.SERVER, "POST /checkout"), route, 0, 0, 1),
        ):
            trace.note(Noted(subject, span, above, began + start * lasted, began + end * lasted))
        self.whole.recorder.close(trace)

    def count(self, calls: int = 120) -> None:
        """Figures of so many calls of each."""
        for telemetry, subject, seconds in (
            (self.front, Subject(SpanKind.SERVER, "POST /checkout"), 0.08),
            (self.front, internal("cart/Get", "cart", "the edge"), 0.006),
            (self.front, internal("checkout/Place", "checkout", "the edge"), 0.07),
            (self.front, internal("pricing/Quote", "pricing", "checkout"), 0.008),
            (self.front, client("inventory/Reserve", "inventory"), 0.02),
            (self.front, client("payments/Charge", "payments"), 0.03),
            (self.back, server("inventory/Reserve", "inventory"), 0.015),
            (self.back, server("payments/Charge", "payments"), 0.025),
            (self.front, Subject(SpanKind.CONSUMER, "OrderPlaced", "notifications", "checkout"), 0.016),
            (self.back, server("notifications/Tell", "notifications"), 0.014),
        ):
            meter = self._meters.setdefault((telemetry is self.front, subject), telemetry.meter(subject))
            meter.begun = meter.ended = meter.ended + calls
            meter.seconds += calls * seconds
            meter.buckets[index_of(seconds * (0.8 + calls % 9 / 20))] += calls - 2
            meter.buckets[index_of(3 * seconds)] += 2
            if subject.capability == "payments" and calls % 4 == 0:
                meter.errors["unavailable"] = meter.errors.get("unavailable", 0) + 3
        for store, cpu in zip(self.stores[:2], (0.052, 0.027), strict=True):
            store.put_gauge("cpu.share", cpu)
            for place, name in enumerate(NAMES[:3] if store is self.stores[0] else NAMES[3:]):
                store.put_gauge("cpu.share", cpu / (3 + place) * (0.8 + calls % 7 / 20), name)
                store.put_gauge("database.share", cpu / (2 + place) * (0.8 + calls % 5 / 20), name)
            store.put_gauge("memory.bytes", 54_000_000)
            store.write()

    def long_one(self) -> str:
        """A trace of 50,000 spans, in parts as a job that works for long flushes them."""
        trace = Trace(kept_for="drawn")
        root = trace.next_span()
        began, left = monotonic() - 60, SPANS - 1
        while left:
            part = min(left, 9_999)
            for _ in range(part):
                at = began + 50 * (SPANS - left) / SPANS
                trace.note(Noted(internal("cart/Get", "cart", "the edge"), trace.next_span(), root, at, at + 0.001))
                left -= 1
            if not left:
                trace.note(Noted(Subject(SpanKind.INTERNAL, "cart/Rebuild", "cart"), root, 0, began, began + 50))
            self.front.recorder.close(trace)
            self.stores[0].write()
        return trace.id


def internal(name: str, capability: str, caller: str) -> Subject:
    return Subject(SpanKind.INTERNAL, name, capability, caller, "local", f"seen.{capability}.v1")


def client(name: str, capability: str) -> Subject:
    return Subject(SpanKind.CLIENT, name, capability, "checkout", "remote", f"seen.{capability}.v1")


def server(name: str, capability: str) -> Subject:
    return Subject(SpanKind.SERVER, name, capability, "", "remote", f"seen.{capability}.v1")


class Seen(NamedTuple):
    """An application that runs, and what its store has."""

    run: Run
    plain: str
    failed: str
    long: str


@contextmanager
def going_on(shop: Shop) -> Iterator[None]:
    """Calls are counted as long as this is open, so that its processes live."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(2):
            shop.count(30)

    counting = threading.Thread(target=go_on)
    counting.start()
    try:
        yield
    finally:
        ended.set()
        counting.join()


@contextmanager
def seen_run(folder: Path) -> Iterator[Seen]:
    """The application, while it runs with what two processes have written."""
    (folder / "seen_app.py").write_text(f"NAMES = {NAMES!r}\n{APP}")
    (folder / "plures.toml").write_text(f'[application]\nimport = "seen_app:app"\n{TOPOLOGIES}')
    data = folder / ".plures"
    data.mkdir()
    keep_plans(data, HOSTILE)
    shop = Shop(data)
    long = shop.long_one()
    for place in range(20):
        shop.order_in_one(1800 + 9 * place, slow=1 + place % 4)
    for place in range(24):
        shop.order(60 - 2 * place, slow=1 + place % 5)
    failed = shop.order(4, "unavailable", slow=2)
    plain = shop.order(2, said=f"Placing an order {HOSTILE}")
    odd = Trace(kept_for="drawn")
    odd.note(Noted(Subject(SpanKind.SERVER, f"GET /{HOSTILE}"), odd.next_span(), 0, monotonic(), monotonic(), "", json.dumps({HOSTILE: HOSTILE})))  # fmt: skip
    shop.front.recorder.close(odd)
    shop.write()
    for half in range(120):
        shop.ahead_s = 30.0 * (half - 120)
        shop.count(round(60 + 25 * sin(half / 14) + 9 * sin(half)))
    shop.ahead_s = 0
    with application_run(folder) as run, going_on(shop):
        yield Seen(run, plain, failed, long)
