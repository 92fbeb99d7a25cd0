"""Why the store cannot be read."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NoTelemetry(PluresError):
    """There is no file yet."""

    code = "telemetry.none"
    wording = Text(
        "There is no telemetry yet",
        why="{file} is not there: no process has written any",
        fix="Start the application with plures run, and let it answer a request.",
    )

    file: Path


@dataclass(eq=False)
class TelemetryUnreadable(PluresError):
    """The file cannot be read."""

    code = "telemetry.unreadable"
    wording = Text(
        "Cannot read {file}",
        why="{reason}",
        fix="If it is damaged, a process that runs begins a new one by itself; or move it away.",
    )

    file: Path
    reason: str


@dataclass(eq=False)
class TelemetryNewer(PluresError):
    """The file is of a later version."""

    code = "telemetry.newer"
    wording = Text(
        "Cannot read {file}",
        why="a later version of Plures has made it",
        fix="Read it with that version, or move it away: the processes of this one begin anew.",
    )

    file: Path
