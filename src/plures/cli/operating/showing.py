"""`plures ps`: what runs of a project, and how it stands."""

import sys
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, Final

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json, rich_console, say
from plures.cli.project import data_of

from .choosing import run_options, runs_in
from .memory import memory_of

if TYPE_CHECKING:
    from plures.deploy import ProcessShown, ReplicaShown, Run

_SILENT_S: Final = 10.0
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_COLOURS: Final = {"ready": "green", "stopped": "dim", "halted": "red", "restarting": "red"}


@click.command("ps", short_help="Show what runs, and how it stands.")
@run_options
@json_option
def ps_command(*, pid: int | None, data: Path | None, file: Path, as_json: bool) -> None:
    """Show what runs of this application: its processes and replicas, what each hosts, and how it stands. All runs, where there are several.

    Exit status 1: nothing runs, or what runs does not answer.
    """
    with mistakes_explained(as_json=as_json):
        folder = data or data_of(file)
        found = runs_in(folder)
        told = [_told(run) for run in found.running if pid in (None, run.pid)]
    if as_json:
        print_json({"runs": told, "left": [str(path) for path in found.left]}, pretty=False)
    else:
        for each in told:
            _print(each)
        if not told:
            say(f"Nothing runs that keeps the data folder {folder}{f' as process {pid}' if pid else ''}.", err=True)
        if found.left:
            names = ", ".join(path.name for path in found.left)
            say((f"Left behind by runs that were killed: {names}; the next run removes it.", "dim"), err=True)
    if not told or not all(each["answers"] for each in told):
        sys.exit(FAILED)


def _told(run: "Run") -> dict[str, Any]:
    """A run for programs: seconds since 1970, bytes."""
    from plures.deploy import RunGone, RunSilent, Shown, ask

    problem, shown = "", Shown(())
    try:
        if run.orders:
            shown = ask(Path(run.orders), run.pid, silent_s=_SILENT_S)
        else:
            problem = "it was started by another version, or could make no socket"
    except RunSilent as error:
        problem = f"{error.why}. {error.fix}"
    except RunGone:
        problem = "it takes no orders: it is about to end"
    return {
        "application": run.application,
        "topology": run.topology,
        "pid": run.pid,
        "began": run.began,
        "data": run.data,
        "public": run.public,
        "control": list(run.control),
        "answers": not problem,
        "problem": problem,
        "doing": shown.doing,
        "processes": [_process(process) for process in shown.processes],
    }


def _process(process: "ProcessShown") -> dict[str, Any]:
    return {
        "name": process.name,
        "capabilities": list(process.capabilities),
        "edge": process.edge,
        "min": process.least,
        "max": process.most,
        "told": process.told or None,
        "runs": process.runs or None,
        "replicas": [_replica(replica, family=bool(process.runs)) for replica in process.replicas],
    }


def _replica(replica: "ReplicaShown", *, family: bool) -> dict[str, Any]:
    from plures.deploy import is_halted

    halted = replica.pid is not None and is_halted(replica.pid)
    return {
        "name": replica.name,
        "state": "halted" if halted else replica.state,
        "since": replica.since,
        "why": f"a signal has halted it; kill -CONT {replica.pid} lets it go on" if halted else replica.why,
        "pid": replica.pid,
        "restarts": replica.restarts,
        "memory_bytes": None if replica.pid is None else memory_of(replica.pid, family=family),
        "url": replica.url,
    }


def _print(run: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    topology = f" as {run['topology']}" if run["topology"] else ""
    say(
        f"{run['application']} runs{topology}, process {run['pid']}, for {lasting(run['began'])}, data in {run['data']}"
    )
    for label, text in (("the edge", run["public"]), ("does", run["doing"]), ("but", run["problem"])):
        if text:
            say(f"  {label}: {text}")
    if not run["processes"]:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("replica", "state", "for", "pid", "restarts", "memory", "port", "hosts"):
        right = heading in {"pid", "restarts", "memory", "port"}
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    notes: list[str] = []
    for process in run["processes"]:
        hosts = ", ".join([*(["the edge"] if process["edge"] else []), *process["capabilities"]])
        if not process["replicas"]:
            table.add_row(
                *map(Text, (process["name"], "elsewhere", "", "", "", "", "", f"{hosts} ({process['runs']})"))
            )
        for replica in process["replicas"]:
            state = Text(replica["state"], style=_COLOURS.get(replica["state"], "yellow"))
            memory, pid = replica["memory_bytes"], replica["pid"]
            cells = (
                lasting(replica["since"]),
                "" if pid is None else str(pid),
                str(replica["restarts"]),
                "" if memory is None else f"{memory / 1_048_576:.0f} MiB",
                replica["url"].rpartition(":")[2],
                hosts,
            )
            table.add_row(Text(replica["name"]), state, *map(Text, cells))
            notes += [f"{replica['name']}: {replica['why']}"] if replica["why"] else []
        if process["told"]:
            notes.append(
                f"{process['name']} was told to have {process['told']}; `plures scale {process['name']}=auto` ends that"
            )
    rich_console().print(table)
    for note in notes:
        say(f"  {note}")


def lasting(began: float) -> str:
    """How long ago that was, in its largest unit."""
    seconds = max(0, int(time() - began))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{seconds // size} {unit}"
