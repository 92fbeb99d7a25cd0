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
from plures.topology import PlacedTelemetry

from .version import version_of

if TYPE_CHECKING:
    from plures.otel import Instance, Otel

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


def sends(what: str, environ: Mapping[str, str]) -> bool:
    """Whether `METRICS` or `LOGS` leave by OTLP: where a variable asks for just that, since many collectors take spans alone."""
    said = environ.get(f"OTEL_{what}_EXPORTER", "").strip()
    if said:
        return "otlp" in [part.strip() for part in said.split(",")]
    return bool(environ.get(f"OTEL_EXPORTER_OTLP_{what}_ENDPOINT"))


def is_disabled(environ: Mapping[str, str]) -> bool:
    return environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


class Stoppable(Protocol):
    """What sends until it is told to stop."""

    def stop(self) -> None: ...


class Exported:
    """Has spans of OpenTelemetry made, where the variables or user code ask for that.

    Args:
        placed: Which replica it is; None where that is not known.
        takes: Whether it takes the parts of traces from the recorder; else what keeps them does.
    """

    def __init__(
        self, assembly: Assembly, telemetry: Telemetry, placed: PlacedTelemetry | None = None, *, takes: bool
    ) -> None:
        self._assembly, self._telemetry, self._placed, self._takes = assembly, telemetry, placed, takes
        self._otel: Otel | None = None
        self._senders: list[Stoppable] = []
        self._lines: logging.Handler | None = None
        self._writing: asyncio.Task[None] | None = None

    def start(self, environ: Mapping[str, str]) -> None:
        """Begin. User code has been started by now: a provider that it sets is the one that counts."""
        exporters, figures, lines = exporters_of(environ), sends("METRICS", environ), sends("LOGS", environ)
        is_asked = bool(exporters or figures or lines)
        if is_disabled(environ) or not (is_asked or "opentelemetry.sdk.trace" in sys.modules):
            return
        try:
            require("telemetry", "export spans, which OTEL_ variables ask for")
        except ExtraMissing as error:
            # The application runs all the same.
            if is_asked:
                _LOG.warning("%s", error)
            return
        try:
            self._open(exporters, figures=figures, lines=lines)
        except Exception as error:  # noqa: BLE001 - the SDK raises where variables say what it cannot do
            _LOG.warning("Not all is sent that OTEL_ variables ask for: %s. The application goes on", error)
        if self._otel is not None:
            self._telemetry.recorder.is_read = True
            self._telemetry.recorder.bridge = self._otel.bridge
            self._telemetry.sinks.append(self._otel.bridge.write)
            if self._takes:
                self._writing = asyncio.create_task(self._write(), name="opentelemetry")

    def _open(self, exporters: frozenset[str], *, figures: bool, lines: bool) -> None:
        from plures.otel import open_lines, open_metrics, open_otel

        services, instance = services_of(self._assembly.contracts), self._instance()
        lost = self._telemetry.unsent
        self._otel = open_otel(exporters, instance, services, lost)
        if figures:
            self._senders.append(open_metrics(instance, lambda: self._telemetry.meters, services, lost))
        if lines:
            self._lines = open_lines(instance, lost)
            self._senders.append(self._lines)
            logging.getLogger().addHandler(self._lines)

    async def stop(self) -> None:
        """Send what is left, as far as that takes little time."""
        if self._lines is not None:
            logging.getLogger().removeHandler(self._lines)
        # At once: what hangs takes its time but once.
        senders, self._senders, self._lines = self._senders, [], None
        await asyncio.gather(self._stop_spans(), *(asyncio.to_thread(each.stop) for each in senders))

    async def _stop_spans(self) -> None:
        if self._otel is None:
            return
        self._telemetry.recorder.bridge = None
        if self._writing is not None:
            self._writing.cancel()
            self._give()
        await asyncio.to_thread(self._otel.flush)
        self._writing = self._otel = None

    def _instance(self) -> "Instance":
        from plures.otel import Instance

        placed = self._placed
        at = ("", 1) if placed is None else (placed.process, placed.replica)
        return Instance(self._assembly.name, version_of(self._assembly.packages), *at)

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            await asyncio.to_thread(self._give)

    def _give(self) -> None:
        parts = self._telemetry.recorder.take()
        for sink in self._telemetry.sinks:
            sink(parts)
