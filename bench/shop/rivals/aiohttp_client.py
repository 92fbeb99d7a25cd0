"""The aiohttp client of a capability's FastAPI service: the faster way to call one."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from pydantic import TypeAdapter

from bench.shop.rivals.described import Operation, operations_of
from bench.shop.rivals.fastapi_service import failure
from bench.shop.rivals.pydantic_messages import teach
from plures import DeadlineExceeded, Outcome, Unavailable

_HEADERS = {"content-type": "application/json"}


class AiohttpClient:
    """Calls one capability's FastAPI service. It has a coroutine for each operation of the contract."""

    def __init__(self, contract: type, address: str) -> None:
        self._address = f"http://{address}"
        self._session: ClientSession | None = None
        for operation in operations_of(contract):
            call = self._iterate(operation) if operation.streams else self._call(operation)
            setattr(self, operation.name, operation.called_by(call))

    async def leave(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def _http(self) -> ClientSession:
        # A session belongs to a running loop, and clients are made before there is one.
        if self._session is None:
            self._session = ClientSession(self._address, connector=TCPConnector(limit=100))
        return self._session

    def _call(self, operation: Operation) -> Any:
        url = f"/{operation.name}"
        write = TypeAdapter[Any](teach(operation.request)).dump_json
        read = TypeAdapter[Any](teach(operation.answer)).validate_json
        timeout = ClientTimeout(operation.deadline_s)

        async def call(*arguments: Any, **named: Any) -> Any:
            body = write(operation.request(*arguments, **named))
            try:
                async with self._http.post(url, data=body, headers=_HEADERS, timeout=timeout) as response:
                    content = await response.read()
            except TimeoutError as problem:
                raise DeadlineExceeded(operation.full_name, str(problem), outcome=Outcome.MAY_HAVE_RUN) from problem
            except ClientError as problem:
                raise Unavailable(operation.full_name, str(problem), outcome=Outcome.MAY_HAVE_RUN) from problem
            if response.ok:
                return read(content)
            raise failure(operation, response.status, content)

        return call

    def _iterate(self, operation: Operation) -> Any:
        write = TypeAdapter[Any](teach(operation.request)).dump_json
        read = TypeAdapter[Any](teach(operation.answer)).validate_json

        async def call(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
            body = write(operation.request(*arguments, **named))
            async with self._http.post(
                f"/{operation.name}", data=body, headers=_HEADERS, read_bufsize=2**20
            ) as response:
                async for line in response.content:
                    yield read(line)

        return call
