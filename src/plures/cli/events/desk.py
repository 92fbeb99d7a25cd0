"""Where a command finds the events of a capability: in the processes that run, else in its database."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plures.application import Assembly
from plures.cli.data import Owned, owned_in
from plures.cli.finding import run_here
from plures.cli.project import open_project
from plures.contract import read_contract
from plures.data import open_unmigrated
from plures.errors import PluresError, Text, did_you_mean
from plures.events import prepare
from plures.host import EventAdmin, EventAdminService, Outbox
from plures.http import HttpTransport
from plures.runtime import Client, Deadlines, Endpoints, RemoteCaller, bind


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
class Desks:
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
            hint = did_you_mean(subscription, names) or "Name one of these."
            raise NotSubscribed(subscription, ", ".join(names) or "none", hint)
        return known[subscription]


@asynccontextmanager
async def open_desks(file: Path, data: Path | None, publishers: Sequence[str] = ()) -> AsyncGenerator[Desks]:
    """Those of these capabilities, or all.

    Raises:
        PluresError: The project is wrong, one of the names, or a database cannot be opened.
    """
    project = open_project(file)
    owned = owned_in(project, data)
    known = [name for name, capability in project.assembly.capabilities.items() if capability.publishes]
    for name in publishers:
        if name not in known:
            hint = did_you_mean(name, known) or "Name one of them, or leave the name out for all."
            raise NoSuchPublisher(name, ", ".join(known) or "none", hint)
    run = run_here(data or project.settings.data)
    async with AsyncExitStack() as stack:
        if run is None:
            desks = {name: await _closed(owned[name], stack) for name in publishers or known if owned[name].may_exist}
        else:
            transport, deadlines = HttpTransport(), Deadlines()
            stack.push_async_callback(transport.close)
            stack.callback(deadlines.close)
            desks = {name: _running(run.capabilities[name], transport, deadlines) for name in publishers or known}
        yield Desks(project.assembly, desks)


async def _closed(owned: Owned, stack: AsyncExitStack) -> EventAdmin:
    """Over the database itself: no process has it open."""
    database = await open_unmigrated(owned.place(), owned.capability)
    stack.push_async_callback(database.close)
    await prepare(database)
    return EventAdminService({owned.capability: Outbox(database)})


def _running(urls: Sequence[str], transport: HttpTransport, deadlines: Deadlines) -> Any:
    contract, _ = read_contract(EventAdmin)
    client = Client(contract.service)
    bind(client, contract, RemoteCaller(Endpoints.fixed(*urls), transport, deadlines).bind)
    return client
