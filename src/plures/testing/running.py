"""Runs an application in each placement, for tests. Knows nothing of pytest except the fixture that `placements` makes."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from plures.access import Access, Caller, CallerKind, digest_of, new_token
from plures.application import Application, Assembly, assemble, load
from plures.contract import read_contract
from plures.deploy import (
    ListenAddress,
    RunningProcesses,
    ServedHost,
    SupervisorOptions,
    listen,
    local_processes,
    need_uvicorn,
    one_each,
)
from plures.errors import InvalidInput, PluresError, Text
from plures.extras import require
from plures.host import Fault, Host, Mode, Placement, read_faults
from plures.http import HttpTransport
from plures.runtime import Client, bind
from plures.topology import ResolvedProcess, Topology, check, monolith

from .beside import beside_tests, without
from .patience import patient
from .repeating import RepeatingTransport, idempotent_paths, telling

# It is younger than many a lock of an application, and only type checkers need it.
if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")
_GRACE_S: Final = 5.0
_REFRESH_S: Final = 0.02


class Where(StrEnum):
    """The placements that one test body runs in."""

    IN_PROCESS = "in process"
    """One process, as in production: calls by reference. Nothing checks what crosses."""

    CHECKED = "in process, checked"
    """One process; every request and answer makes a round trip through the codec, which finds what could not cross a wire."""

    OVER_THE_WIRE = "over the wire"
    """One process; every call goes over HTTP, and idempotent calls are sent twice."""

    LOCAL_PROCESSES = "local processes"
    """Each capability in a process of its own."""


EVERYWHERE: Final = tuple(Where)
"""All placements. The outcome is the same in each, as long as requests and answers keep the contract."""


@dataclass(eq=False)
class NotRunnable(PluresError):
    """An application that is passed as a value cannot be started as local processes."""

    code = "testing.not_runnable"
    wording = Text(
        "Cannot run the value of application {name!r} as local processes",
        why="other processes could not import it",
        fix='Pass its import string, as in "shop.app:app".',
    )

    name: str


class Running:
    """A running application.

    Attributes:
        where: The placement.
        public_url: Where the edge answers; None when the application has none.
    """

    def __init__(
        self,
        where: Where,
        host: Host,
        public_url: str | None,
        processes: RunningProcesses | None = None,
        *,
        beside: frozenset[str] = frozenset(),
        control: tuple[str, str] = ("", ""),
    ) -> None:
        self.where = where
        self.public_url = public_url
        self._host = host
        self._processes = processes
        self._beside = beside
        self._control = control

    def client(self, contract: "TypeForm[T]") -> T:
        """A client of a capability, as another capability would get it."""
        python: Any = contract
        client: Any = self._host.client(python)
        description, _ = read_contract(python)
        if self.where is Where.OVER_THE_WIRE and description.capability not in self._beside:
            told = Client(description.service)
            bind(told, description, telling(client), self._host.portal)
            client = told
        typed: T = client
        return typed

    def address_of(self, capability: str) -> tuple[str, str]:
        """Where a capability answers by the Connect protocol, and the token that lets a caller in; empty where nothing listens for it."""
        if self._processes is None:
            return self._control
        url = next(iter(self._processes.endpoints.get(capability, ())), "")
        return url, self._processes.tokens.get(url, "")

    @property
    def processes(self) -> RunningProcesses:
        """The processes, to kill or restart; only in `LOCAL_PROCESSES`."""
        if self._processes is None:
            raise LookupError(f"there is one process only when running {self.where}")
        return self._processes


def placements(
    application: str | Application,
    *,
    topology: Topology | None = None,
    where: Sequence[Where] = EVERYWHERE,
    faults: Sequence[str] = (),
    scope: Literal["function", "module", "session"] = "function",
) -> Any:
    """A pytest fixture that yields a `Running` application once per placement.

    Args:
        application: Import string (`"shop.app:app"`). An `Application` value cannot be started as processes.
        topology: As of `run`.
        faults: As of `run`.
        scope: How long one running application is used. With a longer scope than a function, a test sees what earlier tests left
            behind, and must run on the same event loop (`pytest.mark.asyncio(loop_scope=…)`).
    """
    require("testing", "make a fixture of placements")
    import pytest_asyncio

    @pytest_asyncio.fixture(
        params=list(where), ids=[place.name.lower() for place in where], scope=scope, loop_scope=scope
    )
    async def running(request: Any, tmp_path_factory: Any) -> AsyncGenerator[Running]:
        data = tmp_path_factory.mktemp("plures")
        async with run(application, request.param, data=data, topology=topology, faults=faults) as started:
            yield started

    return running


@asynccontextmanager
async def run(
    application: str | Application,
    where: Where = Where.CHECKED,
    *,
    data: Path,
    topology: Topology | None = None,
    faults: Sequence[str] = (),
    edge: bool = True,
) -> AsyncGenerator[Running]:
    """Run an application while the context lasts, on free ports.

    Args:
        data: Folder for the embedded databases; a test passes a temporary one.
        topology: Which processes there are in `LOCAL_PROCESSES`, and in each placement which databases on servers are used and what `[policy]` says, as in
            `parse(Path("plures.toml")).topology("split")`. Left out: each capability in a process of its own, with embedded databases.
        faults: What goes wrong, as after `plures run --fault`: `"search.find=latency:200ms,error:5%"`.
        edge: Whether the edge runs too. Tests that ask the web application themselves, as by `TestClient(web)`, do without.

    Raises:
        PluresError: The application or a fault is wrong, or the application does not start; nothing is left running then.
    """
    assembly = assemble(load(application) if isinstance(application, str) else application)
    injected = _faults(assembly, faults)
    if where is Where.LOCAL_PROCESSES:
        if not isinstance(application, str):
            raise NotRunnable(application.name)
        placed = topology or one_each(assembly if edge else replace(assembly, edge=None))
        async with _processes(application, assembly, placed, data, injected, edge=edge) as started:
            yield started
    else:
        async with _one_process(assembly, where, data, topology, injected, edge=edge) as started:
            yield started


@asynccontextmanager
async def _one_process(
    assembly: Assembly, where: Where, data: Path, topology: Topology | None, faults: tuple[Fault, ...], *, edge: bool
) -> AsyncGenerator[Running]:
    has_edge = edge and assembly.edge is not None
    if has_edge:
        need_uvicorn()
    control = listen(ListenAddress(port=0))
    public = listen(ListenAddress(port=0)) if has_edge else None
    over_the_wire = where is Where.OVER_THE_WIRE
    called = assembly.capabilities.keys() - beside_tests(assembly)
    endpoints = dict.fromkeys(called, (control.url,)) if over_the_wire else {}
    mode = Mode.DEVELOPMENT if where is Where.CHECKED else Mode.PRODUCTION
    placed = _placed(assembly, topology)
    capabilities = frozenset(assembly.capabilities)
    token = new_token()
    access = Access((Caller("test", CallerKind.TOOLS, digest_of(token)),), dict.fromkeys(capabilities, token))
    placement = Placement(
        capabilities,
        has_edge,
        data,
        mode,
        endpoints,
        databases={} if placed is None else placed.databases,
        settings={} if placed is None else placed.settings,
        folder=Path() if placed is None else placed.folder,
        policies=patient(topology),
        faults=faults,
        access=access,
    )
    wire = RepeatingTransport(idempotent_paths(assembly), HttpTransport({control.url: token}))
    host = Host(assembly, placement, transport=wire if over_the_wire else None)
    served = ServedHost(host, control, public, _GRACE_S, answers_early=over_the_wire)
    await served.start()
    try:
        yield Running(where, host, served.public_url, beside=beside_tests(assembly), control=(control.url, token))
    finally:
        await served.stop()


def _faults(assembly: Assembly, texts: Sequence[str]) -> tuple[Fault, ...]:
    """The faults that a test asks for; raises `InvalidInput` with all that is wrong with them."""
    here = [name for name, capability in assembly.capabilities.items() if capability.implementation is not None]
    faults, wrong = read_faults(texts, assembly.operation_names, here, where="faults")
    if wrong:
        raise InvalidInput("The test", wrong)
    return faults


def _placed(assembly: Assembly, topology: Topology | None) -> ResolvedProcess | None:
    """All capabilities in one process: where their data is, and what is said of their settings."""
    if topology is None:
        return None
    (process,) = check(
        replace(monolith(), storage=topology.storage, settings=topology.settings, folder=topology.folder),
        assembly.facts,
    ).processes.values()
    return process


@asynccontextmanager
async def _processes(
    application: str, assembly: Assembly, topology: Topology, data: Path, faults: tuple[Fault, ...], *, edge: bool
) -> AsyncGenerator[Running]:
    options = SupervisorOptions(faults=faults)
    topology = replace(topology, policies=patient(topology))
    beside = frozenset[str]() if edge else beside_tests(assembly)
    async with AsyncExitStack() as stack:
        processes = await stack.enter_async_context(
            local_processes(
                without(topology, beside), application, data=data, options=options, edge=edge, elsewhere=beside
            )
        )
        placement = Placement(
            beside,
            edge=False,
            data=data,
            endpoints=processes.endpoints,
            policies=topology.policies,
            faults=faults,
            context_keys=processes.context_keys,
            access=processes.access,
        )
        host = Host(assembly, placement)
        stack.push_async_callback(host.stop)
        await host.start()
        following = asyncio.create_task(_follow(processes, host))
        stack.push_async_callback(_cancel, following)
        yield Running(Where.LOCAL_PROCESSES, host, processes.public_url, processes)


async def _follow(processes: RunningProcesses, host: Host) -> None:
    while True:
        await asyncio.sleep(_REFRESH_S)
        host.update_endpoints(processes.endpoints)


async def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
