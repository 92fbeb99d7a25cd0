"""A receiver of OTLP over HTTP, made of the message types that OpenTelemetry publishes."""

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_PATIENCE_S = 60
_IDS = {"traceId", "spanId", "parentSpanId"}


class Received(NamedTuple):
    """One span, and what the process says of itself that sent it."""

    trace: str
    id: str
    parent: str
    name: str
    kind: int
    status: int
    attributes: dict[str, str]
    resource: dict[str, str]


class Line(NamedTuple):
    """One line of the log."""

    logger: str
    severity: int
    text: str
    trace: str
    span: str
    attributes: dict[str, str]
    resource: dict[str, str]


class Receiver:
    """What has arrived.

    Attributes:
        headers: Of each request.
        status: What is answered.
    """

    def __init__(self, url: str) -> None:
        self.url, self.status = url, 200
        self.spans: list[Received] = []
        self.metrics: list[Any] = []
        self.lines: list[Line] = []
        self.headers: list[dict[str, str]] = []
        self._arrived = threading.Condition()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        with self._arrived:
            if path == "/v1/metrics":
                self.metrics.append(ExportMetricsServiceRequest.FromString(body))
                return
            if path == "/v1/logs":
                self.lines += _lines(ExportLogsServiceRequest.FromString(body))
                return
            assert path == "/v1/traces"
            self.headers.append(headers)
            if self.status == 200:
                is_json = headers["content-type"] == "application/json"
                self.spans += _spans(_of_json(body) if is_json else ExportTraceServiceRequest.FromString(body))
            self._arrived.notify_all()

    def wait(self, many: int) -> list[Received]:
        """Wait until so many spans are there."""
        self.wait_for(lambda: len(self.spans) >= many)
        return list(self.spans)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds of what has arrived."""
        with self._arrived:
            assert self._arrived.wait_for(condition, _PATIENCE_S), self.spans

    def tree(self) -> list[str]:
        """Each span below its parent; those of one parent by their name."""
        spans = self.spans
        ids = {each.id for each in spans}

        def below(parent: str, depth: int) -> Iterator[str]:
            for each in sorted(spans, key=lambda it: it.name):
                if (each.parent if each.parent in ids else "") == parent:
                    yield f"{'  ' * depth}{each.name}"
                    yield from below(each.id, depth + 1)

        return [*below("", 0)]


def _spans(request: Any) -> Iterator[Received]:
    for of_process in request.resource_spans:
        resource = _said(of_process.resource.attributes)
        for of_scope in of_process.scope_spans:
            for it in of_scope.spans:
                ids = it.trace_id.hex(), it.span_id.hex(), it.parent_span_id.hex()
                yield Received(*ids, it.name, it.kind, it.status.code, _said(it.attributes), resource)


def _lines(request: Any) -> Iterator[Line]:
    for of_process in request.resource_logs:
        resource = _said(of_process.resource.attributes)
        for of_scope in of_process.scope_logs:
            for it in of_scope.log_records:
                told = it.severity_number, it.body.string_value, it.trace_id.hex(), it.span_id.hex()
                yield Line(of_scope.scope.name, *told, _said(it.attributes), resource)


def _of_json(body: bytes) -> Any:
    """The message, read by OpenTelemetry's own types; but for ids it is the JSON of all messages, and fields that there are not are refused."""

    def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: _base64(value) if name in _IDS else value for name, value in pairs}

    return ParseDict(json.loads(body, object_pairs_hook=plain), ExportTraceServiceRequest())


def _base64(id_: str) -> str:
    return b64encode(bytes.fromhex(id_)).decode()


def _said(attributes: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in attributes}


@contextmanager
def otlp_receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
