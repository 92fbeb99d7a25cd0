"""The events of one replica: relays for what its capabilities publish, and handlers for what they subscribe to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from os import getpid
from socket import gethostname
from types import SimpleNamespace
from typing import Any

from plures.application import Assembly, Subscription, handlers_of
from plures.contract import EventDescription, Malformed, OperationDescription, TooDeep
from plures.data import Database
from plures.errors import (
    CallError,
    DeadlineExceeded,
    NeedUnreachable,
    Outcome,
    PluresError,
    Text,
    Unavailable,
    Unimplemented,
)
from plures.events import Deferred, Events, Relay, Stored, Undeliverable, Unreachable, check, prepare, register
from plures.runtime import Acting, CallContext, ContextKind, current, resumed, runs_in_thread
from plures.telemetry import SpanKind, Subject, Telemetry, span_id_of

Deliver = Callable[[Stored], Awaitable[None]]


@dataclass(eq=False)
class HandlersHidden(PluresError):
    """A service handles events, and nothing said so when the application was assembled."""

    code = "host.handlers_hidden"
    wording = Text(
        "Cannot start {capability!r}",
        why="its service handles events ({methods}), but what builds the service does not say which class it returns",
        fix="Annotate what it returns: `def make(database: Database) -> {service}:`.",
    )

    capability: str
    methods: str
    service: str


async def open_outbox(
    assembly: Assembly,
    capability: str,
    database: Database,
    client: Callable[[str], Any],
    telemetry: Telemetry | None = None,
) -> tuple[Events, Relay]:
    """What a capability publishes with, and what brings its events to their subscribers.

    Args:
        client: Subscriber → a client of the operations by which it gets events.
        telemetry: What is published and delivered is noted there; None where no one reads it.

    Raises:
        SubscriptionGone: Events are kept for a subscription that the code does not have any more.
    """
    telemetry = telemetry or Telemetry()
    those = [each for each in assembly.subscriptions if each.publisher == capability]
    readers = {each.event.name: _Reader(each.event) for each in those}
    subscriptions = {
        each.name: (
            each.event.name,
            _delivering(assembly, each, readers[each.event.name], client(each.subscriber), telemetry),
        )
        for each in those
    }
    types = {name: type_ for name, (type_, _) in subscriptions.items()}
    await prepare(database)
    await check(database, capability, types)
    await register(database, types)
    relay = Relay(database, subscriptions, capability=capability, owner=f"{gethostname()} process {getpid()}")
    declared = tuple(event for contract in assembly.capabilities[capability].contracts for event in contract.events)
    return Events(capability, database, declared, relay.wake, assembly.context, telemetry=telemetry), relay


def handling(capability: str, service: object, deliveries: Mapping[str, OperationDescription]) -> object:
    """What takes the deliveries to a service: takes each event out of its envelope, and calls the handler.

    Raises:
        HandlersHidden: The service handles events that the assembly does not know of.
    """
    hidden = [name for name, *_ in handlers_of(type(service)) if name not in deliveries]
    if hidden:
        raise HandlersHidden(capability, ", ".join(hidden), type(service).__qualname__)
    return SimpleNamespace(**{name: _handler(getattr(service, name)) for name in deliveries})


def _handler(method: Callable[[Any], Any]) -> Callable[..., Any]:
    def handle(id: str, source: str, type: str, time: datetime, data: Any, *_: object, **__: object) -> Any:  # noqa: A002, ARG001
        return method(data)

    async def handle_here(*args: Any, **kwargs: Any) -> None:
        await handle(*args, **kwargs)

    return handle if runs_in_thread(method) else handle_here


class _Reader:
    """Reads what is stored of events of one type. Subscriptions get the same event one after the other, so it keeps the last."""

    def __init__(self, event: EventDescription) -> None:
        self._event = event
        self._last: tuple[Stored | None, Any] = None, None

    def read(self, stored: Stored) -> Any:
        """The event; raises `Undeliverable`."""
        if self._last[0] is not stored:
            try:
                self._last = stored, self._event.codec.decode((stored.body or "").encode())
            except (Malformed, TooDeep) as error:
                raise Undeliverable(f"what is stored of it is not a {self._event.name}: {error}") from error
        return self._last[1]


def _delivering(
    assembly: Assembly, subscription: Subscription, reader: _Reader, client: Any, telemetry: Telemetry
) -> Deliver:
    """Bring one stored event to its subscriber."""
    source = f"/{assembly.name}/{subscription.publisher}"
    method = subscription.delivery.name
    contract = subscription.delivery.full_name.rpartition("/")[0].rpartition(".")[0]
    meter = telemetry.meter(
        Subject(
            SpanKind.CONSUMER, subscription.event.name, subscription.subscriber, subscription.publisher, "", contract
        )
    )

    async def deliver(stored: Stored) -> None:
        event = reader.read(stored)
        time = datetime.fromtimestamp(stored.published_at / 1000, UTC)
        acting = _acting(assembly.context, stored)
        context = CallContext(inf, 0, acting=acting)
        token = current.set(context)
        said = {"messaging.message.id": stored.id, "messaging.consumer.group.name": subscription.name}
        try:
            with resumed(meter, context, stored.request_id, span_id_of(stored.id), **said):
                # A client may get its operations later.
                await getattr(client, method)(
                    stored.id, source, stored.type, time, event, partitionkey=stored.key, sequence=str(stored.sequence)
                )
        except CallError as error:
            if isinstance(error, NeedUnreachable):
                raise Deferred(f"{error.what}: {error.why} ({error.code})") from error
            if _is_unreachable(error):
                raise Unreachable(str(error)) from error
            raise
        finally:
            current.reset(token)

    return deliver


def _acting(kind: ContextKind | None, stored: Stored) -> Acting | None:
    """On whose behalf an event was published; raises `Undeliverable`."""
    if kind is None or not stored.context:
        return None
    try:
        return kind.read(stored.context)
    except (Malformed, TooDeep) as error:
        raise Undeliverable(f"the request context stored with it is not a {kind.python.__name__}: {error}") from error


def _is_unreachable(error: CallError) -> bool:
    """Whether the handler certainly did not run, for a reason that has nothing to do with the event."""
    is_elsewhere = error.outcome is Outcome.NOT_SENT and isinstance(error, Unavailable | DeadlineExceeded)
    return is_elsewhere or isinstance(error, Unimplemented)
