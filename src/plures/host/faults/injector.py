"""Makes operations go wrong as they were asked to: at the service, where calls of each placement arrive; and where no replica is to take a
call, at the caller, since over the wire the call would be sent once more and in process not.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, nullcontext
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription
from plures.errors import Outcome, Unavailable
from plures.logs import mark_told
from plures.runtime import Bind

from .fault import Fault, FaultKind
from .reading import applying

_LOG: Final = logging.getLogger("plures.faults")

_Faults = Mapping[FaultKind, Fault]
_NONE: Final[_Faults] = {}


class InjectedError(Exception):
    """An undeclared error, on demand."""


class Injector:
    """The faults of one replica.

    Args:
        contracts: The contracts of the application.
    """

    def __init__(self, faults: Sequence[Fault], contracts: Sequence[ContractDescription], random: Random) -> None:
        self._random = random
        # By the full names: what delivers events to a capability is an operation too, and not one of its contract.
        self._faults = {
            operation.full_name: found
            for contract in contracts
            for name, operation in contract.operations.items()
            if (found := applying(faults, contract.capability, name))
        }

    def service(self, contract: ContractDescription, service: object) -> object:
        """A service that is late, fails and hangs as often as was asked for."""
        if not any(operation.full_name in self._faults for operation in contract.operations.values()):
            return service
        operations = contract.operations.items()
        return SimpleNamespace(**{name: self._around(each, getattr(service, name)) for name, each in operations})

    def caller(self, how: Bind) -> Bind:
        """Calls of which as many are not sent as was asked for."""

        def bind(operation: OperationDescription) -> Callable[..., Any]:
            call = how(operation)
            fault = self._of(operation).get(FaultKind.UNAVAILABLE)
            return call if fault is None else _in_front(operation, call, lambda: self._refuse(operation, fault))

        return bind

    def _around(self, operation: OperationDescription, method: Callable[..., Any]) -> Callable[..., Any]:
        faults: _Faults = {
            kind: fault for kind, fault in self._of(operation).items() if kind is not FaultKind.UNAVAILABLE
        }
        return _in_front(operation, method, lambda: self._suffer(operation, faults)) if faults else method

    def _of(self, operation: OperationDescription) -> _Faults:
        return self._faults.get(operation.full_name, _NONE)

    async def _refuse(self, operation: OperationDescription, fault: Fault) -> None:
        if self._random.random() < fault.share:
            _LOG.warning("%s: a call is not sent, as was asked for (%s)", operation.full_name, fault)
            why = f"no replica takes it, as was asked for ({fault})"
            raise Unavailable(operation.full_name, why, outcome=Outcome.NOT_SENT)

    async def _suffer(self, operation: OperationDescription, faults: _Faults) -> None:
        """Wait, then go on, fail or hang."""
        if (latency := faults.get(FaultKind.LATENCY)) is not None:
            await asyncio.sleep(self._random.uniform(latency.shortest_s, latency.longest_s))
        # One draw for both: 50 % and 50 % are all calls.
        drawn = self._random.random()
        for kind in (FaultKind.ERROR, FaultKind.HANG):
            fault = faults.get(kind)
            if fault is None:
                continue
            if drawn < fault.share:
                await _happen(operation, fault)
            drawn -= fault.share


async def _happen(operation: OperationDescription, fault: Fault) -> None:
    if fault.kind is FaultKind.HANG:
        _LOG.warning("%s hangs, as was asked for (%s)", operation.full_name, fault)
        await asyncio.get_running_loop().create_future()
    error = InjectedError(str(fault))
    _LOG.error("%s fails with an injected error, as was asked for (%s)", operation.full_name, fault)
    # The line says it all: a traceback of this module would not help anyone.
    mark_told(error)
    raise error


def _in_front(
    operation: OperationDescription, call: Callable[..., Any], happen: Callable[[], Any]
) -> Callable[..., Any]:
    """An operation, with something that happens first."""
    # Arguments that do not fit stay a TypeError of the caller, whatever happens.
    check = operation.signature.bind

    async def unary(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        await happen()
        return await call(*args, **kwargs)

    async def stream(args: Sequence[Any], kwargs: Mapping[str, Any]) -> AsyncIterator[Any]:
        await happen()
        items: Any = call(*args, **kwargs)
        # A contract asks for an iterator; one that is no generator has nothing to close.
        async with aclosing(items) if hasattr(items, "aclose") else nullcontext():
            async for item in items:
                yield item

    begin = stream if operation.streams else unary

    def called(*args: Any, **kwargs: Any) -> Any:
        check(*args, **kwargs)
        return begin(args, kwargs)

    return called
