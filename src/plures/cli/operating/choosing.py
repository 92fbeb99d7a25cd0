"""Which run of a project is meant: the only one there is, or the one that the user names."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plures.cli.project import data_of, file_option

if TYPE_CHECKING:
    from plures.deploy import Found, Run

run_option = click.option(
    "--run",
    "pid",
    type=int,
    metavar="PID",
    help="Process number of the run, where there are several: `plures ps` lists them.",
)
data_option = click.option(
    "--data", type=click.Path(path_type=Path), help="Data folder of the application. Default: that of plures.toml."
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--run`, `--data` and `--file`."""
    return run_option(data_option(file_option(command)))


def chosen_run(file: Path, data: Path | None, pid: int | None) -> "Run":
    """The run that is meant. Raises `NothingRuns`, `SeveralRun` or `RunOfAnother`."""
    from plures.cli.finding import NothingRuns, the_run

    folder = data or data_of(file)
    if pid is None:
        return the_run(folder, how="--run {pid}")
    running = runs_in(folder).running
    for run in running:
        if run.pid == pid:
            return run
    others = ", ".join(f"{run.application} is process {run.pid}" for run in running)
    raise NothingRuns(f"no run of the data folder {folder} is process {pid}{f'; {others}' if others else ''}")


def runs_in(folder: Path) -> "Found":
    """All runs that keep a data folder, and what killed ones left. Raises `RunOfAnother`."""
    from plures.cli.finding import runs_of

    return runs_of(folder)
