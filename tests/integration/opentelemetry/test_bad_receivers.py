"""Receivers on a bad day: the application goes on, counts what is lost, says so once, and ends in time."""

import re
import shutil
import signal
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from plures.deploy import find_runs
from tests.integration.cli.programs import PLURES, program

from .test_opentelemetry import TOML, ask, url_of

PATIENCE_S = 90
DAYS = ("no bytes", "half an answer", "400", "429", "503", "moved", "partly", "nonsense")
PARTLY = ExportTraceServiceResponse(
    partial_success=ExportTracePartialSuccess(rejected_spans=3, error_message="too old")
).SerializeToString()


@contextmanager
def bad_receiver() -> Iterator[tuple[str, Counter[tuple[str, str]]]]:
    """Its address, and which signal has met what; each has another bad day with each request."""
    met: Counter[tuple[str, str]] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with lock:
                day = DAYS[sum(many for (path, _), many in met.items() if path == self.path) % len(DAYS)]
                met[self.path, day] += 1
            self.close_connection = True
            self.rfile.read(int(self.headers["content-length"]))
            if day == "no bytes":
                return
            if day == "half an answer":
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-le")
                return
            if day == "nonsense":
                self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
                return
            self.send_response({"partly": 200, "moved": 308}.get(day) or int(day))
            # Longer than the application has.
            more = {"429": ("retry-after", "3600"), "moved": ("location", "http://127.0.0.1:9/elsewhere")}
            if day in more:
                self.send_header(*more[day])
            body = PARTLY if day == "partly" else b""
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", met
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_one_bad_day_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(Path(__file__).with_name("otel_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    with bad_receiver() as (receiver, met):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver)
        for name in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"):
            monkeypatch.setenv(name, "50")
        for name in ("OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"):
            monkeypatch.setenv(name, "otlp")
        # What may be sent again is, after a second: there is no time for that.
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
        command = (*PLURES, "run", "--port", "0", "--control-port", "0", "--data", str(tmp_path / "data"))
        with program(tmp_path, *command) as running:
            url = url_of(running)
            until = time.monotonic() + PATIENCE_S
            while len(met) < 3 * len(DAYS):
                assert time.monotonic() < until, met
                assert ask(url + "/tea") == 200
                time.sleep(0.05)
            unsent = unsent_of(tmp_path / "data")
            assert running.end(signal.SIGTERM) == 0
    # Figures are told again as a whole.
    assert unsent.keys() == {"spans", "lines"}
    said = [line for line in running.output.splitlines() if "by OTLP" in line]
    for what in ("Spans", "Lines", "Figures"):
        assert sum(f"{what} cannot be sent by OTLP" in line for line in said) == 1, running.output
    assert "Traceback" not in running.output
    assert "batch" not in re.sub("cannot be sent by OTLP.*", "", running.output)


def unsent_of(data: Path) -> dict[str, int]:
    [run] = find_runs(data).running
    request = urllib.request.Request(f"{run.control[0]}/metrics", headers={"authorization": f"Bearer {run.token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    return {what: int(many) for what, many in re.findall(r'plures_telemetry_unsent_total{signal="(\w+)"} (\d+)', text)}


def test_a_queue_that_the_sdk_refuses_keeps_no_application_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(Path(__file__).with_name("otel_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    # It holds less than one batch.
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "100")
    with program(tmp_path, *PLURES, "run", "--port", "0", "--control-port", "0") as running:
        assert ask(url_of(running) + "/tea") == 200
        assert running.end(signal.SIGTERM) == 0
    assert "Traceback" not in running.output
    assert "Not all is sent that OTEL_ variables ask for" in running.output
