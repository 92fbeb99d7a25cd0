"""Which component tells which of what, and whose sagas ask whom. Sees code alone, so it knows nothing of load or of failures."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plures.advisor.reading import ImportEdge, Messaging, ModuleFacts

from .classes import Class, Classes


@dataclass(frozen=True)
class EventFlow:
    """One subscription of a component to an event of another.

    Attributes:
        publisher: The component whose contract declares the event.
        handler: The method that gets it.
        path: File of the handler.
    """

    publisher: str
    subscriber: str
    event: str
    handler: str
    path: str
    line: int


@dataclass(frozen=True)
class SagaBond:
    """What the steps of one saga ask of another component.

    Attributes:
        component: The component that has the saga.
        target: The component that it asks.
        steps: Operations that its steps ask for.
        undos: Operations that take steps back.
        lines: Where it asks, in `path`.
    """

    component: str
    target: str
    saga: str
    steps: tuple[str, ...]
    undos: tuple[str, ...]
    path: str
    lines: tuple[int, ...]


class Messages:
    """Events and sagas of a codebase.

    Args:
        facts: Production files only.
    """

    def __init__(self, facts: Mapping[str, ModuleFacts], classes: Classes, component_of: Mapping[str, str]) -> None:
        self._facts = facts
        self._classes = classes
        self._component_of = component_of
        self._spoken = {path: m.messaging for path, m in facts.items() if m.messaging and path in component_of}
        self._contracts = {(path, each.name) for path, m in self._spoken.items() for each in m.contracts}
        self._publishers = self._find_publishers()
        self.events = tuple(sorted(self._flows(), key=lambda f: (f.publisher, f.subscriber, f.event, f.handler)))
        self.optional = self._find_optional()
        self.sagas = tuple(sorted(self._bonds(), key=lambda b: (b.component, b.saga, b.target)))

    def without_events(self, imports: Iterable[ImportEdge]) -> tuple[ImportEdge, ...]:
        """The imports, but for those that take nothing but events which the importing component handles: they lead to no call."""
        told: set[tuple[str | None, str | None]] = {(flow.publisher, flow.subscriber) for flow in self.events}
        return tuple(edge for edge in imports if not told or not self._only_for_events(edge, told))

    def _find_publishers(self) -> dict[Class, str]:
        """The component of the contract that declares an event."""
        found: dict[Class, str] = {}
        for path, messaging in self._spoken.items():
            for name in (name for contract in messaging.contracts for name in contract.events):
                if event := self._classes.find(path, name):
                    found[event] = self._component_of[path]
        return found

    def _find_optional(self) -> frozenset[tuple[str, str]]:
        """(component, component that it can do without): nothing in the first asks for the contract of the second plainly."""
        optional: set[tuple[str, str]] = set()
        plain: set[tuple[str, str]] = set()
        for path, messaging in self._spoken.items():
            own = self._component_of[path]
            optional |= {(own, target) for name in messaging.optional if (target := self._home_of(path, name))}
            plain |= {(own, target) for target in self._asked(path, messaging).values()}
        return frozenset(optional - plain)

    def _home_of(self, path: str, contract: str) -> str | None:
        """The component of a contract, by the name that a file gives it."""
        found = self._classes.find(path, contract)
        return self._component_of.get(found[0]) if found and found in self._contracts else None

    def _flows(self) -> Iterator[EventFlow]:
        for path, messaging in self._spoken.items():
            for handler in messaging.handlers:
                event, subscriber = self._classes.find(path, handler.event), self._component_of[path]
                if handler.contract:
                    contract = self._classes.find(path, handler.contract)
                    subscriber = self._component_of.get(contract[0], "") if contract else ""
                publisher = self._publishers.get(event) if event else None
                if event and publisher and subscriber and publisher != subscriber:
                    yield EventFlow(publisher, subscriber, event[1], handler.name, path, handler.line)

    def _bonds(self) -> Iterator[SagaBond]:
        clients = self._clients()
        for path, messaging in self._spoken.items():
            own = self._component_of[path]
            here = self._asked(path, messaging)
            for saga in messaging.sagas:
                steps = defaultdict[str, list[tuple[str, bool, int]]](list)
                for step in saga.steps:
                    target = here.get(step.client) or clients[own].get(step.client)
                    if target and target != own:
                        steps[target].append((step.operation, step.undo, step.line))
                for target, found in steps.items():
                    done = tuple(dict.fromkeys(operation for operation, undo, _ in found if not undo))
                    undone = tuple(dict.fromkeys(operation for operation, undo, _ in found if undo))
                    lines = tuple(dict.fromkeys(line for _, _, line in found))
                    yield SagaBond(own, target, saga.name, done, undone, path, lines)

    def _clients(self) -> Mapping[str, Mapping[str, str]]:
        """For each component, the component that an attribute of that name asks, where all its files mean the same."""
        meant: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for path, messaging in self._spoken.items():
            for name, target in self._asked(path, messaging).items():
                meant[self._component_of[path]][name].add(target)
        return defaultdict(
            dict,
            {
                component: {name: next(iter(targets)) for name, targets in names.items() if len(targets) == 1}
                for component, names in meant.items()
            },
        )

    def _asked(self, path: str, messaging: Messaging) -> dict[str, str]:
        """The component that an attribute of a file asks, by the name of the attribute."""
        found = ((client.name, self._classes.find(path, client.kind)) for client in messaging.clients)
        return {name: self._component_of[kind[0]] for name, kind in found if kind and kind in self._contracts}

    def _only_for_events(self, edge: ImportEdge, told: set[tuple[str | None, str | None]]) -> bool:
        own, module = self._component_of.get(edge.source), self._facts[edge.source]
        wanted = module.imports[edge.index]
        local = wanted.alias or wanted.name or wanted.module.partition(".")[0]
        names = [local]
        if not wanted.name or self._classes.find(edge.source, local) is None:
            # `from shop.checkout import contract` takes a module: what counts is what the file takes from that.
            names = [f"{local}.{use.attribute}" for use in module.uses if use.index == edge.index]
        publishers = {self._publisher_beside(self._classes.find(edge.source, name)) for name in names}
        return bool(publishers) and all((publisher, own) in told for publisher in publishers)

    def _publisher_beside(self, event: Class | None) -> str | None:
        """The component that publishes an event and has its class; what lies elsewhere is a library of events."""
        publisher = self._publishers.get(event) if event else None
        return publisher if event and publisher == self._component_of.get(event[0]) else None
