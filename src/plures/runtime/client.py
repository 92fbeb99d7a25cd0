"""The object that stands for a capability: typed as its contract, one coroutine function per operation."""

from collections.abc import Callable
from typing import Any

from plures.contract import ContractDescription, OperationDescription

Bind = Callable[[OperationDescription], Callable[..., Any]]


class Client:
    """Calls the operations of one contract, wherever they are hosted. It has no names of its own beside theirs."""

    def __init__(self, service: str) -> None:
        self.__service = service

    def __repr__(self) -> str:
        return f"<client of {self.__service}>"


def bind(client: Client, contract: ContractDescription, how: Bind) -> None:
    """Give a client its calls; before that, it is only something to hold on to."""
    for name, operation in contract.operations.items():
        setattr(client, name, how(operation))
