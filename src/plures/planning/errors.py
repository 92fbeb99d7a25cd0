"""Why no plan can be made or compared."""

from dataclasses import dataclass
from pathlib import Path

from plures.errors import PluresError, Text


@dataclass(eq=False)
class NothingMeasured(PluresError):
    """There is telemetry, and no request in it since the processes that run now were started."""

    code = "plan.nothing_measured"
    wording = Text(
        "There is nothing to plan with: no request was measured {when}",
        why="a plan is made from what requests do, and takes only those that the processes answered that ran last",
        fix="Send some, as in `plures load load.py --rate 5 --duration 60s`, and ask again; --since takes more of the past.",
    )

    when: str


@dataclass(eq=False)
class NoPlan(PluresError):
    """A prediction was to be compared that was never made."""

    code = "plan.none"
    wording = Text(
        "No plan of {name} is kept",
        why="{file} is not there",
        fix="Make one while another topology runs: `plures topology plan {name}{options}`.",
    )

    name: str
    file: Path
    options: str = ""


@dataclass(eq=False)
class PlanUnreadable(PluresError):
    """The file of a plan is damaged, or of another version."""

    code = "plan.unreadable"
    wording = Text("Cannot read {file}", why="{reason}", fix="Move it away, and make the plan again.")

    file: Path
    reason: str


@dataclass(eq=False)
class NotRunning(PluresError):
    """What runs is not what was planned."""

    code = "plan.not_running"
    wording = Text(
        "{name} has not been measured since it was planned",
        why="what was measured last are the processes {processes}",
        fix="Start it with `plures run --topology {name}{options}`, let it answer requests for a minute, and ask again.",
    )

    name: str
    processes: str
    options: str = ""
