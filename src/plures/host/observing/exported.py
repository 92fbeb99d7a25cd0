"""Whether OpenTelemetry is wanted in this process; where it is not, nothing of it is imported."""

import asyncio
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from plures.application import Assembly
from plures.extras import ExtraMissing, require
from plures.runtime import services_of
from plures.telemetry import Telemetry

if TYPE_CHECKING:
    from plures.otel import Otel

_LOG: Final = logging.getLogger("plures.telemetry")
_EVERY_S: Final = 1.0
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def exporters_of(environ: Mapping[str, str]) -> frozenset[str]:
    """What the standard variables ask for; `otlp` where they only say where to. Nothing is sent anywhere that is not named."""
    if is_disabled(environ):
        return frozenset()
    said = environ.get("OTEL_TRACES_EXPORTER", "")
    if not said.strip():
        return frozenset({"otlp"} if any(environ.get(name) for name in _ENDPOINTS) else ())
    return frozenset(part.strip() for part in said.split(",")) - {"", "none"}


def sends_figures(environ: Mapping[str, str]) -> bool:
    """Whether figures leave by OTLP: where a variable asks for just that, since many collectors take spans alone."""
    return "otlp" in [part.strip() for part in environ.get("OTEL_METRICS_EXPORTER", "").split(",")]


def is_disabled(environ: Mapping[str, str]) -> bool:
    return environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


class Stoppable(Protocol):
    """What sends until it is told to stop."""

    def stop(self) -> None: ...


class Exported:
    """Has spans of OpenTelemetry made, where the variables or user code ask for that.

    Args:
        takes: Whether it takes the parts of traces from the recorder; else what keeps them does.
    """

    def __init__(self, assembly: Assembly, telemetry: Telemetry, *, takes: bool) -> None:
        self._assembly, self._telemetry, self._takes = assembly, telemetry, takes
        self._otel: Otel | None = None
        self._metrics: Stoppable | None = None
        self._writing: asyncio.Task[None] | None = None

    def start(self, environ: Mapping[str, str]) -> None:
        """Begin. User code has been started by now: a provider that it sets is the one that counts."""
        exporters, figures = exporters_of(environ), sends_figures(environ)
        if is_disabled(environ) or not (exporters or figures or "opentelemetry.sdk.trace" in sys.modules):
            return
        try:
            require("telemetry", "export spans, which OTEL_ variables ask for")
        except ExtraMissing as error:
            # The application runs all the same.
            if exporters or figures:
                _LOG.warning("%s", error)
            return
        from plures.otel import open_metrics, open_otel

        services = services_of(self._assembly.contracts)
        self._otel = open_otel(exporters, self._assembly.name, services, "")
        if figures:
            self._metrics = open_metrics(self._assembly.name, lambda: self._telemetry.meters, services)
        if self._otel is not None:
            self._telemetry.recorder.bridge = self._otel.bridge
            self._telemetry.sinks.append(self._otel.bridge.write)
            if self._takes:
                self._writing = asyncio.create_task(self._write(), name="opentelemetry")

    async def stop(self) -> None:
        """Send what is left, as far as that takes little time."""
        if self._metrics is not None:
            await asyncio.to_thread(self._metrics.stop)
            self._metrics = None
        if self._otel is None:
            return
        self._telemetry.recorder.bridge = None
        if self._writing is not None:
            self._writing.cancel()
            self._give()
        await asyncio.to_thread(self._otel.flush)
        self._writing = self._otel = None

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            await asyncio.to_thread(self._give)

    def _give(self) -> None:
        parts = self._telemetry.recorder.take()
        for sink in self._telemetry.sinks:
            sink(parts)
