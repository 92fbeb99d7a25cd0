"""Why an event cannot be published. A service that meets one of these has a bug."""

from dataclasses import dataclass

from plures.errors import PluresError, Text


@dataclass(eq=False)
class PublishedOutside(PluresError):
    """A service published an event outside of a transaction."""

    code = "events.outside_of_write"
    wording = Text(
        "Capability {capability!r} cannot publish {event} here",
        why="the running task is in no write() or session() of its database, so the event could be told of what never happens",
        fix="Publish inside of `async with database.write() as connection:`, beside the change that the event tells of.",
    )

    capability: str
    event: str


@dataclass(eq=False)
class EventUndeclared(PluresError):
    """A service published an event that its contract does not declare."""

    code = "events.undeclared"
    wording = Text(
        "Capability {capability!r} cannot publish {event}",
        why="its contract declares {declared}",
        fix="Add {event} to @contract(…, events=[…]), or publish it in the capability that declares it.",
    )

    capability: str
    event: str
    declared: str


@dataclass(eq=False)
class EventNotWritable(PluresError):
    """An event does not have the form that its class declares."""

    code = "events.not_writable"
    wording = Text(
        "Capability {capability!r} cannot publish {event}",
        why="{reason}",
        fix="Give the event values of the declared types; what is large belongs behind a query that the handler calls.",
    )

    capability: str
    event: str
    reason: str
