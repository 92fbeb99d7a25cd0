"""One trace, with spans of user code in it, through the OpenTelemetry Collector: `make collector` builds it, and runs this."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.cli.programs import PLURES, program

from .otlp import otlp_receiver
from .test_opentelemetry import ONE_REQUEST, TOML, ask, url_of

COLLECTOR = Path(__file__).parents[3] / "requirements" / "collector" / "bin" / "otelcol"
START_S = 60
CONFIGURATION = """
receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
exporters: {{otlphttp: {{endpoint: "{further}", compression: none, encoding: proto}}}}
service: {{telemetry: {{metrics: {{level: none}}}}, pipelines: {{traces: {{receivers: [otlp], exporters: [otlphttp]}}}}}}
"""


def test_one_trace_goes_through_the_collector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(Path(__file__).with_name("otel_app.py"), tmp_path)
    (tmp_path / "plures.toml").write_text(TOML)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with otlp_receiver() as receiver:
        configuration = tmp_path / "collector.yaml"
        configuration.write_text(CONFIGURATION.format(port=port, further=receiver.url))
        with subprocess.Popen([COLLECTOR, "--config", configuration]) as collector:
            try:
                wait_for(port)
                monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
                running = program(tmp_path, *PLURES, "run", "--topology", "split", "--port", "0", "--control-port", "0")
                with running as plures:
                    assert ask(url_of(plures) + "/tea") == 200
                    spans = receiver.wait(7)
                    assert plures.end(signal.SIGTERM) == 0
            finally:
                collector.terminate()
    assert receiver.tree() == ONE_REQUEST
    assert len({span.trace for span in spans}) == 1


def wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return
