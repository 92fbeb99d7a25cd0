"""What leaves `plures run` by OTLP: one trace over all processes, with the spans of user code in it."""

import shutil
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.cli.programs import PLURES, Program, program

from .otlp import Receiver, otlp_receiver

TOML = """
[application]
import = "otel_app:app"
[topology.split]
stock = { capabilities = ["stock"] }
shop = { capabilities = ["*"] }
"""
VERSION = "3.1.4"
COUNT, SHOW = "otel.stock.v1.Stock/Count", "otel.front.v1.Front/Show"
ONE_REQUEST = [
    "GET /tea",
    "  greet",
    f"    {SHOW}",
    "      draw the page",
    f"        {COUNT}",
    f"          {COUNT}",
    "            look on the shelf",
]
"""The spans of GET /tea: those of Plures, and within them those of user code."""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    shutil.copy(Path(__file__).with_name("otel_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    # As it is where the application was installed.
    installed = tmp_path / f"otel_app-{VERSION}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: otel-app\nVersion: {VERSION}\n")
    (installed / "top_level.txt").write_text("otel_app\n")
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(
            program(tmp_path, *PLURES, "run", "--port", "0", "--control-port", "0", *options)
        )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with otlp_receiver() as receiver:
        yield receiver


def url_of(running: Program) -> str:
    return running.line(r"(?:otel|the application): (http://127\.0\.0\.1:\d+)")[1]


def ask(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_one_trace_over_all_processes(
    run: Callable[..., Program], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "otlp")
    running = run("--topology", "split")
    assert ask(url_of(running) + "/tea") == 200
    spans = receiver.wait(7)
    assert receiver.tree() == ONE_REQUEST
    assert len({span.trace for span in spans}) == 1
    assert {span.resource["service.name"] for span in spans} == {"otel"}
    assert {span.resource["deployment.environment"] for span in spans} == {"test"}
    assert len({span.resource["service.instance.id"] for span in spans}) == 2
    assert {(span.resource["plures.process"], span.resource["service.version"]) for span in spans} == {
        ("shop", VERSION),
        ("stock", VERSION),
    }
    assert receiver.headers[0]["api-key"] == "secret"
    [shown] = [span for span in spans if span.name == SHOW]
    assert shown.attributes["shop.item"] == "tea"
    assert running.end(signal.SIGTERM) == 0
    # What is left of the log leaves as the processes end: each line is of the span of user code that it was written in.
    line, odd = [line for line in receiver.lines if line.logger == "otel_app.stock"]
    assert (odd.text, odd.attributes["v"]) == (r"lone \udcff", r"\udcff")
    [looking] = [span for span in spans if span.name == "look on the shelf"]
    assert (line.text, line.severity, line.trace, line.span) == ("3 of tea left", 13, looking.trace, looking.id)
    assert line.attributes == {"shelf": "tea", "seen": '{"seen": [1, 2]}', "plures.capability": "stock"}
    assert line.resource["plures.process"] == "stock"


def test_the_provider_of_user_code_is_the_one(
    run: Callable[..., Program], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_PROVIDER", f"{receiver.url}/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"{receiver.url}/v1/metrics")
    running = run()
    assert ask(url_of(running) + "/tea") == 200
    # What is left leaves as the process ends.
    assert running.end(signal.SIGTERM) == 0
    assert receiver.tree()[-4:] == [
        f"    {SHOW}",
        "      draw the page",
        f"        {COUNT}",
        "          look on the shelf",
    ]
    assert {span.resource["service.name"] for span in receiver.spans} == {"set by user code"}
    assert "Overriding" not in running.output
    # Figures leave in any case, and are of the same service.
    [of_process] = receiver.metrics[-1].resource_metrics
    assert [it.value.string_value for it in of_process.resource.attributes if it.key == "service.name"] == [
        "set by user code"
    ]
    [of_scope] = of_process.scope_metrics
    metrics = {metric.name: metric for metric in of_scope.metrics}
    assert metrics.keys() >= {
        "rpc.server.duration",
        "http.server.request.duration",
        "plures.calls",
        "plures.calls.in_flight",
    }
    for point in metrics["rpc.server.duration"].exponential_histogram.data_points:
        assert (point.count, point.scale, sum(point.positive.bucket_counts)) == (1, 3, 1)
        assert point.min <= point.sum <= point.max
    assert {point.as_int for point in metrics["plures.calls"].sum.data_points} == {1}


def test_a_receiver_that_hangs_holds_nothing_up(run: Callable[..., Program], monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts what is sent, and never answers: as a process that was stopped."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{hanging.getsockname()[1]}")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
        monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "50")
        monkeypatch.setenv("OTEL_LOGS_EXPORTER", "otlp")
        monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "50")
        # Longer than the test has patience: the exporter alone would not end in time.
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3600")
        running = run()
        url = url_of(running)
        for _ in range(20):
            assert ask(url + "/tea") == 200
        assert running.end(signal.SIGTERM) == 0
    assert "Traceback" not in running.output
