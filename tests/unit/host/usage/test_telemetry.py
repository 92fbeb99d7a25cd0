"""What a replica keeps of the calls that it makes and gets: by its settings, and where it is told to."""

from pathlib import Path

from plures import client
from plures.telemetry.store.reading import Reading, TraceFilter
from plures.topology import Drawn, PlacedTelemetry, TelemetrySettings

from .shop import Cart, Make, SearchV1


async def test_a_request_is_one_trace_with_its_calls(shop: Make, tmp_path: Path) -> None:
    none = {"search/All": Drawn(share=0)}
    running = shop(telemetry=PlacedTelemetry(tmp_path, "main", 2, TelemetrySettings(operations=none)))
    await running.start()
    assert await client(Cart).show() == 5
    assert [each async for each in client(SearchV1).all()] == [1]
    await running.stop()
    reading = Reading(tmp_path)
    (line,) = reading.traces()
    trace = reading.trace(line.id)
    assert trace is not None
    assert {(span.caller, span.name) for span in trace.spans} >= {("cart", "search/Find")}
    assert "cart/Show" in {span.name for span in trace.spans}
    assert line.processes == ("main.2",)
    (process,) = reading.processes()
    assert not process.is_alive
    until = process.until + 10_000_000
    assert {(edge.caller, edge.capability) for edge in reading.edges(0, until)} >= {("cart", "search")}
    assert reading.traces(TraceFilter(caller="nobody")) == []


async def test_nothing_is_kept_where_nothing_is_to_be(shop: Make, tmp_path: Path) -> None:
    running = shop()
    await running.start()
    assert await client(Cart).show() == 5
    await running.stop()
    assert not Reading(tmp_path).path.exists()
