"""The contract that can do without another one, and says what it went without."""

from typing import Protocol

from plures import CallError, ContractError, Optionally, command, contract, query

from .trouble import Trouble


@contract("lab.cautious.v1", owner="tests")
class Cautious(Protocol):
    @query(deadline_s=20)
    async def ask(self, how: str) -> str | None: ...
    @query(deadline_s=20)
    async def ask_or(self, how: str) -> str: ...
    @query(deadline_s=2)
    async def wait(self, seconds: float) -> str: ...
    # A command, which no placement sends twice: that would take the time twice.
    @command(deadline_s=4)
    async def wait_and_go_on(self, seconds: float) -> str: ...


class CautiousService(Cautious):
    def __init__(self, trouble: Optionally[Trouble]) -> None:
        self._trouble = trouble

    async def ask(self, how: str) -> str | None:
        try:
            return await self._trouble.call(Trouble.fail, how)
        except (CallError, ContractError) as error:
            return f"raised {type(error).__name__}"

    async def ask_or(self, how: str) -> str:
        return await self._trouble.call_or("fallback", Trouble.fail, how)

    async def wait(self, seconds: float) -> str:
        """Trouble gives up before the time of this operation is over."""
        return await self._trouble.call_or("without", Trouble.slow, seconds)

    async def wait_and_go_on(self, seconds: float) -> str:
        """Trouble would take all the time that this operation has."""
        first = await self._trouble.call_or("without", Trouble.patient, seconds)
        return f"{first}, then {await self._trouble.call_or('without', Trouble.fail, 'nothing')}"
