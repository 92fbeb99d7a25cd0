"""Why a machine could not be measured."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NotMeasured(PluresError):
    """The processes by which a machine is measured did not start, or did not answer."""

    code = "calibration.failed"
    wording = Text(
        "Cannot measure what a remote call costs on this machine",
        why="{reason}",
        fix="Two processes of Plures must be able to start and to reach each other on 127.0.0.1, within half a minute each.",
    )

    reason: str
