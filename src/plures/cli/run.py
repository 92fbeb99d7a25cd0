"""`plures run`."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from plures.errors import PluresError
from plures.topology import Address

from .console import mistakes_explained
from .project import data_of, file_option, folder_of, open_project
from .reload import Sources, end_with_parent, run_reloading


@click.command("run", short_help="Run the application until Ctrl-C.")
@click.option("--topology", "-t", metavar="NAME", help="Which topology of plures.toml to run. Default: monolith.")
@click.option("--reload", "reloads", is_flag=True, help="Start again when a file changes; implies --development.")
@click.option(
    "--reload-exclude",
    "excluded",
    metavar="PATTERN",
    multiple=True,
    help="With --reload: a file or folder whose changes do not count, such as '*.json' or static/built. May be repeated.",
)
@click.option(
    "--development", is_flag=True, help="Send calls in process through the codec, to find what cannot cross a wire."
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the edge. Default: 8000, or the next free one.")
@click.option(
    "--control-port",
    type=click.IntRange(0, 65535),
    help="Port of health, contracts and calls. Default: 8001, or the next free one.",
)
@click.option("--host", help="Address of the edge. Default: 127.0.0.1.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the embedded databases. Default: .plures")
@file_option
def run_command(
    topology: str | None,
    *,
    reloads: bool,
    excluded: tuple[str, ...],
    development: bool,
    port: int | None,
    control_port: int | None,
    host: str | None,
    data: Path | None,
    file: Path,
) -> None:
    """Run the application until Ctrl-C: in one process, or as the topology says.

    \b
    plures run                     everything in one process
    plures run --topology sale     as local processes, supervised
    """  # noqa: D301 - click reads the \b
    with mistakes_explained():
        if reloads:
            again = [argument for argument in sys.argv[1:] if argument != "--reload"]
            sources = Sources(folder_of(file), data=data or _data_of(file), exclude=excluded)
            sys.exit(run_reloading(again, sources))
        from plures.deploy import Deployment, log_to_stderr, run
        from plures.host import Mode

        end_with_parent()
        project = open_project(file)
        told = project.settings
        settings = replace(
            told,
            public=Address(host or told.public.host, told.public.port if port is None else port),
            control=Address(told.control.host, told.control.port if control_port is None else control_port),
            data=data or told.data,
        )
        mode = Mode.DEVELOPMENT if development else Mode.PRODUCTION
        log_to_stderr()
        sys.exit(run(Deployment(project.assembly, project.topology(topology), settings, mode)))


def _data_of(file: Path) -> Path:
    """The data folder; the default one where the file is wrong, which the child explains."""
    try:
        return data_of(file)
    except PluresError:
        return folder_of(file) / ".plures"
