"""How much is measured of the calls of a benchmark."""

from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from plures.telemetry import Call, Meter, Subject, Telemetry
from plures.topology import PlacedTelemetry, TelemetrySettings


class Mode(Enum):
    """*off* is `enabled = false` in `[telemetry]`; *none* does not even count calls, which no setting does."""

    ON = "on"
    OFF = "off"
    NONE = "none"


def telemetry_of(mode: Mode, folder: Path, process: str) -> PlacedTelemetry | None:
    """Where a replica keeps it; each process has a folder of its own."""
    if mode is not Mode.ON:
        return None
    kept_in = folder / process
    kept_in.mkdir(parents=True, exist_ok=True)
    return PlacedTelemetry(kept_in, process, 1, TelemetrySettings())


@contextmanager
def unmeasured(mode: Mode) -> Generator[None]:
    """In the mode *none*, hosts that start meanwhile measure no call."""
    made = Telemetry.meter

    def silent(telemetry: Telemetry, subject: Subject) -> Meter:
        return _Silent(subject, telemetry.recorder)

    # For as long as the block runs, the method itself is another one: the code that is measured has no switch for it.
    Telemetry.meter = silent if mode is Mode.NONE else made  # type: ignore[method-assign]
    try:
        yield
    finally:
        Telemetry.meter = made  # type: ignore[method-assign]


class _Silent(Meter):
    """Measures nothing."""

    __slots__ = ()

    def begin(self, call: Call) -> None:
        pass

    def end(self, call: Call, more: tuple[object, ...] = ()) -> None:
        pass
