"""`plures restart` and `plures rollout`."""

from pathlib import Path

import click

from plures.cli.console import json_option

from .choosing import run_options
from .ordering import give


@click.command("restart", short_help="Replace processes without losing a request.")
@click.argument("processes", nargs=-1, metavar="[PROCESS]...")
@run_options
@json_option
def restart_command(
    processes: tuple[str, ...], *, pid: int | None, data: Path | None, file: Path, as_json: bool
) -> None:
    """Start processes of a running application again, one replica after the other, without losing a request. Default: all of them.

    The new replica answers before the old one ends. Where a database is a file, which one process may open, the old one ends first, and
    calls wait in between. When a new replica cannot start, the restart halts there.

    \b
    plures restart              everything
    plures restart search       all replicas of one process
    """  # noqa: D301 - click reads the \b
    from plures.deploy import Restart

    give(
        Restart(processes),
        file=file, data=data, pid=pid, as_json=as_json,
        done=lambda run: f"{run.application} has started {_which(processes)} again.",
    )  # fmt: skip


@click.command("rollout", short_help="Replace what runs by the code on disk.")
@click.argument("processes", nargs=-1, metavar="[PROCESS]...")
@run_options
@json_option
def rollout_command(
    processes: tuple[str, ...], *, pid: int | None, data: Path | None, file: Path, as_json: bool
) -> None:
    """Let a running application go on with the code as it is on disk now, without losing a request. Default: all processes.

    The code is imported first by a process of its own: when that fails, or it has other capabilities, nothing changes. Then each replica
    is replaced as `plures restart` does it, in the order of calls: what is called before what calls it.
    """
    from plures.deploy import Restart

    give(
        Restart(processes, anew=True),
        file=file, data=data, pid=pid, as_json=as_json,
        done=lambda run: f"{run.application} runs the code on disk{f' in {_which(processes)}' if processes else ''} now.",
    )  # fmt: skip


def _which(processes: tuple[str, ...]) -> str:
    return ", ".join(processes) or "everything"
