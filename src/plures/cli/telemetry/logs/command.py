"""The command `plures logs`."""

from pathlib import Path

import click

from plures.cli.console import json_option, say
from plures.cli.telemetry.asking import as_moment
from plures.cli.telemetry.store import data_option, looked_at, open_store

_LEVELS = ("debug", "info", "warning", "error", "critical")


@click.command("logs", short_help="Show what processes have logged, in the order of time.")
@click.argument("name", default="", metavar="[PROCESS|CAPABILITY]")
@click.option("--follow", "-f", is_flag=True, help="Go on with what is logged from now on.")
@click.option(
    "--process", default="", metavar="NAME", help="Of this process, or of one replica of it: search, search.1."
)
@click.option("--level", type=click.Choice(_LEVELS), help="At least of this level. Default: all that was logged.")
@click.option("--trace", metavar="ID", help="Of this trace; the beginning of its id is enough, or the id of a request.")
@click.option("--text", default="", metavar="WORDS", help="With all of these words.")
@click.option(
    "--since", callback=as_moment, default="", metavar="WHEN", help="Logged then or later: 10m ago, or 15:04 in UTC."
)
@click.option(
    "--lines",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="Most lines before those that are followed, the latest.",
)
@data_option
@json_option
# -f follows, as that of other commands for logs does.
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=Path("plures.toml"),
    help="The settings file of the project. Default: plures.toml",
)
def logs_command(
    name: str,
    *,
    follow: bool,
    process: str,
    level: str | None,
    trace: str | None,
    text: str,
    since: int,
    lines: int,
    data: Path | None,
    as_json: bool,
    file: Path,
) -> None:
    """Show what all processes have logged, or what one of them, a replica (search.1) or a capability has, in the order of time.

    With --json, each line is an object. Following goes on while replicas come and go.
    """
    from .following import Following, Sought
    from .printing import print_lines

    with looked_at(as_json=as_json):
        sought = Sought(process, level or "", trace or "", text, since, name)
        following = Following(open_store(file, data), sought)
        latest = following.latest(lines, waits=follow)
        print_lines(latest, as_json=as_json)
        if lines and not (latest or follow):
            say((following.nothing(), "dim"), err=True)
        while follow:
            print_lines(following.more(), as_json=as_json)
