"""One capability as a FastAPI service, and its httpx client, as a competent team would write both.

They have routes, pydantic models of requests and answers, one keep-alive client for each service, a timeout for each
operation, and declared errors as JSON with a status of their own.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Body, FastAPI, Request, Response
from httpx import AsyncClient, Limits, TimeoutException, TransportError
from pydantic import TypeAdapter

from bench.shop.rivals.described import Operation, declared_error, error_body, operations_of
from bench.shop.rivals.pydantic_messages import teach
from plures import ContractError, DeadlineExceeded, Internal, Outcome, Unavailable

_DECLARED = 409
_LIMITS = Limits(max_connections=100, max_keepalive_connections=100)


def application_of(contract: type, service: Any) -> FastAPI:
    """The FastAPI application with a POST route for each operation."""
    application = FastAPI()
    application.add_exception_handler(ContractError, _declared)
    for operation in operations_of(contract):
        endpoint = _stream(operation, service) if operation.streams else _unary(operation, service)
        application.post(f"/{operation.name}")(endpoint)
    return application


def _unary(operation: Operation, service: Any) -> Any:
    method = getattr(service, operation.name)

    async def endpoint(body: Any) -> Any:
        return await method(*operation.arguments(body))

    endpoint.__annotations__ = {"body": _body(operation), "return": teach(operation.answer)}
    return endpoint


def _stream(operation: Operation, service: Any) -> Any:
    method = getattr(service, operation.name)

    async def endpoint(body: Any) -> AsyncIterator[Any]:
        async for item in method(*operation.arguments(body)):
            yield item

    endpoint.__annotations__ = {"body": _body(operation), "return": AsyncIterator[teach(operation.answer)]}
    return endpoint


def _body(operation: Operation) -> Any:
    return Annotated[teach(operation.request), Body()]


async def _declared(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ContractError)
    return Response(error_body(error), status_code=_DECLARED, media_type="application/json")


class HttpxClient:
    """Calls one capability's FastAPI service. It has a coroutine for each operation of the contract."""

    def __init__(self, contract: type, address: str) -> None:
        self._http = AsyncClient(base_url=f"http://{address}", limits=_LIMITS, trust_env=False)
        for operation in operations_of(contract):
            call = _iterate(self._http, operation) if operation.streams else _call(self._http, operation)
            setattr(self, operation.name, operation.called_by(call))

    async def leave(self) -> None:
        await self._http.aclose()


def _call(http: AsyncClient, operation: Operation) -> Any:
    url, headers = f"/{operation.name}", {"content-type": "application/json"}
    write = TypeAdapter[Any](teach(operation.request)).dump_json
    read = TypeAdapter[Any](teach(operation.answer)).validate_json

    async def call(*arguments: Any, **named: Any) -> Any:
        body = write(operation.request(*arguments, **named))
        try:
            response = await http.post(url, content=body, headers=headers, timeout=operation.deadline_s)
        except TimeoutException as problem:
            raise DeadlineExceeded(operation.full_name, str(problem), outcome=Outcome.MAY_HAVE_RUN) from problem
        except TransportError as problem:
            raise Unavailable(operation.full_name, str(problem), outcome=Outcome.MAY_HAVE_RUN) from problem
        if response.is_success:
            return read(response.content)
        raise failure(operation, response.status_code, response.content)

    return call


def _iterate(http: AsyncClient, operation: Operation) -> Any:
    read = TypeAdapter[Any](teach(operation.answer)).validate_json
    write = TypeAdapter[Any](teach(operation.request)).dump_json

    async def call(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
        body = write(operation.request(*arguments, **named))
        headers = {"content-type": "application/json"}
        async with http.stream("POST", f"/{operation.name}", content=body, headers=headers) as response:
            async for line in response.aiter_lines():
                yield read(line)

    return call


def failure(operation: Operation, status: int, content: bytes) -> Exception:
    """The error that an answer stands for."""
    if status == _DECLARED:
        return declared_error(operation, content)
    return Internal(operation.full_name, f"status {status}", outcome=Outcome.MAY_HAVE_RUN)
