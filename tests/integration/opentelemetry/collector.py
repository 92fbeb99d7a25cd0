"""The OpenTelemetry Collector, which `make collector` builds: it takes all that an application sends, and sends it on to a receiver of the tests."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILT = Path(__file__).parents[3] / "requirements" / "collector" / "bin" / "otelcol"
START_S = 60
CONFIGURATION = """
receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
exporters: {{otlp_http: {{endpoint: "{further}", compression: none, encoding: proto}}}}
service:
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp_http]}}
    metrics: {{receivers: [otlp], exporters: [otlp_http]}}
    logs: {{receivers: [otlp], exporters: [otlp_http]}}
"""


@contextmanager
def collector(folder: Path, further: str) -> Iterator[str]:
    """Where it takes OTLP, while it runs.

    Args:
        further: Where it sends what it has taken.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    configuration = folder / "collector.yaml"
    configuration.write_text(CONFIGURATION.format(port=port, further=further))
    with subprocess.Popen([BUILT, "--config", configuration]) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return
