"""What was computed, as sentences and for programs."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

from plures.cli.console import say
from plures.errors import PluresError, did_you_mean
from plures.isolation import Death, Fate, Isolation, Unit, UnitKind

_COLOURS: Final = {Fate.FAILS: "red", Fate.HANDLED: "yellow", Fate.DEGRADES: "yellow", Fate.WORKS: "green"}
_SURVIVES: Final = Fate.DEGRADES


class UnknownPart(PluresError):
    """An option names a capability, a process, an operation or a route that is not there."""

    code = "cli.unknown_part"


def chosen(deaths: Sequence[Death], only: Sequence[str]) -> tuple[Death, ...]:
    """Those that were asked for; all of them where none was. Raises `UnknownPart`."""
    check_known(only, (death.name for death in deaths), "capability or process")
    return tuple(death for death in deaths if not only or death.name in only)


def check_known(asked: Iterable[str], known: Iterable[str], what: str) -> None:
    """Raise `UnknownPart` for a name that is not known."""
    names = list(known)
    for each in asked:
        if each not in names:
            hint = did_you_mean(each, names) or f"It is one of {', '.join(names)}."
            raise UnknownPart(f"There is no {what} {each!r} here", fix=hint)


def lost_of(isolation: Isolation, keeps: Sequence[str]) -> list[Unit]:
    """What was to be kept and is not; what dies itself is not asked of."""
    return [unit for unit, fate in isolation.fates.items() if unit.name in keeps and fate > _SURVIVES]


def print_all(units: Sequence[Unit], isolations: Sequence[Isolation]) -> None:
    """Each death: what fails, what goes on otherwise, and how much works as before."""
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


def print_lost(lost: Iterable[tuple[Isolation, Unit]]) -> None:
    """What was to survive and does not."""
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


def as_data(units: Sequence[Unit], isolations: Sequence[Isolation]) -> dict[str, Any]:
    """The same for programs."""
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
