"""`plures topology isolate`: what survives when a part of the application is dead."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from plures.errors import PluresError, did_you_mean
from plures.isolation import Death, Fate, Isolation, Unit, UnitKind, each_alone, isolate, processes_of, units_of

from .console import FAILED, json_option, mistakes_explained, print_json, say
from .project import Project, file_option, open_project
from .verification import verified

_COLOURS: Final = {Fate.FAILS: "red", Fate.HANDLED: "yellow", Fate.DEGRADES: "yellow", Fate.WORKS: "green"}
_SURVIVES: Final = Fate.DEGRADES


class UnknownPart(PluresError):
    """An option names a capability, a process, an operation or a route that is not there."""

    code = "cli.unknown_part"


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
    with mistakes_explained(as_json=as_json):
        project = open_project(file)
        units = units_of(project.assembly)
        deaths = _chosen(_deaths(project, name), only)
        _check_known(keeps, (unit.name for unit in units), "operation or route")
        isolations = isolate(units, deaths)
        lost = [(each, unit) for each in isolations for unit in _lost(each, keeps)]
        data = {**_as_data(units, isolations), "lost": [f"{each.death.name}: {unit.name}" for each, unit in lost]}
        if not as_json:
            _print(units, isolations)
            _print_lost(lost)
        agrees = True
        if verify:
            topology = None if name is None else project.settings.topology(name)
            data["verified"], agrees = verified(project, topology, units, isolations, requests, quiet=as_json)
    if as_json:
        print_json(data, pretty=False)
    sys.exit(0 if agrees and not lost else FAILED)


def _deaths(project: Project, name: str | None) -> tuple[Death, ...]:
    return each_alone(project.assembly.capabilities) if name is None else processes_of(project.topology(name))


def _chosen(deaths: Sequence[Death], only: Sequence[str]) -> tuple[Death, ...]:
    _check_known(only, (death.name for death in deaths), "capability or process")
    return tuple(death for death in deaths if not only or death.name in only)


def _check_known(asked: Iterable[str], known: Iterable[str], what: str) -> None:
    names = list(known)
    for each in asked:
        if each not in names:
            hint = did_you_mean(each, names) or f"It is one of {', '.join(names)}."
            raise UnknownPart(f"There is no {what} {each!r} here", fix=hint)


def _lost(isolation: Isolation, keeps: Sequence[str]) -> list[Unit]:
    """What was to be kept and is not; what dies itself is not asked of."""
    return [unit for unit, fate in isolation.fates.items() if unit.name in keeps and fate > _SURVIVES]


def _print(units: Sequence[Unit], isolations: Sequence[Isolation]) -> None:
    for each in isolations:
        say((f"{each.death.name} dies", "red"), ("  " + _count(each), "dim"))
        for fate in (Fate.FAILS, Fate.HANDLED, Fate.DEGRADES):
            these = [*each.of(fate, UnitKind.ROUTE), *each.of(fate, UnitKind.OPERATION)]
            _print_row(fate.word, _COLOURS[fate], these)
        _print_row("delayed", "cyan", each.delayed)
        click.echo()
    assumed = [unit for unit in units if unit.assumed]
    for unit in assumed:
        say(("assumed", "yellow"), f"  {unit.name} may call less than was assumed; not read: {'; '.join(unit.assumed)}")
    say(("handled: its own code catches the failure and decides; delayed: events arrive later", "dim"))


def _print_lost(lost: Iterable[tuple[Isolation, Unit]]) -> None:
    for isolation, unit in lost:
        words = f"{unit.name} does not survive the death of {isolation.death.name}: it {_verb(isolation.fates[unit])}"
        say(("lost", "red"), f"  {words}")


def _print_row(word: str, colour: str, units: Sequence[Unit]) -> None:
    if units:
        say("  ", (f"{word:<9}", colour), ", ".join(unit.name for unit in units))


def _count(isolation: Isolation) -> str:
    if isolation.death.takes_edge:
        return "and the edge with it"
    counts: list[str] = []
    for kind, plural in ((UnitKind.ROUTE, "routes"), (UnitKind.OPERATION, "operations")):
        of_kind = [fate for unit, fate in isolation.fates.items() if unit.kind is kind]
        if of_kind:
            counts.append(f"{sum(fate is Fate.WORKS for fate in of_kind)} of {len(of_kind)} other {plural}")
    return f"{' and '.join(counts)} work as before" if counts else "nothing else is left"


def _verb(fate: Fate) -> str:
    return "fails" if fate is Fate.FAILS else "is left to its own code, which catches the failure"


def _as_data(units: Sequence[Unit], isolations: Sequence[Isolation]) -> dict[str, Any]:
    return {
        "deaths": [
            {
                "name": each.death.name,
                "capabilities": sorted(each.death.capabilities),
                "edge": each.death.takes_edge,
                "operations": {u.name: f.word for u, f in each.fates.items() if u.kind is UnitKind.OPERATION},
                "routes": {u.name: f.word for u, f in each.fates.items() if u.kind is UnitKind.ROUTE},
                "delayed": [unit.name for unit in each.delayed],
            }
            for each in isolations
        ],
        "needs": {
            unit.name: {f"{need.capability}.{need.operation}": need.how.name.lower() for need in sorted(unit.needs)}
            for unit in units
        },
        "assumed": {unit.name: list(unit.assumed) for unit in units if unit.assumed},
    }
