"""`plures topology isolate`: what survives when a part of the application is dead."""

import sys
from pathlib import Path

import click

from plures.cli.console import FAILED, json_option, mistakes_explained, print_json
from plures.cli.project import file_option, open_project


@click.command("isolate", short_help="Show what survives when a part is dead.")
@click.argument("name", required=False)
@click.option(
    "--only", multiple=True, metavar="PART", help="Only the death of this capability, or process. May be repeated."
)
@click.option(
    "--keeps",
    multiple=True,
    metavar="UNIT",
    help="Exit with 1 unless this operation or route, as in checkout.place or 'GET /cart', works on, whole or degraded. May be repeated.",
)
@click.option(
    "--verify", is_flag=True, help="Run it as processes, kill and stop each part under load, and compare what answers."
)
@click.option(
    "--requests",
    metavar="FILE|MODULE:NAME",
    help="What --verify asks: a file with a path in each line, or a mapping of units to async functions of the address. "
    "Default: each route of GET without parameters.",
)
@json_option
@file_option
def isolate_command(
    name: str | None,
    only: tuple[str, ...],
    keeps: tuple[str, ...],
    requests: str | None,
    *,
    verify: bool,
    as_json: bool,
    file: Path,
) -> None:
    """Show what works, degrades or fails when a part is dead: each capability by itself, or each process of topology NAME.

    It is computed from what constructors name and from what the code of services and of the edge calls; none of it runs.

    With --verify it runs, on free ports, with its data in files of a temporary folder and one replica of each process. Exits with 1
    where something worse is seen than was computed.
    """
    from plures.isolation import each_alone, isolate, processes_of, units_of

    from .report import as_data, check_known, chosen, lost_of, print_all, print_lost
    from .verification import verified

    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        units = units_of(project.assembly)
        capabilities = project.assembly.capabilities
        deaths = each_alone(capabilities) if name is None else processes_of(project.topology(name))
        check_known(keeps, (unit.name for unit in units), "operation or route")
        isolations = isolate(units, chosen(deaths, only))
        lost = [(each, unit) for each in isolations for unit in lost_of(each, keeps)]
        data = {**as_data(units, isolations), "lost": [f"{each.death.name}: {unit.name}" for each, unit in lost]}
        if not as_json:
            print_all(units, isolations)
            print_lost(lost)
        agrees = True
        if verify:
            topology = None if name is None else project.settings.topology(name)
            data["verified"], agrees = verified(project, topology, units, isolations, requests, quiet=as_json)
    if as_json:
        print_json(data, pretty=False)
    sys.exit(0 if agrees and not lost else FAILED)
