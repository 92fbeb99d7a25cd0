"""The clients that services get: one per contract, calling by reference or over the wire."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import aclosing
from functools import partial
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription
from plures.errors import Outcome, Unavailable
from plures.runtime import (
    LOCAL,
    LOOPBACK_URL,
    Bind,
    Client,
    Deadlines,
    Directory,
    Dispatcher,
    Endpoints,
    Hold,
    Loopback,
    MeterFor,
    Policy,
    Portal,
    RemoteCaller,
    Seal,
    Transport,
    awaitable,
    bind,
    bring_near,
    by_reference,
    connect,
    current,
    unread,
)
from plures.telemetry import Meter, SpanKind

from .faults import Injector


def _unread(_: str, operation: OperationDescription, kind: SpanKind, placement: str) -> Meter:
    return unread(operation, kind, placement)


# By reference, what starts refuses at once; so it does where the codec is in between.
_ONCE: Final = Policy(attempts=1)


class Clients:
    """Makes clients. A local one works once its service is attached, which lets capabilities need each other in a circle;
    before that it refuses calls, as a replica does that is starting.

    Args:
        verified: Send local calls through the codec, there and back, and check the type of everything.
        portal: Leads threads that block to the loop of the host.
        seal: Signs the request context that goes with calls over the wire.
        outside: Capabilities that it does not go to.
        ours: Capabilities elsewhere that know the id of a request by its trace.
        injector: Keeps calls from being sent, on demand.
        meter_for: Owner, operation, side and placement → what measures the calls that the owner makes of it.
        binaries: The binary forms of contracts, for calls over the wire whose policy wants them.
        ends: What takes the headers by which answers say that an operation is deprecated or will end.
    """

    def __init__(
        self,
        deadlines: Deadlines,
        transport: Transport,
        directory: Directory,
        *,
        verified: bool,
        portal: Portal,
        seal: Seal | None = None,
        outside: Collection[str] = (),
        ours: Collection[str] = (),
        injector: Injector | None = None,
        meter_for: Callable[[str, OperationDescription, SpanKind, str], Meter] = _unread,
        binaries: connect.Binaries | None = None,
        ends: connect.Ends = connect.unheard,
    ) -> None:
        self._ends = ends
        self._binaries = binaries
        self._injector = injector
        self._meter_for = meter_for
        self.portal = portal
        self._seal = seal
        self._outside = outside
        self._ours = ours
        self._deadlines = deadlines
        self._transport = transport
        self._directory = directory
        # Its own dispatcher: calls within a replica go on while it refuses those from outside, in order to drain.
        metered = self._as_local("")
        self._internal = Dispatcher(deadlines, checked=True, seal=seal, meter_for=metered) if verified else None
        # By contract, then by who has it.
        self._clients: dict[type, dict[str, Client]] = {}
        # Those of services here, and of services that are not there yet, with who has them.
        self._here: dict[type, list[tuple[str, Client]]] = {}
        self._early: dict[type, dict[str, Client]] = {}
        # What calls a contract elsewhere: all clients share its budgets.
        self._remote: dict[type, RemoteCaller] = {}
        self._services: dict[type, object] = {}
        # Those that run in the threads of their callers.
        self._near: dict[type, object] = {}
        # Those all of whose operations are awaited.
        self._awaited: dict[type, list[Client]] = {}
        # Capability → what calls it over the wire; and those that are called by reference, or as if they were elsewhere.
        self.callers: dict[str, list[RemoteCaller]] = {}
        self.called_here: dict[str, None] = {}

    def of(self, contract: ContractDescription, *, is_local: bool, owner: str = "") -> Client:
        """The client of a contract for a capability or the edge, always the same object."""
        clients = self._clients.setdefault(contract.python, {})
        client = clients.get(owner)
        if client is None:
            client = clients[owner] = Client(contract.service)
            bind(client, contract, self._injecting(self._how(contract, client, owner, is_local=is_local)), self.portal)
            if is_local:
                self._here.setdefault(contract.python, []).append((owner, client))
                self._bring_near(client, contract, owner)
        return client

    def awaited(self, contract: ContractDescription, *, is_local: bool) -> Client:
        """A client all of whose operations are awaited, whatever the contract says. A service here must be attached already."""
        client = Client(contract.service)
        bind(client, contract, self._injecting(self._how(contract, client, "", is_local=is_local)))
        self._awaited.setdefault(contract.python, []).append(client)
        return client

    def attach(self, contract: ContractDescription, service: object, near: object = None) -> None:
        """Let local calls of a contract reach its service.

        Args:
            near: The service as it is, where its plain methods run in the threads of their callers.
        """
        if near is not None:
            self._near[contract.python] = near
        if self._internal is not None:
            self._internal.serve(contract.operations, service)
        self._services[contract.python] = service
        for owner, client in self._early.pop(contract.python, {}).items():
            bind(client, contract, self._injecting(self._by_reference(service, owner)), self.portal)
        for owner, client in self._here.get(contract.python, ()):
            self._bring_near(client, contract, owner)

    def hold(self, contract: ContractDescription, hold: Hold) -> None:
        """Let local calls of a contract wait from now on, but for those that the hold lets pass; `turn` ends that."""
        for owner, client, portal in self._all(contract):
            how = self._injecting(self._how(contract, client, owner, is_local=True))
            bind(client, contract, partial(_held, client, hold, how), portal)

    def turn(self, contract: ContractDescription, *, is_local: bool) -> None:
        """Let all clients of a contract call it by reference from now on, or over the wire; by reference, its service is attached already."""
        if not is_local:
            for about in (self._services, self._near, self._here, self._early):
                about.pop(contract.python, None)
            self.called_here.pop(contract.capability, None)
            if self._internal is not None:
                self._internal.withdraw(contract.operations)
        if contract.python in self._remote:
            self._remote[contract.python].nearer = self._nearer(contract) if is_local else None
        for owner, client, portal in self._all(contract):
            bind(client, contract, self._injecting(self._how(contract, client, owner, is_local=is_local)), portal)
            if is_local and portal is not None:
                self._here.setdefault(contract.python, []).append((owner, client))
                self._bring_near(client, contract, owner)

    def _nearer(self, contract: ContractDescription) -> Bind:
        client = self.awaited(contract, is_local=True)
        return lambda operation: getattr(client, operation.name)

    def _all(self, contract: ContractDescription) -> Iterator[tuple[str, Client, Portal | None]]:
        for owner, client in self._clients.get(contract.python, {}).items():
            yield owner, client, self.portal
        for client in self._awaited.get(contract.python, ()):
            yield "", client, None

    def _bring_near(self, client: Client, contract: ContractDescription, owner: str) -> None:
        near = self._near.get(contract.python)
        if near is not None:
            bring_near(client, contract, near, self.portal, partial(self._meter_for, owner))

    def _how(self, contract: ContractDescription, client: Client, owner: str, *, is_local: bool) -> Bind:
        if not is_local:
            if contract.python not in self._remote:
                self._remote[contract.python] = self._remote_caller(contract)
            caller = self._remote[contract.python]
            return lambda operation: caller.bind(operation, partial(self._meter_for, owner))
        self.called_here[contract.capability] = None
        if self._internal is None:
            service = self._services.get(contract.python)
            if service is not None:
                return self._by_reference(service, owner)
            self._early.setdefault(contract.python, {})[owner] = client
            return _refuse
        self._internal.announce(contract.operations)
        endpoints = Endpoints.fixed(LOOPBACK_URL, policy=_ONCE)
        caller = RemoteCaller(
            endpoints, Loopback(self._internal), self._deadlines, checked=True, shares_log=True, seal=self._seal
        )
        return lambda operation: caller.bind(operation, self._as_local(owner))

    def _remote_caller(self, contract: ContractDescription) -> RemoteCaller:
        endpoints = self._directory.of(contract.capability)
        heartbeats = self._directory.heartbeats
        seal = None if contract.capability in self._outside else self._seal
        caller = RemoteCaller(
            endpoints,
            self._transport,
            self._deadlines,
            heartbeats=heartbeats,
            seal=seal,
            binaries=self._binaries,
            ends=self._ends,
            is_ours=contract.capability in self._ours,
        )
        self.callers.setdefault(contract.capability, []).append(caller)
        return caller

    def _injecting(self, how: Bind) -> Bind:
        return how if self._injector is None else self._injector.caller(how)

    def _as_local(self, owner: str) -> MeterFor:
        """What measures calls that go through the codec, and stay in the process."""
        return lambda operation, kind, _: self._meter_for(owner, operation, kind, LOCAL)

    def _by_reference(self, service: object, owner: str) -> Bind:
        return lambda operation: by_reference(
            operation, getattr(service, operation.name), self._deadlines, partial(self._meter_for, owner)
        )


def _held(client: Client, hold: Hold, how: Bind, operation: OperationDescription) -> Callable[..., Any]:
    """An operation of a capability that leaves: those whom the hold lets pass reach it as before, the others wait and go where it went."""
    now = how(operation)

    def later() -> Callable[..., Any]:
        return awaitable(getattr(client, operation.name))

    async def call(*args: Any, **kwargs: Any) -> Any:
        if hold.lets_pass(current.get()):
            return await now(*args, **kwargs)
        await hold.wait()
        return await later()(*args, **kwargs)

    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        passes = hold.lets_pass(current.get())
        if not passes:
            await hold.wait()
        async with aclosing((now if passes else later())(*args, **kwargs)) as each:
            async for item in each:
                yield item

    return stream if operation.streams else call


def _refuse(operation: OperationDescription) -> Callable[..., Any]:
    def unavailable() -> Unavailable:
        return Unavailable(operation.full_name, "the replica is starting", outcome=Outcome.NOT_SENT)

    async def refuse(*_: Any, **__: Any) -> Any:
        raise unavailable()

    async def refuse_stream(*_: Any, **__: Any) -> AsyncIterator[Any]:
        raise unavailable()
        yield

    return refuse_stream if operation.streams else refuse
