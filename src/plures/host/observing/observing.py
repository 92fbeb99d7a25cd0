"""What one replica measures and notes of its calls."""

from collections.abc import Mapping
from pathlib import Path

from plures.application import Assembly
from plures.contract import OperationDescription
from plures.runtime import subject_of
from plures.telemetry import Meter, SpanKind, Telemetry

from .exported import Exported
from .usage import Usage


class Observing:
    """Gives meters to clients and to the dispatcher of a replica.

    Args:
        usage: Folder in which it is kept who calls which version of which contract; None where it is not.

    Attributes:
        telemetry: Its meters, and what it holds of traces.
        usage: Counts who calls which version, by the same meters.
    """

    def __init__(self, assembly: Assembly, usage: Path | None) -> None:
        self.telemetry = Telemetry()
        self.usage = Usage(assembly, usage)
        self._exported = Exported(assembly, self.telemetry)

    def start(self) -> None:
        """Keep what is measured, from now on."""
        self.usage.start()

    def export(self, environ: Mapping[str, str]) -> None:
        """Have spans of OpenTelemetry made from now on, where the variables or user code ask for that."""
        self._exported.start(environ)

    async def stop(self) -> None:
        """Keep what is left."""
        await self._exported.stop()
        await self.usage.stop()

    def of_client(self, owner: str, operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
        """What measures the calls that an owner makes of an operation."""
        meter = self.telemetry.meter(subject_of(operation, kind, owner, placement))
        self.usage.count(owner, operation, meter)
        return meter

    def of_dispatcher(self, operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
        """What measures the calls of an operation that arrive."""
        return self.telemetry.meter(subject_of(operation, kind, "", placement))
