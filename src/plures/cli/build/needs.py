"""What each process of a topology needs of the lock: what the placement asks of Plures, and what its modules import."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from plures.application import Assembly, ImportedEdge
from plures.errors import InvalidInput, Rule
from plures.images import CapabilityMissing, Entry, Wheel, bringing, needed, normalised, reached, unlocked
from plures.topology import ResolvedProcess, Settings

UNLOCKED = Rule(
    "build.package_unlocked",
    "{name!r} is not among the packages of {lock}",
    "Lock it, or leave it out of packages in [build].",
)

PLACEMENT_UNLOCKED = Rule(
    "build.package_unlocked",
    "{lock} lacks {names}, which its processes need of Plures",
    "Lock plures[{extras}] in place of plures.",
)


class Code(msgspec.Struct, frozen=True):
    """What images may be made of.

    Attributes:
        wheels: By the names of their distributions, those of projects among them.
        modules: The sources of the application, by the names of their modules.
        environment: What markers of requirements are asked of.
    """

    wheels: Mapping[str, Wheel]
    modules: Mapping[str, Entry]
    environment: Mapping[str, str]


def check_packages(settings: Settings, wheels: Mapping[str, Wheel]) -> None:
    """Raise `InvalidInput` where packages are named that the lock does not have."""
    images = settings.images
    violations = [
        UNLOCKED.broken(f"{settings.source} [build] packages", name=name, lock=images.lock)
        for name in images.packages
        if normalised(name.partition("[")[0]) not in wheels
    ]
    if violations:
        raise InvalidInput(settings.source, violations)


def packages_of(
    processes: Iterable[ResolvedProcess], assembly: Assembly, settings: Settings, code: Code
) -> Sequence[str]:
    """Names of the wheels that an image with these processes needs.

    Raises:
        InvalidInput: What the placement asks of Plures is not in the lock.
    """
    placed = list(processes)
    extras = {
        "cli": True,
        "postgresql": any(process.databases for process in placed),
        "nats": any(process.broker is not None for process in placed),
        "tls": settings.tls is not None,
    }
    edge = assembly.edge
    has_edge = any(process.edge for process in placed)
    unused = [edge.place.partition(":")[0]] if isinstance(edge, ImportedEdge) and not has_edge else []
    _, others = reached(_first(placed, assembly, settings), code.modules, without=unused)
    chosen = ",".join(name for name, is_needed in extras.items() if is_needed)
    if names := unlocked(f"plures[{chosen}]", code.wheels, code.environment):
        broken = PLACEMENT_UNLOCKED.broken(
            f"{settings.source} [build] lock", lock=settings.images.lock, names=", ".join(names), extras=chosen
        )
        raise InvalidInput(settings.source, [broken])
    roots = [f"plures[{chosen}]", *settings.images.packages, *bringing(others, code.wheels)]
    # Its modules import what extras bring, each where it is asked for.
    return needed(roots, code.wheels, code.environment, unread=["plures"])


def check_capabilities(process: ResolvedProcess, assembly: Assembly, settings: Settings, code: Code) -> None:
    """Raise `CapabilityMissing` where an image would lack what its process hosts."""
    brought = frozenset[str]().union(*(wheel.modules for wheel in code.wheels.values()))
    missing = [
        f"{name} ({module})"
        for name in process.capabilities
        for module in _modules_of(name, assembly)
        if module not in code.modules and module.partition(".")[0] not in brought
    ]
    application = settings.application.partition(":")[0]
    if application not in code.modules and application.partition(".")[0] not in brought:
        missing.insert(0, f"the application ({application})")
    if missing:
        raise CapabilityMissing(process.name, ", ".join(missing))


def _first(processes: Iterable[ResolvedProcess], assembly: Assembly, settings: Settings) -> list[str]:
    edge = assembly.edge
    first = [settings.application.partition(":")[0]]
    for process in processes:
        first += [module for name in process.capabilities for module in _modules_of(name, assembly)]
        if process.edge and isinstance(edge, ImportedEdge):
            first.append(edge.place.partition(":")[0])
    return first


def _modules_of(name: str, assembly: Assembly) -> list[str]:
    capability = assembly.capabilities[name]
    made = [version.implementation for version in capability.versions]
    return list(dict.fromkeys(str(each.__module__) for each in made if each is not None))
