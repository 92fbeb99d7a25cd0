"""What is kept, and where."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Drawn(msgspec.Struct, frozen=True):
    """How many requests of an operation are kept: a share, and so many a second at most."""

    share: float = 1.0
    per_s: float = 10.0


class TelemetrySettings(msgspec.Struct, frozen=True):
    """What plures.toml says of telemetry.

    Attributes:
        enabled: Whether anything is kept.
        drawn: What holds for each operation that `operations` does not name.
        mib: How large the file gets, in MiB.
        hours: How old what is in it gets.
    """

    enabled: bool = True
    drawn: Drawn = Drawn()
    operations: Mapping[str, Drawn] = msgspec.field(default_factory=dict[str, Drawn])
    mib: int = 256
    hours: float = 48.0


class PlacedTelemetry(msgspec.Struct, frozen=True):
    """Where a replica keeps it.

    Attributes:
        folder: The data folder.
        process: The name of its process.
        replica: Its number, from 1.
    """

    folder: Path
    process: str
    replica: int
    settings: TelemetrySettings
