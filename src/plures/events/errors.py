"""What goes wrong between an outbox and its subscribers, and what a delivery may raise to say more than that it failed."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


class Unreachable(Exception):
    """A delivery was not sent: no subscriber was there to take it. The whole subscription waits, and no attempt is counted."""


class Deferred(Exception):
    """A handler ended, since something that it needs cannot be reached. No attempt is counted for a day; what has another key goes on."""


class Undeliverable(Exception):
    """A delivery can never succeed: its row or its payload cannot be read. It is parked at once."""


@dataclass(eq=False)
class LeaseLost(PluresError):
    """The relay of another replica has taken over, since this one did not renew its lease in time."""

    code = "events.lease_lost"
    wording = Text(
        "Cannot go on delivering the events of capability {capability!r}",
        why="another replica has taken over, since this one did not renew its lease in time",
        fix="Nothing is lost. When it happens often, look for code that holds the event loop.",
    )

    capability: str


@dataclass(eq=False)
class SubscriptionGone(PluresError):
    """The database keeps events for subscriptions that the code does not have any more."""

    code = "events.subscription_gone"
    wording = Text(
        "Cannot start capability {capability!r}",
        why="its events are kept for subscriptions that the code does not have any more: {names}",
        fix="Run the version that has them, or give their events up for each: `plures events forget NAME`.",
    )

    capability: str
    names: str


@dataclass(eq=False)
class UnknownSubscription(PluresError):
    """A database has no subscription of this name."""

    code = "events.unknown_subscription"
    wording = Text(
        "There is no subscription {name!r} in the database of capability {capability!r}",
        why="it has {known}",
        fix="Name one of these.",
    )

    capability: str
    name: str
    known: str


@dataclass(eq=False)
class EventParked(PluresError):
    """An event was given up for now; those with the same key wait behind it."""

    code = "events.parked"
    wording = Text(
        "Event {sequence} ({type}, id {id}) is parked for subscription {subscription!r}",
        why="attempt {attempts} failed: {error}",
        fix="Mend the subscriber, then `plures events resubmit {subscription} {sequence}`; or give it up: `plures events discard {subscription} {sequence}`. Until then events with the same key wait.",
    )

    subscription: str
    sequence: int
    type: str
    id: str
    attempts: int
    error: str
