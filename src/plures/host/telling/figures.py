"""The figures of one replica at `/metrics`, for Prometheus and what reads the same."""

from typing import Final

from plures.application import Assembly
from plures.http import Request, Response
from plures.runtime import services_of
from plures.telemetry import Telemetry, exposition, spent_here

METRICS: Final = "/metrics"
_OPEN_METRICS: Final = "application/openmetrics-text"
_OPEN_TYPE: Final = b"application/openmetrics-text; version=1.0.0; charset=utf-8"
_TEXT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """What the meters of a replica have counted, written when it is asked for."""

    def __init__(self, assembly: Assembly, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._services = services_of(assembly.contracts)

    async def page(self, request: Request) -> Response:
        """The figures, in the format that the request prefers; in the older text format where it says nothing."""
        if request.method not in ("GET", "HEAD"):
            return Response(405, headers=((b"allow", b"GET"),))
        wants_open = prefers_open_metrics(request.headers.get(b"accept", b"").decode("latin-1"))
        lost = self._telemetry.recorder.dropped
        text = exposition(
            self._telemetry.meters,
            self._services,
            lost,
            is_open_metrics=wants_open,
            spent=spent_here(),
            unsent=self._telemetry.unsent,
        )
        return Response(200, text.encode(), _OPEN_TYPE if wants_open else _TEXT_TYPE)


def prefers_open_metrics(accept: str) -> bool:
    """Whether an `Accept` header names OpenMetrics, and prefers no other text to it."""
    weights = {"open": 0.0, "text": 0.0}
    for part in accept.split(","):
        kind, _, rest = part.partition(";")
        said = [
            each.strip().lower().removeprefix("q=") for each in rest.split(";") if each.strip().lower().startswith("q=")
        ]
        try:
            weight = float(said[0]) if said else 1.0
        except ValueError:
            continue
        kind = kind.strip().lower()
        if kind == _OPEN_METRICS:
            weights["open"] = max(weights["open"], weight)
        elif kind in ("text/plain", "text/*"):
            weights["text"] = max(weights["text"], weight)
    return weights["open"] > 0 and weights["open"] >= weights["text"]
