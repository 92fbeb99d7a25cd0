"""Answers operators about the events of the capabilities whose databases are open here."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from plures.data import Database
from plures.errors import PluresError
from plures.events import State, Stored, UnknownSubscription, forget, operations
from plures.runtime import request_of

from .admin_contract import (
    DeliveryState,
    EventAdmin,
    EventDetails,
    EventNotKept,
    FailedDelivery,
    NoSuchSubscription,
    NotPublishedHere,
    PublishedEvent,
    Standing,
    SubscriptionCount,
    Which,
)


class Outbox(msgspec.Struct, frozen=True):
    """Where the events of a capability are, and how its relay is told of a change."""

    database: Database
    wake: Callable[[], None] = lambda: None


async def counted(outboxes: Mapping[str, Outbox]) -> dict[str, list[object]]:
    """Capability → how those that get its events fare, as plain data; without those whose database does not answer."""
    found: dict[str, list[object]] = {}
    for name, outbox in outboxes.items():
        with suppress(PluresError, OSError):
            found[name] = [msgspec.to_builtins(_count(each)) for each in await operations.counts(outbox.database)]
    return found


class EventAdminService(EventAdmin):
    """Over the outboxes that are open here, by the names of their capabilities."""

    def __init__(self, outboxes: Mapping[str, Outbox]) -> None:
        self._outboxes = outboxes

    async def counts(self, publisher: str) -> tuple[SubscriptionCount, ...]:
        return tuple(map(_count, await operations.counts(self._outbox(publisher).database)))

    async def events(
        self,
        publisher: str,
        of_type: str | None = None,
        key: str | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> tuple[PublishedEvent, ...]:
        database = self._outbox(publisher).database
        return tuple(map(_event, await operations.events(database, of_type=of_type, key=key, after=after, most=limit)))

    async def show(self, publisher: str, event: str, *, with_context: bool = False) -> EventDetails:
        found = await operations.show(self._outbox(publisher).database, int(event) if event.isdecimal() else event)
        if found is None:
            raise EventNotKept(event=event)
        stored, standing = found
        event_shown = _event(stored, stored.context if with_context else "")
        return EventDetails(event_shown, tuple(Standing(name, state) for name, state in standing.items()))

    async def failed(
        self, publisher: str, which: Which, after: int = 0, limit: int = 100
    ) -> tuple[FailedDelivery, ...]:
        found = await operations.failed(
            self._outbox(publisher).database, _filter(which, tuple(State)), after=after, most=limit
        )
        return tuple(map(_failure, found))

    async def resubmit(self, publisher: str, which: Which) -> int:
        outbox = self._outbox(publisher)
        changed = await operations.resubmit(outbox.database, _filter(which, (State.PARKED,)))
        outbox.wake()
        return changed

    async def discard(self, publisher: str, which: Which) -> int:
        outbox = self._outbox(publisher)
        changed = await operations.discard(outbox.database, _filter(which, (State.PARKED,)))
        outbox.wake()
        return changed

    async def forget(self, publisher: str, subscription: str) -> None:
        database = self._outbox(publisher).database
        try:
            await forget(database, publisher, subscription)
        except UnknownSubscription:
            known = tuple([count.subscription for count in await operations.counts(database)])
            raise NoSuchSubscription(subscription=subscription, known=known) from None

    def _outbox(self, publisher: str) -> Outbox:
        outbox = self._outboxes.get(publisher)
        if outbox is None:
            raise NotPublishedHere(capability=publisher)
        return outbox


def _filter(which: Which, states: tuple[State, ...]) -> operations.Filter:
    chosen = tuple(State(state.value) for state in which.states) or states
    return operations.Filter(which.subscription, which.sequence, which.type, which.key, chosen)


def _count(count: operations.Count) -> SubscriptionCount:
    return SubscriptionCount(
        count.subscription,
        count.type,
        count.backlog,
        retrying=count.failures[State.RETRYING],
        waiting=count.failures[State.WAITING],
        parked=count.failures[State.PARKED],
        oldest_at=_moment(count.oldest_at),
    )


def _event(stored: Stored, context: str = "") -> PublishedEvent:
    published = datetime.fromtimestamp(stored.published_at / 1000, UTC)
    return PublishedEvent(
        stored.sequence,
        stored.id,
        stored.type,
        stored.key,
        published,
        request_of(stored.request_id),
        body=stored.body,
        has_context=bool(stored.context),
        context=context,
    )


def _failure(failure: operations.Failed) -> FailedDelivery:
    return FailedDelivery(
        failure.subscription,
        failure.sequence,
        failure.key,
        DeliveryState(failure.state.value),
        failure.attempts,
        failure.error,
        failure.id,
        failure.type,
        due_at=_moment(failure.due_at),
        published_at=_moment(failure.published_at),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
