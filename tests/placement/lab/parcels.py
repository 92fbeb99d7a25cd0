"""The contract whose operations declare how large their messages may be: less than usual, and more."""

from collections.abc import AsyncIterator
from typing import Final, Protocol

from plures import ContractError, command, contract, query

FEW: Final = 1_000
MANY: Final = 3_000_000


class Torn(ContractError, status="failed_precondition"):
    """The parcel was torn."""

    text: str


@contract("lab.parcels.v1", owner="tests")
class Parcels(Protocol):
    @command(deadline_s=10, max_request_bytes=FEW)
    async def weigh(self, content: str) -> int: ...
    @query(deadline_s=10, max_response_bytes=FEW, errors=[Torn])
    async def wrap(self, length: int, torn: int = 0) -> str: ...
    @query(deadline_s=10, max_request_bytes=MANY, max_response_bytes=MANY)
    async def forward(self, content: str) -> str: ...
    @query(deadline_s=10, max_response_bytes=FEW)
    def unpack(self, lengths: tuple[int, ...]) -> AsyncIterator[str]: ...
    @query(deadline_s=10, max_request_bytes=MANY, max_response_bytes=MANY)
    def split(self, content: str) -> AsyncIterator[str]: ...


class ParcelsService(Parcels):
    async def weigh(self, content: str) -> int:
        return len(content)

    async def wrap(self, length: int, torn: int = 0) -> str:
        if torn:
            raise Torn(text="x" * torn)
        return "x" * length

    async def forward(self, content: str) -> str:
        return content

    async def unpack(self, lengths: tuple[int, ...]) -> AsyncIterator[str]:
        for length in lengths:
            yield "x" * length

    async def split(self, content: str) -> AsyncIterator[str]:
        yield content
        yield content
