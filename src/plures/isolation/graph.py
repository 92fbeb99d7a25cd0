"""What each operation and each route of an application calls: read from the code, and assumed where that cannot be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial

from plures.application import AssembledCapability, AssembledVersion, Assembly, Dependency
from plures.contract import OperationDescription

from .reading import Bound, How, Known, Need, Reader, Value, attribute_of
from .routes import Route, packages_of, routes_of
from .stand_ins import arguments_of, client_of


class UnitKind(StrEnum):
    """What a unit is."""

    OPERATION = "operation"
    HANDLER = "handler"
    """Of an event: it is delivered later, as long as its capability or what it needs is down."""
    ROUTE = "route"


@dataclass(frozen=True)
class Unit:
    """One thing that works, degrades or fails as a whole.

    Attributes:
        name: `checkout.place`, or `GET /cart`.
        owner: Its capability; empty for the edge.
        needs: What it calls.
        assumed: Why more was assumed than was read; empty where all was read.
    """

    name: str
    owner: str
    kind: UnitKind
    needs: frozenset[Need]
    assumed: tuple[str, ...] = ()


def units_of(assembly: Assembly) -> tuple[Unit, ...]:
    """Operations and handlers in the order of the application, then the routes of its edge."""
    units = [unit for each in assembly.capabilities.values() for unit in _of_capability(assembly, each)]
    return (*units, *_of_edge(assembly))


def _of_capability(assembly: Assembly, capability: AssembledCapability) -> Iterator[Unit]:
    for version in capability.versions:
        methods = dict.fromkeys(version.contract.operations, UnitKind.OPERATION)
        if version.contract is capability.contract:
            methods |= {handler.method: UnitKind.HANDLER for handler in capability.handlers}
        yield from _of_version(assembly, version, methods)


def _of_version(assembly: Assembly, version: AssembledVersion, methods: Mapping[str, UnitKind]) -> Iterator[Unit]:
    contract, made = version.contract, version.implementation
    capability = contract.capability
    units = {each: f"{capability}.{assembly.told(contract, each)}" for each in methods}
    if made is None:
        for method, kind in methods.items():
            yield Unit(units[method], capability, kind, frozenset(), ("it runs elsewhere",))
        return
    reader = _reader(assembly, version.dependencies)
    service = _service(assembly, reader, version, methods)
    for method, kind in methods.items():
        function = None if service is None else _method(service, method)
        if function is None:
            reason = f"what {getattr(made, '__qualname__', capability)} makes"
            yield Unit(units[method], capability, kind, _everything(assembly, version.dependencies), (reason,))
        else:
            yield _read(reader, units[method], capability, kind, (function,))


def _service(assembly: Assembly, reader: Reader, version: AssembledVersion, methods: Iterable[str]) -> Value | None:
    given = {name: (Known(each),) for name, each in arguments_of(assembly, version.dependencies).items()}
    made = reader.made(Known(version.implementation), given)
    return next((each for each in made if all(_method(each, name) for name in methods)), None)


def _method(service: Value, name: str) -> Value | None:
    found, _ = attribute_of(service, name)
    return next((each for each in found if isinstance(each, Bound)), None)


def _of_edge(assembly: Assembly) -> Iterator[Unit]:
    if assembly.edge is None:
        return
    dependencies = assembly.edge_dependencies
    try:
        make, dependencies = assembly.opened_edge() or (assembly.edge, dependencies)
        app = make(**arguments_of(assembly, dependencies))
    except Exception as error:  # noqa: BLE001 - whatever it is: then its routes are not known
        app, routes, why = (
            None,
            None,
            f"the edge, which cannot be made without its application running ({type(error).__name__})",
        )
    else:
        routes, why = routes_of(app), f"the routes of the edge, an application of {type(app).__module__}"
    everything = _everything(assembly, assembly.edge_calls)
    if routes is None:
        yield Unit("the edge", "", UnitKind.ROUTE, everything, (why,))
        return
    reader = _reader(assembly, assembly.edge_calls, packages_of(app))
    for route in dict.fromkeys(routes):
        yield _read_route(reader, route, everything)


def _read_route(reader: Reader, route: Route, everything: frozenset[Need]) -> Unit:
    if not route.runs:
        # Files, and applications of others, which hold no client: they were given none that could be seen.
        return Unit(route.name, "", UnitKind.ROUTE, everything, ("what is mounted there",))
    return _read(reader, route.name, "", UnitKind.ROUTE, route.runs)


def _read(reader: Reader, name: str, owner: str, kind: UnitKind, runs: Iterable[Value]) -> Unit:
    pieces = [reader.start(each) for each in runs]
    strongest: dict[tuple[str, str], How] = {}
    for need in (need for piece in pieces for need in piece.all_needs()):
        key = need.capability, need.operation
        strongest[key] = max(need.how, strongest.get(key, How.OPTIONAL))
    assumed = frozenset(reason for piece in pieces for reason in piece.all_assumed())
    needs = frozenset(Need(*key, how) for key, how in strongest.items())
    return Unit(name, owner, kind, needs, tuple(sorted(assumed)))


def _reader(assembly: Assembly, dependencies: tuple[Dependency, ...], packages: frozenset[str] = frozenset()) -> Reader:
    operations = (operation for operation, _ in _operations(assembly, dependencies))
    return Reader(
        assembly.packages | packages,
        operations,
        cache(partial(client_of, assembly)),
        lambda operation: _told(assembly, operation),
    )


def _told(assembly: Assembly, operation: OperationDescription) -> str:
    versions = assembly.capabilities[operation.capability].contracts
    contract = next((each for each in versions if each.version == operation.version), versions[0])
    return assembly.told(contract, operation.name)


def _everything(assembly: Assembly, dependencies: tuple[Dependency, ...]) -> frozenset[Need]:
    """All that the constructor allows to call."""
    return frozenset(
        Need(operation.capability, _told(assembly, operation), How.OPTIONAL if is_optional else How.NEEDED)
        for operation, is_optional in _operations(assembly, dependencies)
    )


def _operations(
    assembly: Assembly, dependencies: tuple[Dependency, ...]
) -> Iterator[tuple[OperationDescription, bool]]:
    for leaf in (leaf for each in dependencies for leaf in each.leaves()):
        contract = assembly.contract(leaf.asked)
        if contract is not None:
            for operation in contract.operations.values():
                yield operation, leaf.is_optional
