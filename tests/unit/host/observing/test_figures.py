"""`/metrics` at the control listener, read by the parsers of Prometheus' own client."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics import parser as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from plures import Capability
from plures.host import Host
from plures.host.telling.figures import prefers_open_metrics
from plures.http import Request, Response
from plures.runtime import CallContext
from plures.telemetry import Rate, SpanKind, Subject, Telemetry, Trace, exposition
from plures.topology import PlacedTelemetry, TelemetrySettings
from tests.unit.host.parts import A, B, Notes

Make = Callable[..., Host]
SERVER = "rpc_server_duration_seconds"


async def scrape(host: Host, accept: str = "") -> Response:
    headers = {b"accept": accept.encode()} if accept else {}
    return await host.control(Request("GET", "/metrics", b"", headers, b""))


def samples(families: Any) -> dict[str, list[Any]]:
    return {family.name: [*family.samples] for family in families}


class Broken:
    async def ask(self, depth: int = 0) -> str:
        raise ValueError(depth)


async def test_calls_are_told_in_both_formats(host: Make, tmp_path: Path) -> None:
    kept = PlacedTelemetry(tmp_path, "main", 1, TelemetrySettings())
    running = host(Capability(A, Notes().service("a", B)), Capability(B, Notes().service("b")), telemetry=kept)
    await running.start()
    for _ in range(3):
        await running.client(A).ask(1)
    plain = await scrape(running)
    assert plain.content_type == b"text/plain; version=0.0.4; charset=utf-8"
    read = samples(text_string_to_metric_families(plain.body.decode()))
    answer = await scrape(running, "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2")
    assert answer.content_type == b"application/openmetrics-text; version=1.0.0; charset=utf-8"
    opened = samples(open_metrics.text_string_to_metric_families(answer.body.decode()))
    # Processor time is told from the first tick on that finds a capability.
    assert opened.keys() | {"plures_cpu_seconds"} == read.keys() | {"plures_cpu_seconds"}
    [b] = [it for it in opened[SERVER] if it.name == f"{SERVER}_count" and it.labels["plures_capability"] == "b"]
    assert b.value == 3
    assert b.labels == {
        "rpc_system": "connect_rpc",
        "rpc_service": "parts.b.v1.B",
        "rpc_method": "Ask",
        "plures_side": "internal",
        "plures_capability": "b",
        "plures_caller": "a",
        "plures_placement": "local",
    }
    buckets = [it for it in opened[SERVER] if it.name == f"{SERVER}_bucket" and it.labels["plures_capability"] == "b"]
    assert buckets[-1].labels["le"] == "+Inf"
    assert buckets[-1].value == 3
    [exemplar, *_] = [it.exemplar for it in buckets if it.exemplar]
    assert len(exemplar.labels["trace_id"]) == 32


async def test_where_nothing_is_kept_calls_are_counted_and_nothing_is_noted(host: Make) -> None:
    running = host(Capability(A, Broken))
    await running.start()
    with pytest.raises(Exception, match="failed"):
        await running.client(A).ask()
    (asked,) = [it for it in running.seen.telemetry.meters if it.begun]
    assert (asked.ended, asked.errors, asked.exemplars) == (1, {"internal": 1}, {})
    context = CallContext(1.0, 0, began=1.0)
    asked.begin(context)
    assert context.trace is None
    assert running.seen.telemetry.recorder.take() == []
    answer = (await scrape(running)).body.decode()
    assert 'code="internal"' in answer


async def test_failures_are_told_by_their_code(host: Make) -> None:
    running = host(Capability(A, Broken))
    await running.start()
    with pytest.raises(Exception, match="failed"):
        await running.client(A).ask()
    read = samples(text_string_to_metric_families((await scrape(running)).body.decode()))
    counted = {it.labels["code"]: it.value for it in read["plures_calls"] if it.labels.get("plures_capability") == "a"}
    assert counted["internal"] == 1


async def test_it_answers_get_alone(host: Make) -> None:
    running = host(Capability(A, Notes().service("a")))
    await running.start()
    answer = await running.control(Request("POST", "/metrics", b"", {}, b""))
    assert answer.status == 405


def test_names_of_others_harm_no_line_and_buckets_add_up() -> None:
    telemetry = Telemetry(Rate(0))
    meter = telemetry.meter(Subject(SpanKind.SERVER, 'GET /a"b\\c\nd'))
    for took_s in (1e-9, 0.003, 0.25, 3.0, 500.0):
        call = CallContext(0, 0, trace=Trace(kept_for="drawn"))
        meter.begin(call)
        call.began -= took_s
        meter.end(call)
    text = exposition(telemetry.meters, {}, 7, is_open_metrics=True)
    read = samples(open_metrics.text_string_to_metric_families(text))
    name = "http_server_request_duration_seconds"
    counted = [it for it in read[name] if it.name == f"{name}_bucket"]
    assert {it.labels["http_route"] for it in counted} == {'/a"b\\c\nd'}
    assert counted[-1].value == 5
    assert [it.value for it in read["plures_telemetry_lost_spans"]] == [7]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        ("application/openmetrics-text", True),
        ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", True),
        ("application/openmetrics-text;q=0.2,text/plain;q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=many", False),
    ],
)
def test_what_is_preferred(accept: str, *, wanted: bool) -> None:
    assert prefers_open_metrics(accept) is wanted
