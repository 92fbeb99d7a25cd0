"""What one replica measures and notes of its calls."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plures.application import EDGE, Assembly
from plures.contract import OperationDescription
from plures.runtime import EdgeContext, current, subject_of
from plures.telemetry import Bounds, Meter, ProcessName, Rate, SpanKind, Store, Telemetry
from plures.topology import Drawn, PlacedTelemetry

from .exported import Exported
from .figures import tell_figures
from .kept_lines import KeptLines
from .usage import Usage

if TYPE_CHECKING:
    from plures.telemetry import Processor

_LOG: Final = logging.getLogger("plures.telemetry")


class Observing:
    """Gives meters to clients and to the dispatcher of a replica.

    Args:
        usage: Folder in which it is kept who calls which version of which contract; None where it is not.
        placed: Which replica it is, where traces and figures are kept, and how much of them; None where they are not.

    Attributes:
        telemetry: Its meters, and what it holds of traces.
        store: Keeps them, and what else is put into it; None where nothing is kept.
        usage: Counts who calls which version, by the same meters.
    """

    def __init__(self, assembly: Assembly, usage: Path | None, placed: PlacedTelemetry | None = None) -> None:
        self.telemetry = Telemetry() if placed is None else _telemetry(placed)
        self.store = _store(placed, self.telemetry) if placed is not None and placed.settings.enabled else None
        # Until spans are to leave otherwise.
        self.telemetry.recorder.is_read = self.store is not None
        self.usage = Usage(assembly, usage)
        self._exported = Exported(assembly, self.telemetry, placed, takes=self.store is None)
        self._lines = None if self.store is None else KeptLines(self.store)
        self._figures: asyncio.Task[None] | None = None
        self._processor: Processor | None = None

    def start(self) -> None:
        """Keep what is measured, from now on."""
        self.usage.start()
        if self.store is not None and self._lines is not None:
            self.store.start()
            root = logging.getLogger()
            # Where there is none, `logging` writes to standard error by itself, and would no longer.
            if root.handlers:
                root.addHandler(self._lines)
            # It is not of the core: most of what imports this hosts nothing.
            from plures.telemetry import Processor

            self._processor = Processor(_running)
            why = self._processor.start()
            if why:
                _LOG.info("Processor time is told of the whole process, and not of its capabilities: %s", why)
            self._figures = asyncio.create_task(tell_figures(self.store.put_gauge, self._read), name="figures")

    def export(self, environ: Mapping[str, str]) -> None:
        """Have spans of OpenTelemetry made from now on, where the variables or user code ask for that."""
        self._exported.start(environ)

    async def stop(self) -> None:
        """Keep what is left."""
        if self._figures is not None:
            self._figures.cancel()
        if self._processor is not None:
            self._processor.stop()
        if self.store is not None and self._lines is not None:
            await asyncio.to_thread(self.store.stop)
            logging.getLogger().removeHandler(self._lines)
        await self._exported.stop()
        await self.usage.stop()

    def _read(self) -> None:
        if self._processor is not None and not self._processor.read():
            _LOG.info(
                "Processor time is told of the whole process alone from now on: something else handles the signal"
            )

    def of_client(self, owner: str, operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
        """What measures the calls that an owner makes of an operation."""
        meter = self.telemetry.meter(subject_of(operation, kind, owner, placement))
        self.usage.count(owner, operation, meter)
        return meter

    def of_dispatcher(self, operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
        """What measures the calls of an operation that arrive."""
        return self.telemetry.meter(subject_of(operation, kind, "", placement))


def _running() -> str:
    """The capability that this thread works for; empty for none."""
    call = current.get()
    if call is None:
        return ""
    if call.operation is None:
        return EDGE if isinstance(call, EdgeContext) else ""
    return call.operation.capability


def _telemetry(placed: PlacedTelemetry) -> Telemetry:
    said = placed.settings
    return Telemetry(_rate(said.drawn), {name: _rate(drawn) for name, drawn in said.operations.items()})


def _rate(drawn: Drawn) -> Rate:
    return Rate(drawn.share, drawn.per_s)


def _store(placed: PlacedTelemetry, telemetry: Telemetry) -> Store:
    bounds = Bounds(placed.settings.mib, placed.settings.hours)
    return Store(placed.folder, telemetry, ProcessName(placed.process, placed.replica), bounds)
