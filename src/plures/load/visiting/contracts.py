"""Typed clients of contracts, for journeys that call operations without a page."""

from collections.abc import Callable
from typing import Any

from plures.contract import OperationDescription, is_contract, read_contract
from plures.errors import InvalidInput
from plures.http import HttpTransport
from plures.runtime import Acting, Client, Deadlines, Endpoints, RemoteCaller, Seal, bind

from .steps import Steps
from .target import NotConnected, Target


class _AnySeal(Seal):
    """Signs contexts of any class: which one the application has declared is known to the callee, which checks it."""

    def header(self, acting: Acting, request_id: str, remaining_s: float) -> str:
        return self.header_of(acting.text, request_id, remaining_s)


class ContractCalls:
    """Calls operations of an application over the wire, as another process of it would. Lives on one event loop."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._transport = HttpTransport(target.tokens, tls=target.tls)
        self._deadlines = Deadlines()
        self._callers: dict[str, RemoteCaller] = {}
        self._bound: dict[type, dict[str, Callable[..., Any]]] = {}

    def client(self, contract: type, steps: Steps) -> Any:
        """A client whose calls are steps of a visitor.

        Raises:
            NotConnected: The application does not serve it, or it is not known where.
            InvalidInput: It is no contract.
        """
        calls = self._bound.get(contract)
        if calls is None:
            calls = self._bound[contract] = self._bind(contract)
        client = Client(contract.__name__)
        for name, call in calls.items():
            setattr(client, name, _measured(f"{contract.__name__}.{name}", call, steps))
        return client

    async def close(self) -> None:
        await self._transport.close()

    def _bind(self, contract: type) -> dict[str, Callable[..., Any]]:
        if not is_contract(contract):
            remedy = "Pass the class that `@contract` declares."
            raise NotConnected(contract.__name__, "it is no contract", remedy)
        description, problems = read_contract(contract)
        if problems:
            raise InvalidInput(contract.__name__, problems)
        caller = self._caller(description.capability, contract.__name__)
        bound: dict[str, Callable[..., Any]] = {}

        def how(operation: OperationDescription) -> Callable[..., Any]:
            bound[operation.name] = call = caller.bind(operation)
            return call

        bind(Client(contract.__name__), description, how)
        return bound

    def _caller(self, capability: str, contract: str) -> RemoteCaller:
        found = self._callers.get(capability)
        if found is None:
            urls = self._target.capabilities.get(capability, ())
            if not urls:
                raise _nowhere(contract, self._target)
            seal = _AnySeal(None, (self._target.context_key,)) if self._target.context_key else None
            found = RemoteCaller(Endpoints.fixed(*urls), self._transport, self._deadlines, seal=seal)
            self._callers[capability] = found
        return found


def _nowhere(contract: str, target: Target) -> NotConnected:
    if not target.capabilities:
        reason = "an address of pages does not say where operations answer"
        return NotConnected(contract, reason, "Leave --url out, in the folder of the application that runs.")
    served = ", ".join(sorted(target.capabilities))
    return NotConnected(contract, f"the application that runs has {served}", "Run the application that serves it.")


def _measured(name: str, call: Callable[..., Any], steps: Steps) -> Callable[..., Any]:
    async def measured(*args: Any, **kwargs: Any) -> Any:
        return await steps.measured(name, call(*args, **kwargs))

    return measured
