"""Layer 5: events on their way. A capability's database keeps what it published; the relay delivers it to each subscription, in order per key.

*From a commit to a handler.* A publisher appends a row to the outbox (`outbox`) in its own transaction. It gets its place in the one order of
all events: on SQLite at once, on PostgreSQL once it can be seen (`numbering`). For each subscription (`subscriptions`) a feed (`feed`) reads
on from its position, hands the events to `deliver`, as many at once as their keys allow (`window`), and notes the new position. What fails
gets a row of its own (`failures`), is tried again, and parked in the end. One replica does all this at a time (`lease`, `relay`).

Bytes and names go in and come out: contracts, codecs and calls are above.
Source: docs/adr/0024-events.md
"""

from . import operations
from .deliveries import Deliver
from .errors import Deferred, EventParked, LeaseLost, SubscriptionGone, Undeliverable, UnknownSubscription, Unreachable
from .failures import State
from .outbox import Record, Stored, append
from .pace import Pace
from .publishing import EventNotWritable, Events, EventUndeclared, PublishedOutside
from .relay import Relay, Subscriptions
from .subscriptions import check, forget, gone, register
from .tables import make_tables, prepare

__all__ = [
    "Deferred",
    "Deliver",
    "EventNotWritable",
    "EventParked",
    "EventUndeclared",
    "Events",
    "LeaseLost",
    "Pace",
    "PublishedOutside",
    "Record",
    "Relay",
    "State",
    "Stored",
    "SubscriptionGone",
    "Subscriptions",
    "Undeliverable",
    "UnknownSubscription",
    "Unreachable",
    "append",
    "check",
    "forget",
    "gone",
    "make_tables",
    "operations",
    "prepare",
    "register",
]
