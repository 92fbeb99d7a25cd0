"""`plures run`."""

import sys
from pathlib import Path

import click
from msgspec.structs import replace

from plures.errors import PluresError
from plures.extras import require
from plures.logs import keep_logs
from plures.topology import Address, ApplicationFacts, ResolvedTopology, check, parse

from .console import mistakes_explained
from .processes import alone_in
from .project import Project, assembled, file_option, folder_of
from .reload import Sources, end_with_parent, run_reloading
from .run_log import RunLog, log_options


@click.command("run", short_help="Run the application until Ctrl-C.")
@click.option("--topology", "-t", metavar="NAME", help="Which topology of plures.toml to run. Default: monolith.")
@click.option(
    "--process",
    metavar="NAME",
    help="Run one process of the topology, as in a container: the others answer elsewhere, and are called by TLS.",
)
@click.option(
    "--peers",
    metavar="URL",
    help="With --process: where the others answer, {process} standing for the name of each. Default: https://{process}:8001",
)
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
@click.option(
    "--fault",
    "faults",
    metavar="TARGET=KIND:HOW,...",
    multiple=True,
    help="Let a capability, or one operation of it, go wrong on demand: search=latency:200ms..400ms,error:5% or "
    "search.find=hang:1%,unavailable:10%. May be repeated.",
)
@click.option(
    "--faults-in-production", is_flag=True, help="Inject faults although callers from elsewhere would meet them."
)
@log_options
@file_option
def run_command(
    topology: str | None,
    *,
    process: str | None,
    peers: str | None,
    reloads: bool,
    excluded: tuple[str, ...],
    development: bool,
    port: int | None,
    control_port: int | None,
    host: str | None,
    data: Path | None,
    faults: tuple[str, ...],
    faults_in_production: bool,
    log_format: str | None,
    log_levels: tuple[str, ...],
    file: Path,
) -> None:
    """Run the application until Ctrl-C: in one process, or as the topology says.

    \b
    plures run                     everything in one process
    plures run --topology sale     as local processes, supervised
    plures run --fault search=latency:200ms,error:5%
    """  # noqa: D301 - click reads the \b
    log = RunLog(log_format, log_levels)
    with mistakes_explained(explained=log.explain):
        log.checked()
        if reloads:
            require("reload", "start again when a file changes")
            again = [argument for argument in sys.argv[1:] if argument != "--reload"]
            sources = Sources(folder_of(file), data=data or _data_of(file, log), exclude=excluded)
            sys.exit(run_reloading(again, sources, log.say))
        from plures.deploy import Deployment, log_to_stderr, process_name, run
        from plures.host import Mode

        from .faults import faults_of, loud

        leave = end_with_parent()
        folder = folder_of(file)
        told = log.settings(file)
        log_to_stderr(told.logs)
        services = None
        if told.services:
            from .rescue import Services

            services = Services(told, topology, file, log.say)
            if services.is_all:
                sys.exit(services.run())
            told = services.settings
        project = Project(told, assembled(told, folder))
        chosen = project.topology(topology)
        if process is not None:
            chosen, told = alone_in(chosen, told, process, peers)
        keep_logs(told.logs, process_name(chosen))
        settings = replace(
            told,
            public=Address(host or told.public.host, told.public.port if port is None else port),
            control=Address(told.control.host, told.control.port if control_port is None else control_port),
            data=data or told.data,
        )
        mode = Mode.DEVELOPMENT if development else Mode.PRODUCTION
        injected = faults_of(faults, project.assembly, chosen, settings, in_production=faults_in_production)
        if injected:
            log.say(loud(injected), level="warning")
        beside = None if services is None else services.beside

        def named(name: str, facts: ApplicationFacts | None) -> ResolvedTopology:
            return check(parse(file).topology(name), facts or project.assembly.facts)

        # Services that run beside the application stay where they are.
        changing = None if told.services or services else named
        deployment = Deployment(
            project.assembly, chosen, settings, mode, injected, beside, changing, also=told.data, leave=leave
        )
        sys.exit(run(deployment))


def _data_of(file: Path, log: RunLog) -> Path:
    """The data folder; the default one where the file is wrong, which the child explains."""
    try:
        return log.settings(file).data
    except PluresError:
        return folder_of(file) / ".plures"
