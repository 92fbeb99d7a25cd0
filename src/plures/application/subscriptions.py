"""Which events the services of an application subscribe to: read from their classes, checked against the contracts that declare events."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from plures.contract import (
    DEFAULT_HANDLING_S,
    SUBSCRIPTION,
    ContractDescription,
    Event,
    EventDescription,
    OperationDescription,
    SubscriptionDeclaration,
    Unresolvable,
    annotations_of,
    is_spellable,
    members_of,
    read_delivery,
    signature_of,
)
from plures.errors import Violation

from . import rules
from .application import Capability
from .implementation import service_class, show


class Handler(msgspec.Struct, frozen=True):
    """A method of a service that handles an event, as it declares it.

    Attributes:
        method: Its name.
        event: The class of the event.
    """

    method: str
    event: type[Event]
    declaration: SubscriptionDeclaration


class Subscription(msgspec.Struct, frozen=True):
    """One capability's wish to get one event.

    Attributes:
        publisher: The capability whose contract declares the event.
        subscriber: The capability that handles it.
        delivery: The operation of the subscriber that takes it.
    """

    publisher: str
    subscriber: str
    event: EventDescription
    delivery: OperationDescription

    @property
    def name(self) -> str:
        """`notifications.confirm`: what databases and operators know it by."""
        return f"{self.subscriber}.{self.delivery.name}"


def name_problems(where: str, name: object, contract: ContractDescription) -> list[Violation]:
    """What is wrong with the name of a handler: its operation on the wire is made from it, beside those of the contract."""
    if not (isinstance(name, str) and name.isidentifier() and is_spellable(name)):
        return [rules.HANDLER_NAME.broken(where, name=name)]
    if name in contract.operations:
        return [rules.HANDLER_CLASH.broken(where, path=contract.operations[name].path)]
    return []


def handlers_of(service: type) -> Iterator[tuple[str, Any, SubscriptionDeclaration]]:
    """The methods of a class with `@subscribe()`, by name."""
    for name, method in members_of(service):
        declaration = getattr(method, SUBSCRIPTION, None)
        if isinstance(declaration, SubscriptionDeclaration):
            yield name, method, declaration


def handlers_of_capability(
    capability: Capability, contract: ContractDescription, where: str, violations: list[Violation]
) -> tuple[Handler, ...]:
    """What handles events in a capability: as its service says, or where it runs elsewhere, as the application does."""
    if capability.implementation is None:
        if not _is_mapping(capability.subscriptions):
            violations.append(rules.NO_SUBSCRIPTIONS.broken(where, given=capability.subscriptions))
            return ()
        for name in capability.subscriptions:
            violations += name_problems(f"{where}, handler {name!r}", name, contract)
        declaration = SubscriptionDeclaration(DEFAULT_HANDLING_S)
        return tuple(Handler(name, event, declaration) for name, event in capability.subscriptions.items())
    if capability.subscriptions:
        violations.append(rules.SUBSCRIPTIONS_HERE.broken(where))
    handlers, found = read_handlers(service_class(capability.implementation), contract)
    violations += found
    return handlers


def read_handlers(service: type | None, contract: ContractDescription) -> tuple[tuple[Handler, ...], list[Violation]]:
    """The handlers of a service, and what is wrong with them. None where its class cannot be known."""
    if service is None:
        return (), []
    handlers: list[Handler] = []
    violations: list[Violation] = []
    violations += [
        rules.HANDLER_LOST.broken(f"{service.__qualname__}.{name}", first=first) for name, first in _lost(service)
    ]
    for name, method, declaration in handlers_of(service):
        where = f"{service.__qualname__}.{name}"
        event, problem = _event_of(method)
        if not 0 < declaration.deadline_s < float("inf"):
            problem = f"deadline_s={declaration.deadline_s!r} is no length of time"
        if misnamed := name_problems(where, name, contract):
            violations += misnamed
        elif event is None or problem:
            violations.append(rules.HANDLER.broken(where, problem=problem))
        else:
            handlers.append(Handler(name, event, declaration))
    return tuple(handlers), violations


def _lost(service: type) -> Iterator[tuple[str, str]]:
    """Handlers of a base class that a method without `@subscribe()` took the place of, with their first name."""
    kept = {name for name, _, _ in handlers_of(service)}
    for base in service.__mro__[1:]:
        for name, method in vars(base).items():
            declared = isinstance(getattr(method, SUBSCRIPTION, None), SubscriptionDeclaration)
            # `confirm = None` says that it is not wanted.
            if declared and name not in kept and callable(inspect.getattr_static(service, name)):
                kept.add(name)
                yield name, f"{base.__qualname__}.{name}"


def _event_of(method: Any) -> tuple[type[Event] | None, str]:
    if not inspect.isfunction(method) or inspect.isasyncgenfunction(method) or inspect.isgeneratorfunction(method):
        return None, "it is no function that handles one event and returns"
    parameters = list(signature_of(method).parameters.values())[1:]
    if len(parameters) != 1 or parameters[0].kind not in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ):
        return None, f"it takes {len(parameters)} arguments instead of the event alone"
    try:
        hints = annotations_of(method)
    except Unresolvable as error:
        return None, f"an annotation cannot be resolved: {error}"
    event = hints.get(parameters[0].name)
    if not (isinstance(event, type) and issubclass(event, Event) and event is not Event):
        return None, f"its parameter is {show(event)} instead of a class that inherits Event"
    if hints.get("return", type(None)) is not type(None):
        return None, f"it returns {show(hints['return'])}, which no one receives"
    return event, ""


def _is_class(thing: object) -> bool:
    """What the type checker of the user promises, and their interpreter does not."""
    return isinstance(thing, type)


def subscribe_all(
    contracts: Mapping[str, tuple[ContractDescription, ...]], handlers: Mapping[str, tuple[Handler, ...]]
) -> tuple[tuple[Subscription, ...], list[Violation]]:
    """Who gets which event of whom. Both arguments are by capability; the newest version of each contract comes first."""
    declared: dict[type, tuple[str, EventDescription]] = {}
    declaring: dict[type, str] = {}
    violations: list[Violation] = []
    for name, contract in ((name, each) for name, versions in contracts.items() for each in versions):
        for event in contract.events:
            if event.python in declared:
                first, where = declaring[event.python], f"event {event.python.__qualname__}"
                violations.append(rules.EVENT_TWICE.broken(where, first=first, second=contract.name))
            declared[event.python] = name, event
            declaring[event.python] = contract.name
    subscriptions: list[Subscription] = []
    for name, those in handlers.items():
        for handler in those:
            if not _is_class(handler.event) or handler.event not in declared:
                where = f"capability {name!r}, handler {handler.method!r}"
                violations.append(rules.EVENT_UNDECLARED.broken(where, event=show(handler.event)))
                continue
            publisher, event = declared[handler.event]
            delivery = read_delivery(contracts[name][0].service, handler.method, event, handler.declaration)
            subscriptions.append(Subscription(publisher, name, event, delivery))
    return tuple(subscriptions), violations


def _is_mapping(thing: object) -> bool:
    return isinstance(thing, Mapping)
