"""The application in this process, as two replicas that share nothing but a broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from parcels_app import Depot, ParcelSent, Shop, app

from plures.host import EventAdminService, FailedDelivery, Host, Mode, Placement, SubscriptionCount, Which
from plures.testing import assemble
from plures.topology import Broker, PlacedBroker

PATIENCE_S = 40
SHOP, DEPOT = frozenset({"shop", "porter"}), frozenset({"depot"})
ASSEMBLY = assemble(app)
numbers = count(1)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - this sleep waits for no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def replica(capabilities: frozenset[str], data: Path, broker: Broker | None) -> AsyncIterator[Host]:
    peers = frozenset(ASSEMBLY.capabilities) - capabilities
    placed = None if broker is None else PlacedBroker(broker, peers)
    host = Host(ASSEMBLY, Placement(capabilities, edge=False, data=data, mode=Mode.PRODUCTION, broker=placed))
    await host.start()
    try:
        yield host
    finally:
        await host.drain()
        await host.stop()


def parcels(many: int, street: str = "", **more: Any) -> tuple[ParcelSent, ...]:
    """Those of one street arrive in order."""
    return tuple(
        ParcelSent(street or f"street {number}", number, **more) for number in (next(numbers) for _ in range(many))
    )


async def send(shop: Host, sent: Sequence[ParcelSent]) -> None:
    await shop.client(Shop).send(tuple(sent))


async def taken(depot: Host) -> list[int]:
    return [parcel.number for parcel in await depot.client(Depot).taken()]


async def arrive(depot: Host, sent: Sequence[ParcelSent]) -> None:
    """Wait until these are there, and look that none came twice and that each street has its order."""
    wanted = {parcel.number for parcel in sent}

    async def are_there() -> bool:
        return wanted <= set(await taken(depot))

    await until(are_there)
    lines = [parcel for parcel in await depot.client(Depot).taken() if parcel.number in wanted]
    assert len(lines) == len(wanted)
    for street in {parcel.street for parcel in sent}:
        assert [line.number for line in lines if line.street == street] == [
            parcel.number for parcel in sent if parcel.street == street
        ]


async def standing(shop: Host) -> SubscriptionCount:
    """How the depot's subscription fares."""
    counts = await EventAdminService(shop._services.outboxes).counts("shop")
    return next(each for each in counts if each.subscription == "depot.take")


async def failures(shop: Host) -> list[FailedDelivery]:
    return list(await EventAdminService(shop._services.outboxes).failed("shop", Which(subscription="depot.take")))
