"""What becomes of each operation and each route when a capability is dead: computed, for the worst that may happen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from plures.topology import ResolvedTopology

from .graph import Unit, UnitKind
from .reading import How, Need


class Fate(IntEnum):
    """The worst that may become of a unit, the best first."""

    WORKS = 0
    DEGRADES = 1
    """It goes without what it declares that it can do without."""

    HANDLED = 2
    """Its code catches the failure, so that what it answers is its own: reading cannot tell whether that is of use."""

    FAILS = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Death:
    """What dies at once.

    Attributes:
        name: Of the capability, or of the process that hosts several.
        takes_edge: Whether the edge dies with it.
    """

    name: str
    capabilities: frozenset[str]
    takes_edge: bool = False


@dataclass(frozen=True)
class Isolation:
    """What survives one death: unit → its fate. What died is not among them.

    Attributes:
        delayed: Handlers of events that are delivered late: they died, or what they need did.
    """

    death: Death
    fates: Mapping[Unit, Fate]
    delayed: tuple[Unit, ...]

    def of(self, fate: Fate, kind: UnitKind) -> tuple[Unit, ...]:
        """The units of a kind that have this fate."""
        return tuple(unit for unit, its in self.fates.items() if its is fate and unit.kind is kind)


def each_alone(capabilities: Iterable[str]) -> tuple[Death, ...]:
    """Each capability dies by itself, as it would in a process of its own."""
    return tuple(Death(name, frozenset([name])) for name in capabilities)


def processes_of(topology: ResolvedTopology) -> tuple[Death, ...]:
    """Each process of a topology dies, with all that is in it."""
    processes = topology.processes.values()
    return tuple(Death(each.name, frozenset(each.capabilities), each.edge) for each in processes)


def isolate(units: Iterable[Unit], deaths: Iterable[Death]) -> tuple[Isolation, ...]:
    """What survives each death."""
    known = tuple(units)
    return tuple(_isolate(known, death) for death in deaths)


def _isolate(units: tuple[Unit, ...], death: Death) -> Isolation:
    fates = {unit.name: Fate.WORKS for unit in units}
    dead = [unit for unit in units if unit.owner in death.capabilities or (death.takes_edge and not unit.owner)]
    fates |= {unit.name: Fate.FAILS for unit in dead}
    living = [unit for unit in units if fates[unit.name] is not Fate.FAILS]
    # Fates only get worse, so this ends; a circle of calls takes some rounds.
    has_changed = True
    while has_changed:
        has_changed = False
        for unit in living:
            worst = max((_through(need, fates, death) for need in unit.needs), default=Fate.WORKS)
            if worst > fates[unit.name]:
                fates[unit.name], has_changed = worst, True
    handlers = [unit for unit in units if unit.kind is UnitKind.HANDLER]
    return Isolation(
        death,
        {unit: fates[unit.name] for unit in living if unit.kind is not UnitKind.HANDLER},
        tuple(unit for unit in handlers if fates[unit.name] is Fate.FAILS),
    )


def _through(need: Need, fates: Mapping[str, Fate], death: Death) -> Fate:
    """What a need does to its owner."""
    is_dead = need.capability in death.capabilities
    its = Fate.FAILS if is_dead else fates.get(f"{need.capability}.{need.operation}", Fate.WORKS)
    if its <= Fate.DEGRADES:
        return its
    match need.how:
        case How.OPTIONAL:
            return Fate.DEGRADES
        case How.CAUGHT:
            return Fate.HANDLED
        case How.NEEDED:
            return its
