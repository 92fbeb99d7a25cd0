"""What can go wrong when a capability leaves a replica."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class StillBusy(PluresError):
    """Calls under way did not end in time, so that a capability could not leave."""

    code = "host.still_busy"
    wording = Text(
        "{capabilities} cannot leave this process now",
        why="calls of it that had begun did not end within {within_s:g} s",
        fix="Try again when there is less to do, or give it more time. Nothing has changed.",
    )

    capabilities: str
    within_s: float
