"""A run that becomes another topology when it is told to."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from plures.topology import ResolvedTopology

from .orders import Apply, Say, taking_orders
from .supervisor import Applied


@asynccontextmanager
async def changes_ordered(
    named: Callable[[str], ResolvedTopology],
    changing: Callable[[], Awaitable[Applied]],
    *,
    say: Say,
    publish: Callable[[Path], None],
) -> AsyncGenerator[None]:
    """Take orders while the context lasts.

    Args:
        named: Gives a topology that can be run, by its name; raises `PluresError`.
        changing: Gives what makes the run that topology.
        say: Writes into the log.
        publish: Tells where the run answers by now, and where it takes orders.
    """

    async def carry(order: Apply, tell: Say) -> None:
        def both(text: str) -> None:
            say(text)
            tell(text)

        then = named(order.topology)
        try:
            await (await changing()).apply(then, both)
        finally:
            publish(orders)

    async with taking_orders(carry) as orders:
        publish(orders)
        yield
