"""What answers for the events of each capability that publishes."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plures.application import Assembly
from plures.cli.desks import misnamed, open_desks
from plures.cli.project import open_project
from plures.data import Database
from plures.errors import PluresError, Text
from plures.events import prepare
from plures.host import EventAdmin, EventAdminService, Outbox


@dataclass(eq=False)
class NoSuchPublisher(PluresError):
    """A command about events was given the name of a capability that publishes none."""

    code = "cli.no_such_publisher"
    wording = Text("Capability {name!r} publishes no events", why="those that do are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


@dataclass(eq=False)
class NotSubscribed(PluresError):
    """A command about events was given the name of a subscription that is none."""

    code = "cli.no_such_subscription"
    wording = Text("There is no subscription {name!r}", why="there are {known}", fix="{hint}")

    name: str
    known: str
    hint: str


@dataclass(frozen=True)
class EventDesks:
    """One for each capability that publishes.

    Attributes:
        by_publisher: Capability → what answers for its events.
    """

    assembly: Assembly
    by_publisher: Mapping[str, EventAdmin]

    async def publisher_of(self, subscription: str) -> str:
        """Whose events a subscription gets, also where the code does not have it any more; raises `NotSubscribed`."""
        for each in self.assembly.subscriptions:
            if each.name == subscription:
                return each.publisher
        known = {
            count.subscription: publisher
            for publisher, desk in self.by_publisher.items()
            for count in await desk.counts(publisher)
        }
        if subscription not in known:
            names = sorted({*known, *(each.name for each in self.assembly.subscriptions)})
            raise misnamed(NotSubscribed, subscription, names, "Name one of these.")
        return known[subscription]


@asynccontextmanager
async def open_event_desks(file: Path, data: Path | None, publishers: Sequence[str] = ()) -> AsyncGenerator[EventDesks]:
    """Those of these capabilities, or all.

    Raises:
        PluresError: The project is wrong, one of the names, or a database cannot be opened.
    """
    project = open_project(file)
    known = [name for name, capability in project.assembly.capabilities.items() if capability.publishes]
    for name in publishers:
        if name not in known:
            raise misnamed(NoSuchPublisher, name, known, "Name one of them, or leave the name out for all.")
    async with open_desks(project, data, EventAdmin, publishers or known, _over) as desks:
        yield EventDesks(project.assembly, desks.by_capability)


async def _over(publisher: str, database: Database) -> EventAdmin:
    await prepare(database)
    return EventAdminService({publisher: Outbox(database)})
