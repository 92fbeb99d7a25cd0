"""The API of external metrics, as an adapter serves it: one figure, which a test sets."""

import json
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

GROUP = "external.metrics.k8s.io/v1beta1"


class Metrics:
    """The figure, and where it is served."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value = 0
        self.port = 0

    def service(self) -> list[dict[str, Any]]:
        """What tells the API server of it."""
        group, version = GROUP.split("/")
        at = {"name": "metrics", "namespace": "kube-system", "port": self.port}
        return [
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "metrics", "namespace": "kube-system"},
                "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": self.port}]},
            },
            {
                "apiVersion": "apiregistration.k8s.io/v1",
                "kind": "APIService",
                "metadata": {"name": f"{version}.{group}"},
                "spec": {
                    "group": group,
                    "version": version,
                    "groupPriorityMinimum": 100,
                    "versionPriority": 100,
                    "insecureSkipTLSVerify": True,
                    "service": at,
                },
            },
        ]

    def answer(self, path: str) -> dict[str, Any] | None:
        if path == f"/apis/{GROUP}":
            named = {
                "name": self.name,
                "singularName": "",
                "namespaced": True,
                "kind": "ExternalMetricValueList",
                "verbs": ["get"],
            }
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP, "resources": [named]}
        if path.startswith(f"/apis/{GROUP}/namespaces/") and path.endswith(f"/{self.name}"):
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            item: dict[str, Any] = {
                "metricName": self.name,
                "metricLabels": {},
                "timestamp": now,
                "value": str(self.value),
            }
            return {"kind": "ExternalMetricValueList", "apiVersion": GROUP, "metadata": {}, "items": [item]}
        return None


@contextmanager
def serving(metrics: Metrics, certificate: Path, key: Path) -> Generator[Metrics]:
    """Serve the figure by TLS, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = metrics.answer(self.path.partition("?")[0])
            body = json.dumps(
                found or {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}
            ).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing of it is wanted."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        metrics.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield metrics
        finally:
            server.shutdown()
            thread.join(30)
