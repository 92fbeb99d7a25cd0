"""The clients that services get: one per contract, calling by reference or over the wire."""

from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription
from plures.errors import Outcome, Unavailable
from plures.runtime import (
    LOOPBACK_URL,
    Bind,
    Client,
    Deadlines,
    Directory,
    Dispatcher,
    Endpoints,
    Loopback,
    Policy,
    Portal,
    RemoteCaller,
    Seal,
    Transport,
    bind,
    bring_near,
    by_reference,
)

from .faults import Injector

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
        injector: Keeps calls from being sent, on demand.
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
        injector: Injector | None = None,
    ) -> None:
        self._injector = injector
        self.portal = portal
        self._seal = seal
        self._outside = outside
        self._deadlines = deadlines
        self._transport = transport
        self._directory = directory
        # Its own dispatcher: calls within a replica go on while it refuses those from outside, in order to drain.
        self._internal = Dispatcher(deadlines, checked=True, seal=seal) if verified else None
        self._clients: dict[type, Client] = {}
        # Clients of services that are not there yet.
        self._early: dict[type, Client] = {}
        self._services: dict[type, object] = {}
        # Those that run in the threads of their callers.
        self._near: dict[type, object] = {}
        # Capability → what calls it over the wire; and those that are called by reference, or as if they were elsewhere.
        self.callers: dict[str, list[RemoteCaller]] = {}
        self.called_here: dict[str, None] = {}

    def of(self, contract: ContractDescription, *, is_local: bool) -> Client:
        """The client of a contract, always the same object."""
        client = self._clients.get(contract.python)
        if client is None:
            client = self._clients[contract.python] = Client(contract.service)
            bind(client, contract, self._injecting(self._how(contract, is_local=is_local)), self.portal)
            self._bring_near(client, contract)
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
        client = self._early.pop(contract.python, None)
        if client is not None:
            bind(client, contract, self._injecting(self._by_reference(service)), self.portal)
        if contract.python in self._clients:
            self._bring_near(self._clients[contract.python], contract)

    def _bring_near(self, client: Client, contract: ContractDescription) -> None:
        near = self._near.get(contract.python)
        if near is not None and contract.capability in self.called_here:
            bring_near(client, contract, near, self.portal)

    def _how(self, contract: ContractDescription, *, is_local: bool) -> Bind:
        if not is_local:
            endpoints = self._directory.of(contract.capability)
            heartbeats = self._directory.heartbeats
            seal = None if contract.capability in self._outside else self._seal
            caller = RemoteCaller(endpoints, self._transport, self._deadlines, heartbeats=heartbeats, seal=seal)
            self.callers.setdefault(contract.capability, []).append(caller)
            return caller.bind
        self.called_here[contract.capability] = None
        if self._internal is None:
            service = self._services.get(contract.python)
            if service is not None:
                return self._by_reference(service)
            self._early[contract.python] = self._clients[contract.python]
            return _refuse
        self._internal.announce(contract.operations)
        endpoints = Endpoints.fixed(LOOPBACK_URL, policy=_ONCE)
        return RemoteCaller(
            endpoints, Loopback(self._internal), self._deadlines, checked=True, shares_log=True, seal=self._seal
        ).bind

    def _injecting(self, how: Bind) -> Bind:
        return how if self._injector is None else self._injector.caller(how)

    def _by_reference(self, service: object) -> Bind:
        return lambda operation: by_reference(operation, getattr(service, operation.name), self._deadlines)


def _refuse(operation: OperationDescription) -> Callable[..., Any]:
    def unavailable() -> Unavailable:
        return Unavailable(operation.full_name, "the replica is starting", outcome=Outcome.NOT_SENT)

    async def refuse(*_: Any, **__: Any) -> Any:
        raise unavailable()

    async def refuse_stream(*_: Any, **__: Any) -> AsyncIterator[Any]:
        raise unavailable()
        yield

    return refuse_stream if operation.streams else refuse
