"""A service as its callers get it: where it keeps data, the platform repeats and remembers its operations."""

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any, Final

from plures.contract import ContractDescription, OperationDescription
from plures.data import Commands, Database, StatementFailed, commit_held
from plures.runtime import Client, Portal, awaitable, bind

from .blocking import repeating_blocking
from .remembering import Remembering
from .repeating import repeating

FORGET_EVERY_S: Final = 600.0


def has_keys(contract: ContractDescription) -> bool:
    """Whether one of its commands is remembered by a key."""
    return any(operation.declaration.key for operation in contract.operations.values())


def guarded(service: object, contract: ContractDescription, database: Database | None) -> object:
    """What answers the calls of a service; itself where it keeps no data."""
    if database is None:
        return service
    operations = contract.operations.items()
    return SimpleNamespace(**{name: _guard(each, getattr(service, name), database) for name, each in operations})


def guarded_blocking(service: object, contract: ContractDescription) -> object:
    """The same for a service that has an engine of SQLAlchemy: what met others runs again, where the contract lets it run twice."""
    operations = contract.operations.items()
    return SimpleNamespace(**{name: repeating_blocking(each, getattr(service, name)) for name, each in operations})


def _guard(operation: OperationDescription, method: Callable[..., Any], database: Database) -> Callable[..., Any]:
    if operation.streams:
        return method
    if operation.declaration.key:
        return Remembering(operation, method, database)
    return repeating(operation, method, database)


def committing(client: Any, contract: ContractDescription, portal: Portal) -> Client:
    """A client for a service with remembered commands: what such a command holds back is committed before it calls others."""

    def how(operation: OperationDescription) -> Callable[..., Any]:
        # A client may get its operations later.
        async def call(*args: Any, **kwargs: Any) -> Any:
            await commit_held()
            return await awaitable(getattr(client, operation.name))(*args, **kwargs)

        async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            await commit_held()
            async for item in getattr(client, operation.name)(*args, **kwargs):
                yield item

        return stream if operation.streams else call

    committing_client = Client(contract.service)
    bind(committing_client, contract, how, portal)
    return committing_client


async def forget_old(database: Database) -> None:
    """Forget the commands that are older than 14 days."""
    try:
        await Commands(database).forget_old()
    except StatementFailed as error:
        # Another replica does the same.
        if not error.may_be_repeated:
            raise
