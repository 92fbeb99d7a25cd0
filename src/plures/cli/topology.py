"""`plures topology show` and `plures topology check`."""

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from plures.application import Assembly, sources_of
from plures.errors import PluresError
from plures.topology import ProcessSummary, ResolvedTopology, TopologySummary, summarise

from .console import MISTAKE, as_data, explain, json_option, mistakes_explained, print_json, rich_console, say
from .lazily import LazyGroup
from .project import Project, file_option, open_project


@click.group(
    "topology",
    cls=LazyGroup,
    lazy={
        "apply": "plures.cli.operating.applying:apply_command",
        "isolate": "plures.cli.isolate:isolate_command",
        "plan": "plures.cli.telemetry.planning:plan_command",
    },
)
def topology_group() -> None:
    """Show, check and change which process hosts which capability."""


@topology_group.command("show")
@click.argument("name", required=False)
@json_option
@file_option
def show(name: str | None, *, as_json: bool, file: Path) -> None:
    """Show the processes of a topology and the calls between them. Default: monolith."""
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        topology = project.topology(name)
        description = summarise(topology, project.assembly.facts)
        services = project.services(name)
        settings = _settings(project.assembly, topology)
    if as_json:
        more = {"services": services, "settings": settings}
        print_json({**asdict(description), **{word: told for word, told in more.items() if told}}, pretty=False)
    else:
        _print(description)
        for capability, sources in settings.items():
            say(f"Settings of {capability}:")
            for field, source in sources.items():
                say(f"  {field}: {source}")
        for process, names in services.items():
            say(f"{process} runs the services {', '.join(names)}.")


@topology_group.command("check")
@click.argument("names", nargs=-1)
@json_option
@file_option
def check_command(names: tuple[str, ...], *, as_json: bool, file: Path) -> None:
    """Check topologies against the application. Default: all of them."""
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
    chosen = names or tuple(project.settings.topologies)
    problems = {name: problem for name in chosen if (problem := _problem(project, name)) is not None}
    if as_json:
        report = {name: _verdict(problems.get(name)) for name in chosen}
        print_json({"topologies": report}, pretty=False)
    else:
        for name in chosen:
            if name not in problems:
                say(("ok", "green"), f"  {name}")
        for problem in problems.values():
            explain(problem)
    sys.exit(MISTAKE if problems else 0)


def _settings(assembly: Assembly, topology: ResolvedTopology) -> dict[str, dict[str, str]]:
    """Capability → field of its settings → where the value comes from. No value is shown: what is no secret today may be one tomorrow."""
    told: dict[str, dict[str, str]] = {}
    for process in topology.processes.values():
        variables = {**os.environ, **process.environment}
        for name in sorted(process.capabilities) if process.ours else ():
            settings = assembly.capabilities[name].settings
            if settings is not None:
                said = process.settings.get(name, {})
                told[name] = sources_of(settings, name, said, variables, process.folder)
    return told


def _problem(project: Project, name: str) -> PluresError | None:
    try:
        project.topology(name)
    except PluresError as error:
        return error
    return None


def _verdict(problem: PluresError | None) -> dict[str, Any]:
    return {"ok": True} if problem is None else {"ok": False, **as_data(problem)}


def _print(description: TopologySummary) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"topology {description.name}"), title_justify="left", box=None, padding=(0, 2, 0, 0))
    has_events = any(process.events for process in description.processes)
    for heading in ("process", "replicas", "capabilities", "calls out", *(["events"] if has_events else []), "runs"):
        table.add_column(heading, overflow="fold")
    for process in description.processes:
        # As text: names may hold what Rich takes for markup.
        table.add_row(*map(Text, _row(process, has_events=has_events)))
    rich_console().print(table)
    local, remote = description.local_calls, description.remote_calls
    stay = "call between capabilities stays" if local == 1 else "calls between capabilities stay"
    click.echo(f"{local} {stay} in a process, {remote} {'crosses' if remote == 1 else 'cross'} the wire.")
    if any(call.optional for process in description.processes for call in process.remote_calls):
        click.echo("? The caller can do without it.")
    shared = {name: tables for process in description.processes for name, tables in process.shared.items()}
    for name, tables in shared.items():
        click.echo(
            f"{name} shares the application's own database: {', '.join(tables)}. It stays with the edge until it owns them."
        )
    sagas = [saga for process in description.processes for saga in process.sagas]
    if sagas:
        click.echo(f"Sagas: {', '.join(sagas)}.")
    for each in description.published:
        who = "those that show its token" if each.needs_token else "anyone, browser or not"
        click.echo(f"Published to pages of {', '.join(each.origins)} ({each.caller}), for {who}:")
        for operation in each.operations:
            click.echo(f"  {operation}")


def _row(process: ProcessSummary, *, has_events: bool) -> tuple[str, ...]:
    few, many = process.replicas.min, process.replicas.max
    databases = {**dict.fromkeys(process.databases, "db"), **process.servers}
    notes = {
        name: [
            *process.versions.get(name, ()),
            *([databases[name]] if name in databases else []),
            *(["shared db"] if name in process.shared else []),
            *([f"threads: {process.threads[name]}"] if name in process.threads else []),
        ]
        for name in process.capabilities
    }
    capabilities = [f"{name} ({', '.join(said)})" if said else name for name, said in notes.items()]
    if process.edge:
        capabilities.insert(0, "the edge")
    calls = [
        f"{call.caller or 'the edge'} → {' '.join([call.capability, *call.versions])}{'?' if call.optional else ''}"
        for call in process.remote_calls
    ]
    # Dashed: nothing waits for them.
    events = ["\n".join(f"{flow.publisher} ⇢ {flow.subscriber}" for flow in process.events)] if has_events else []
    runs = process.runs if process.kind != "ours" else "this application"
    replicas = str(few) if few == many else f"{few}-{many}"
    return process.name, replicas, ", ".join(capabilities), "\n".join(calls), *events, runs
