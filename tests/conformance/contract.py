"""The service of the referee as a contract: what Plures can say of it. The rest is added and taken off beside it."""

from collections.abc import AsyncIterator
from typing import Protocol

from plures import ContractError, Message, command, contract, query
from plures.errors import Status


class Payload(Message):
    data: bytes = b""


class Answer(Message):
    payload: Payload | None = None


class Failure(Message):
    code: str = "CODE_UNKNOWN"


class Definition(Message):
    response_data: bytes = b""
    error: Failure | None = None
    response_delay_ms: int = 0


class StreamDefinition(Message):
    response_data: tuple[bytes, ...] = ()
    error: Failure | None = None
    response_delay_ms: int = 0


def _error(status: Status) -> type[ContractError]:
    """The declared error that stands for a code."""
    name = status.value.title().replace("_", "")
    body = {"__doc__": f"The test asks for {status.value}.", "__module__": __name__, "__annotations__": {}}
    return type(ContractError)(name, (ContractError,), body, status=status.value)


ERRORS = {status: _error(status) for status in Status}


@contract("connectrpc.conformance.v1", owner="tests")
class ConformanceService(Protocol):
    """Answers what the request asks for."""

    @command(idempotent=True, deadline_s=60, errors=[*ERRORS.values()])
    async def unary(self, response_definition: Definition | None = None, request_data: bytes = b"") -> Answer: ...
    @query(deadline_s=60, errors=[*ERRORS.values()])
    async def idempotent_unary(
        self, response_definition: Definition | None = None, request_data: bytes = b""
    ) -> Answer: ...
    @query(deadline_s=60, errors=[*ERRORS.values()])
    def server_stream(
        self, response_definition: StreamDefinition | None = None, request_data: bytes = b""
    ) -> AsyncIterator[Answer]: ...
    @command(deadline_s=60)
    async def unimplemented(self) -> None: ...
