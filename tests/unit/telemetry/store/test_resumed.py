"""Work that goes on long after its trace was kept, and perhaps in another process, is still a part of it."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from plures.runtime import CallContext
from plures.telemetry import Rate, SpanKind, Subject, Telemetry
from plures.telemetry.store import ProcessName, Store
from plures.telemetry.tracing import recorder

from .conftest import Rows, request

RUN = Subject(SpanKind.CONSUMER, "checkout.ordering", "checkout", "checkout")
KEPT, NOT_KEPT = "ab" * 16, "cd" * 16


@pytest.fixture
def other(tmp_path: Path) -> tuple[Telemetry, Store]:
    """A process that draws nothing by itself."""
    telemetry = Telemetry(Rate(0, 0))
    return telemetry, Store(tmp_path, telemetry, ProcessName("shop", 2))


def resume(telemetry: Telemetry, trace: str) -> Any:
    """Work that begins in a trace; it ends when that is called."""
    meter = telemetry.meter(RUN)
    call = CallContext(1e12, 0)
    call.began = monotonic()
    meter.resume(call, trace, 7)
    return lambda: meter.end(call)


def test_a_run_an_hour_later(
    store: Store,
    telemetry: Telemetry,
    other: tuple[Telemetry, Store],
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later, its_store = other
    # Its file is open, and what others have kept lately is known.
    its_store.write()
    monkeypatch.setattr(recorder, "HOLD_S", -1.0)
    request(telemetry, id_=KEPT)
    store.write()
    its_store._write(1.0)
    its_store._write(1.0)
    assert later.recorder.kept() == []
    ends = [resume(later, KEPT), resume(later, NOT_KEPT)]
    for end in ends:
        end()
    its_store._write(1.0)
    found = "SELECT hex(trace), traces.spans FROM traces"
    assert rows(found) == [(KEPT.upper(), 3)]
    assert rows("SELECT count(*) FROM spans JOIN subjects ON subject = subjects.id WHERE kind = 'consumer'") == [(1,)]
    # One that lasts for longer than this process asks.
    end = resume(later, KEPT)
    its_store._write(1.0)
    end()
    its_store.write()
    assert rows(found) == [(KEPT.upper(), 4)]


def test_what_is_asked_for_is_bounded(other: tuple[Telemetry, Store]) -> None:
    later, _ = other
    for _ in range(3_000):
        resume(later, NOT_KEPT)()
    assert len(later.recorder.resumed) == 1_000
