"""Watches the Unix sockets over which replicas call each other, since cleaners of temporary files may remove them."""

import asyncio
from collections.abc import Awaitable, Callable

from .addresses import Addresses, ReplicaName

_LOOK_AGAIN_S = 1.0


async def watch_sockets(
    addresses: Addresses, say: Callable[[str], None], tell_all: Callable[[], Awaitable[None]]
) -> None:
    """Let replicas call each other by port when something removes the folder of their Unix sockets. Ends when it is cancelled."""
    known: frozenset[ReplicaName] = frozenset()
    while True:
        await asyncio.sleep(_LOOK_AGAIN_S)
        swept = addresses.swept()
        if swept - known:
            names = ", ".join(map(str, sorted(swept - known)))
            say(f"something removed the Unix sockets of {names}; their callers use the ports from now on")
        if swept != known:
            known = swept
            await tell_all()
