"""A run that does what it is told: becomes another topology, replaces its replicas, has more or fewer of them, ends."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from plures.topology import ApplicationFacts, Plan, ResolvedTopology

from .errors import RunUnchangeable
from .orders import Apply, Order, Restart, Say, Scale, Shown, Stop, in_words, taking_orders
from .supervisor import Applied, check_numbers, restart, roll_out, scale

_LOOK_AGAIN_S: Final = 0.2


class Operated(msgspec.Struct, frozen=True):
    """What a run can be told, and how.

    Attributes:
        plan: Gives what runs now.
        show: Says how it stands.
        changing: Gives what makes it another topology.
        leave: Asks it to end, as a signal does.
        named: Gives a topology that can be run, by its name, for these facts; raises `PluresError`. None where what runs stays as it is.
        application: Import string, `package.module:name`.
    """

    plan: Callable[[], Plan]
    show: Callable[[], Shown]
    changing: Callable[[], Awaitable[Applied]]
    leave: Callable[[], None]
    named: Callable[[str, ApplicationFacts | None], ResolvedTopology] | None
    application: str


@asynccontextmanager
async def operated(run: Operated, *, say: Say, publish: Callable[[Path | None], None]) -> AsyncGenerator[None]:
    """Take orders while the context lasts. Where the operating system refuses a socket, that is told of, and nothing is taken.

    Args:
        say: Writes into the log.
        publish: Tells where the run answers by now, and where it takes orders.
    """

    async def carry(order: Order, tell: Say) -> None:
        def both(text: str) -> None:
            # Where capabilities answer by now is known before it is said.
            publish(orders)
            say(text)
            tell(text)

        if isinstance(order, Stop):
            await _stop(run, tell)
            return
        say(f"told to {in_words(order)}")
        try:
            await _change(run, order, both)
        finally:
            publish(orders)

    orders: Path | None = None
    async with AsyncExitStack() as stack:
        try:
            orders = await stack.enter_async_context(taking_orders(carry, run.show))
        except OSError as error:
            why = f"no socket can be made: {error.strerror or error}; a TMPDIR with a short path helps"
            say(f"`plures ps` and orders like `plures restart` do not work here, since {why}")
        publish(orders)
        yield


async def _change(run: Operated, order: Apply | Restart | Scale, say: Say) -> None:
    if run.named is None:
        raise RunUnchangeable(in_words(order))
    match order:
        case Apply(topology=topology):
            then = run.named(topology, None)
            await (await run.changing()).apply(then, say)
        case Restart(processes=processes, anew=False):
            await restart((await run.changing()).supervisor, processes, say)
        case Restart(processes=processes):
            await roll_out(await run.changing(), processes, run.named, run.application, say)
        case Scale(replicas=replicas):
            check_numbers(run.plan(), replicas)
            await scale((await run.changing()).supervisor, replicas, say)


async def _stop(run: Operated, say: Say) -> None:
    """Ask it to end, and say what has ended until this process does."""
    say("answers what it was asked, and ends")
    run.leave()
    ended: set[str] = set()
    while True:
        for process in run.show().processes:
            for replica in process.replicas:
                if replica.state == "stopped" and replica.name not in ended:
                    ended.add(replica.name)
                    say(f"{replica.name} has ended")
        await asyncio.sleep(_LOOK_AGAIN_S)
