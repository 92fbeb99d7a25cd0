"""Where a command finds what a capability keeps: in the processes that run, else in its database."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plures.cli.project import Project
    from plures.data import Database
    from plures.runtime import Deadlines, Transport


@dataclass(frozen=True)
class Desks:
    """What answers for each capability.

    Attributes:
        by_capability: Name → a client, or a service over the database.
        is_running: Whether the application runs.
    """

    by_capability: Mapping[str, Any]
    is_running: bool


@asynccontextmanager
async def open_desks(
    project: "Project",
    data: Path | None,
    contract: type,
    names: Sequence[str],
    over: "Callable[[str, Database], Awaitable[Any]]",
    *,
    forgotten: Sequence[str] = (),
) -> AsyncGenerator[Desks]:
    """Those of some capabilities; without those whose embedded database no start has made yet.

    Args:
        data: The --data of the run, where it was given one.
        contract: What each process serves.
        names: Capabilities with a database.
        over: Makes what fulfils the contract over a database that no process has open; None where there is nothing of the kind.
        forgotten: More capabilities, of which only their databases may still tell something; no process serves the contract for them.

    Raises:
        PluresError: A database cannot be opened.
    """
    from plures.cli.data import owned_in
    from plures.cli.finding import run_here, trust_of
    from plures.data import open_unmigrated
    from plures.http import HttpTransport
    from plures.runtime import Deadlines

    owned = owned_in(project, data)
    run = run_here(data or project.settings.data)
    desks: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        if run is None:
            for name in [name for name in (*names, *forgotten) if owned[name].may_exist]:
                database = await open_unmigrated(owned[name].place(), name)
                stack.push_async_callback(database.close)
                desk = await over(name, database)
                if desk is not None:
                    desks[name] = desk
        else:
            transport, deadlines = HttpTransport(run.tokens, tls=trust_of(run)), Deadlines()
            stack.push_async_callback(transport.close)
            stack.callback(deadlines.close)
            for name in [name for name in names if run.capabilities.get(name)]:
                desks[name] = _client(contract, run.capabilities[name], transport, deadlines)
        yield Desks(desks, is_running=run is not None)


def _client(python: type, urls: Sequence[str], transport: "Transport", deadlines: "Deadlines") -> Any:
    from plures.contract import read_contract
    from plures.runtime import Client, Endpoints, RemoteCaller, bind

    contract, _ = read_contract(python)
    client = Client(contract.service)
    bind(client, contract, RemoteCaller(Endpoints.fixed(*urls), transport, deadlines).bind)
    return client
