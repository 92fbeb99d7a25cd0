"""What is sent as OTLP: by whom, in which form, and what is answered."""

import gzip
import json
from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from plures import Application, Capability
from plures.application import assemble
from plures.host.observing import MOST_BYTES, Arriving
from plures.http import Request, Response
from plures.telemetry import ProcessName, Rate, Reading, Store, Telemetry
from tests.unit.host.parts import A, Notes

JSON, PROTOBUF = "application/json", "application/x-protobuf"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, Telemetry(Rate(1, 1)), ProcessName("shop", 1))


@pytest.fixture
def arriving(store: Store) -> Arriving:
    return Arriving(assemble(Application("parts", [Capability(A, Notes().service("a"))])), store)


def sent(*spans: dict[str, Any]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [*spans]}]}]}).encode()


def span(**more: str) -> dict[str, Any]:
    now = str(time_ns())
    return {"traceId": TRACE, "spanId": SPAN, "name": "x", "startTimeUnixNano": now, "endTimeUnixNano": now, **more}


def in_protobuf(span_id: bytes) -> bytes:
    request = ExportTraceServiceRequest()
    made = request.resource_spans.add().scope_spans.add().spans.add()
    made.trace_id, made.span_id, made.name = bytes.fromhex(TRACE), span_id, "x"
    made.start_time_unix_nano = made.end_time_unix_nano = time_ns()
    return request.SerializeToString()


async def post(arriving: Arriving, body: bytes, kind: str = JSON, method: str = "POST", **more: Any) -> Response:
    headers = {b"content-type": kind.encode(), **{k.replace("_", "-").encode(): v for k, v in more.items()}}
    return await arriving.page(Request(method, "/v1/traces", b"", headers, body))


async def test_spans_are_kept_in_both_forms_packed_or_not(arriving: Arriving, store: Store, tmp_path: Path) -> None:
    answer = await post(arriving, sent(span()), "Application/JSON; charset=utf-8")
    assert (answer.status, answer.body, answer.content_type) == (200, b"{}", b"application/json")
    other = bytes.fromhex(SPAN[::-1])
    packed = await post(arriving, gzip.compress(in_protobuf(other)), PROTOBUF, content_encoding=b"gzip")
    assert (packed.status, packed.body, packed.content_type) == (200, b"", PROTOBUF.encode())
    store.write()
    trace = Reading(tmp_path).trace(TRACE)
    assert trace is not None
    assert {each.id for each in trace.spans} == {int(SPAN, 16), int(SPAN[::-1], 16)}


async def test_spans_that_are_none_are_told_of(arriving: Arriving) -> None:
    answer = await post(arriving, sent(span(), span(spanId="0" * 16)))
    assert answer.status == 200
    partly = json.loads(answer.body)["partialSuccess"]
    assert (partly["rejectedSpans"], "zeros" in partly["errorMessage"]) == ("1", True)
    binary = ExportTraceServiceResponse.FromString((await post(arriving, in_protobuf(bytes(8)), PROTOBUF)).body)
    assert binary.partial_success.rejected_spans == 1
    assert "zeros" in binary.partial_success.error_message


@pytest.mark.parametrize(
    ("body", "kind", "encoding", "why"),
    [
        (b"{", JSON, b"", "truncated"),
        (b"\xff", PROTOBUF, b"", "ExportTraceServiceRequest"),
        (b"{}", JSON, b"gzip", "not packed"),
        (b"{}", JSON, b"br", "packed as 'br'"),
        (gzip.compress(b" " * (MOST_BYTES + 1), mtime=0), JSON, b"gzip", "unpacked"),
    ],
)
async def test_what_is_no_request_is_refused(
    arriving: Arriving, body: bytes, kind: str, encoding: bytes, why: str
) -> None:
    answer = await post(arriving, body, kind, content_encoding=encoding)
    assert answer.status == 400
    assert why.encode() in answer.body


async def test_other_methods_forms_and_sizes(arriving: Arriving) -> None:
    assert (await post(arriving, b"", method="GET")).status == 405
    assert (await post(arriving, b"", "application/grpc")).status == 415
    large = Request("POST", "/v1/traces", b"", {b"content-type": b"application/json"}, too_large_bytes=MOST_BYTES + 1)
    assert (await arriving.page(large)).status == 413
    dropped = await arriving.page(Request("POST", "/v1/traces", b"", {b"content-type": b"application/json"}).dropped())
    assert (dropped.status, dict(dropped.headers)[b"retry-after"]) == (503, b"1")
    many = [span(spanId=f"{number + 1:016x}") for number in range(7_000)]
    assert [(await post(arriving, sent(*many))).status for _ in range(3)] == [200, 200, 429]
    assert Arriving(assemble(Application("parts", [Capability(A, Notes().service("a"))])), None).pages == {}
