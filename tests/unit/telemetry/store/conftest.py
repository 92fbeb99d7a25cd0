"""A store in a folder of its own, and requests that leave traces in it."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from plures.telemetry import Noted, Rate, SpanKind, Subject, Telemetry, Trace
from plures.telemetry.store import KEPT_IN, ProcessName, Store

PLACE = Subject(SpanKind.SERVER, "checkout/Place", "checkout", "", "", "shop.checkout.v1")
RESERVE = Subject(SpanKind.CLIENT, "stock/Reserve", "stock", "checkout", "remote", "shop.stock.v1")

Rows = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry(Rate(1, 1_000_000))


@pytest.fixture
def store(tmp_path: Path, telemetry: Telemetry) -> Store:
    return Store(tmp_path, telemetry, ProcessName("shop", 1))


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """What a statement finds in the file."""

    def found(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(tmp_path / KEPT_IN)) as connection:
            return connection.execute(sql).fetchall()

    return found


def request(
    telemetry: Telemetry, *, code: str = "", inner: str = "", attributes: str = "", id_: str = "", lasts_s: float = 0.5
) -> Trace:
    """A request of two spans, one within the other, that ends now."""
    trace = Trace(id_, kept_for="drawn")
    outer, nested = trace.next_span(), trace.next_span()
    now = monotonic()
    began = now - lasts_s
    trace.note(Noted(RESERVE, nested, outer, began + lasts_s / 4, now - lasts_s / 4, inner, attributes))
    trace.note(Noted(PLACE, outer, 0, began, now, code))
    telemetry.recorder.close(trace)
    return trace


def run_to_end(store: Store) -> None:
    """Let it write as it does in a process, and end: on a busy machine, later than `stop` waits for it."""
    store.start()
    store.stop()
    for thread in threading.enumerate():
        if thread.name == "telemetry":
            thread.join(60)
