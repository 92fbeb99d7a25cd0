"""What a service holds to call another capability: an object with the operations of its contract.

It does not know where the calls go; `Bind` decides that, for each operation.
"""

from collections.abc import Callable
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription

_CALLS: Final = "__plures_calls__"

Bind = Callable[[OperationDescription], Callable[..., Any]]
"""Makes the coroutine function that calls an operation; `by_reference` and `RemoteCaller.bind` are the two kinds."""


class Client:
    """Calls the operations of one contract. It has no public attributes except these operations."""

    def __init__(self, service: str) -> None:
        self.__service = service

    def __repr__(self) -> str:
        return f"<client of {self.__service}>"


def bind(client: Client, contract: ContractDescription, how: Bind) -> None:
    """Give a client its operations. Until then it can be passed on, but not called."""
    for name, operation in contract.operations.items():
        setattr(client, name, calling(operation, how(operation)))


def calling(operation: OperationDescription, call: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which says from now on which operation it calls."""
    setattr(call, _CALLS, operation)
    return call


def operation_of(call: Callable[..., Any]) -> OperationDescription | None:
    """The operation that a function of a client calls; None of any other function."""
    found = getattr(call, _CALLS, None)
    return found if isinstance(found, OperationDescription) else None
