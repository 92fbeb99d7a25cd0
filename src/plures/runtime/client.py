"""What a service holds to call another capability: an object with the operations of its contract.

It does not know where the calls go; `Bind` decides that, for each operation.
"""

from collections.abc import Callable
from typing import Any

from plures.contract import ContractDescription, OperationDescription

from .blocking import Portal, spelled

Bind = Callable[[OperationDescription], Callable[..., Any]]
"""Makes the coroutine function that calls an operation; `by_reference` and `RemoteCaller.bind` are the two kinds."""


class Client:
    """Calls the operations of one contract. It has no public attributes except these operations."""

    def __init__(self, service: str) -> None:
        self.__service = service

    def __repr__(self) -> str:
        return f"<client of {self.__service}>"


def bind(client: Client, contract: ContractDescription, how: Bind, portal: Portal | None = None) -> None:
    """Give a client its operations. Until then it can be passed on, but not called.

    Args:
        portal: Leads threads that block to the loop of the host; without one, all operations are coroutine functions.
    """
    for name, operation in contract.operations.items():
        setattr(client, name, spelled(operation, how(operation), portal))
