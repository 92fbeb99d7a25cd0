"""`plures topology plan`: what would change in another topology, and what came of it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Final

import click
import msgspec

from plures.cli.console import print_json, say
from plures.cli.project import Project, open_project
from plures.cli.telemetry.asking import as_moment
from plures.cli.telemetry.store import looked_at, store_options
from plures.errors import PluresError, Text

from .telling import tell_plan, tell_verified

if TYPE_CHECKING:
    from plures.planning import Cost, Plan, Target, Verified
    from plures.telemetry import Reading

_US: Final = 1_000_000
_FRESH_US: Final = 15 * 60 * _US


@dataclass(eq=False)
class PlanNotKept(PluresError):
    """A plan cannot be written into the data folder."""

    code = "plan.not_kept"
    wording = Text(
        "Cannot keep the plan in {folder}",
        why="{reason}",
        fix="A plan lies beside the telemetry of the application, for its user: run this as that user.",
    )

    folder: Path
    reason: str


@click.command("plan", short_help="What would change in another topology, from what was measured.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--verify", "is_verify", is_flag=True, help="Compare the plans that were made with what was measured since."
)
@click.option(
    "--since",
    callback=as_moment,
    default="1h",
    show_default=True,
    help="Requests since then: 10m, 2h, or 15:04 in UTC.",
)
@click.option(
    "--measure",
    "is_anew",
    is_flag=True,
    help="Measure this machine anew. Default: what was measured in the last 15 minutes is taken.",
)
@store_options
def plan_command(
    names: tuple[str, ...], *, is_verify: bool, since: int, is_anew: bool, data: Path | None, file: Path, as_json: bool
) -> None:
    """Say what would change if the application ran in another topology: calls that become remote, time and processor time of requests, processes, memory, data.

    It is worked out from the requests that the processes answered that run now, or ran last, and from what a remote call costs on this machine, which
    is measured in about twenty seconds. The plan is kept: once the other topology has answered requests, --verify compares. Default: all topologies.
    """
    with looked_at(as_json=as_json):
        from plures.telemetry import Reading

        project = open_project(file)
        chosen = [project.settings.topology(name).name for name in names] or [*project.settings.topologies]
        folder = data or project.settings.data
        reading = Reading(folder)
        if is_verify:
            with _naming(data):
                _verify(reading, folder, chosen if names else [], as_json=as_json)
            return
        # What is wrong there is told before anything is measured.
        topologies = _targets(project, folder)
        reading.processes()
        plans = _plans(project, reading, folder, topologies, chosen, since, is_anew=is_anew)
    if as_json:
        print_json({"plans": [msgspec.to_builtins(each) for each in plans]}, pretty=False)
        return
    for number, each in enumerate(plans):
        if number:
            say("")
        tell_plan(each)


@contextmanager
def _naming(data: Path | None) -> Generator[None]:
    """The commands that errors recommend name the same data folder."""
    from plures.planning import NoPlan, NotRunning

    try:
        yield
    except (NoPlan, NotRunning) as error:
        raise (error if data is None else replace(error, options=f" --data {data}")) from None


def _targets(project: Project, data: Path) -> "dict[str, Target]":
    from plures.planning import target_of

    facts = project.assembly.facts
    return {name: target_of(project.topology(name), facts, data) for name in project.settings.topologies}


def _plans(  # noqa: PLR0917 - all of them are what one plan is made of
    project: Project,
    reading: "Reading",
    folder: Path,
    topologies: "dict[str, Target]",
    chosen: list[str],
    since: int,
    *,
    is_anew: bool,
) -> "list[Plan]":
    from plures.planning import keep, predict

    now = int(time() * _US) + 1
    others = [*topologies.values()]
    cost = None if is_anew else _fresh(folder, now)
    if cost is None:
        # Fails early where there is nothing to plan with.
        _probe(reading, others, since, now)
        cost = _measured(project)
    plans = [predict(reading, topologies[name], others, cost, since=since, until=now) for name in chosen]
    # Of what runs there is nothing to plan, unless it is asked for alone.
    plans = [each for each in plans if each.present != each.target] or plans
    for each in plans:
        try:
            keep(folder, each)
        except OSError as error:
            raise PlanNotKept(folder, error.strerror or str(error)) from None
    return plans


def _probe(reading: "Reading", others: "list[Target]", since: int, now: int) -> None:
    from plures.planning import Cost, Pace, predict

    predict(reading, others[0], others, Cost(0, (Pace(1, 0, 0),), 0, 0, 0, 0), since=since, until=now)


def _fresh(folder: Path, now: int) -> "Cost | None":
    from plures.planning import all_kept

    costs = [each.cost for each in all_kept(folder) if 0 <= now - each.cost.at < _FRESH_US]
    return max(costs, key=lambda each: each.at, default=None)


def _measured(project: Project) -> "Cost":
    from plures.calibration import calibrate

    say(("measuring what a remote call costs on this machine …", "dim"), err=True)
    return calibrate(project.settings.application, project.settings.folder.absolute())


def _verify(reading: "Reading", folder: Path, names: list[str], *, as_json: bool) -> None:
    from plures.planning import NoPlan, NotRunning, all_kept, kept, verify

    now = int(time() * _US) + 1
    found: list[Verified] = [verify(reading, kept(folder, name), now) for name in names]
    if not names:
        missing: PluresError = NoPlan("any topology", folder / "plans")
        for plan in all_kept(folder):
            try:
                found.append(verify(reading, plan, now))
            except NotRunning as error:
                missing = error
        if not found:
            raise missing
    if as_json:
        print_json({"verified": [{**msgspec.to_builtins(each)} for each in found]}, pretty=False)
        return
    for number, each in enumerate(found):
        if number:
            say("")
        tell_verified(each)
