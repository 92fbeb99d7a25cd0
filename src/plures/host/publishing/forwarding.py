"""An operation that a client of its capability answers. To its caller it is the operation itself: failures pass as they are."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

from plures.contract import ContractDescription, Headers, HeadersType, OperationDescription
from plures.errors import CallError
from plures.runtime import HeardHeaders, Refusal, hear_headers, tell_headers, tell_trailers


def forwarding(contract: ContractDescription, client: object) -> object:
    """A service with the operations of a contract.

    Args:
        client: All of its operations are awaited, whatever the contract says.
    """
    return SimpleNamespace(**{name: _forwarded(operation, client) for name, operation in contract.operations.items()})


def _forwarded(operation: OperationDescription, client: object) -> Callable[..., Any]:
    # A client calls elsewhere once its capability has moved.
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(client, operation.name)(*args, **kwargs)

    async def unary(*args: Any, **kwargs: Any) -> Any:
        with hear_headers() as heard:
            try:
                return await call(*args, **kwargs)
            except CallError as error:
                raise Refusal(error) from None
            finally:
                _tell(operation, heard)
                _tell_trailers(operation, heard)

    async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        is_begun = False
        with hear_headers() as heard:
            try:
                async with aclosing(call(*args, **kwargs)) as items:
                    async for item in items:
                        if not is_begun:
                            is_begun = True
                            _tell(operation, heard)
                        yield item
            except CallError as error:
                raise Refusal(error) from None
            finally:
                if not is_begun:
                    _tell(operation, heard)
                _tell_trailers(operation, heard)

    return stream if operation.streams else unary


def _tell(operation: OperationDescription, heard: HeardHeaders) -> None:
    declared = None if operation.beside is None else operation.beside.answer
    if declared is not None and (headers := _heard(heard.headers, declared)) is not None:
        tell_headers(headers)


def _tell_trailers(operation: OperationDescription, heard: HeardHeaders) -> None:
    declared = None if operation.beside is None else operation.beside.trailers
    if declared is not None and (trailers := _heard(heard.trailers, declared)) is not None:
        tell_trailers(trailers)


def _heard(ask: Callable[[type[Headers]], Headers | None], declared: HeadersType) -> Headers | None:
    kind: type[Headers] = declared.python
    return ask(kind)
