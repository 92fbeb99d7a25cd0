"""An application with one foreign capability: the desk is ours, and calls a depot that is written with other libraries."""

from typing import Protocol

from plures import Application, Capability, contract, query

from .contract import Depot, Parcel, TooHeavy


@contract("interop.desk.v1", owner="interop")
class Desk(Protocol):
    """Talks to the depot for its customers."""

    @query(errors=[TooHeavy])
    async def weigh(self, weight_g: int) -> str: ...

    @query()
    async def look_at(self, parcel: Parcel) -> str: ...


class DeskService:
    def __init__(self, depot: Depot) -> None:
        self._depot = depot

    async def weigh(self, weight_g: int) -> str:
        await self._depot.lift(weight_g)
        return f"{weight_g} g can be lifted"

    async def look_at(self, parcel: Parcel) -> str:
        return await self._depot.spell(await self._depot.mirror(parcel))


app = Application("interop", [Capability(Depot), Capability(Desk, DeskService)])
