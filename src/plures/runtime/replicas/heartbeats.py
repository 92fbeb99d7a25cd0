"""Notices replicas that hang: they take connections and answer nothing, as a stopped process does, or one in an endless loop.

While a call has been under way for long and nothing comes from its replica, the replica is asked whether it lives. One that does not
answer that either is called no more, until it does. Idle replicas are not asked.
"""

import asyncio
import logging
from time import monotonic
from typing import Final

from plures.runtime.transport import Broken, NotSent, WatchedTransport

from .endpoint import Endpoint
from .endpoints import Endpoints

_LOG: Final = logging.getLogger("plures.calls")
_LOOK_EVERY_S: Final = 0.2
_ASK_AGAIN_S: Final = 1.0
# This process was late itself, so that it cannot say who was slow.
_OWN_DELAY_S: Final = 0.2


class Heartbeats:
    """Watches the endpoints that one replica calls. Lives on one event loop."""

    def __init__(self, transport: WatchedTransport) -> None:
        self._transport = transport
        self._all: list[Endpoints] = []
        self._asking: dict[Endpoint, asyncio.Task[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def of(self, endpoints: Endpoints) -> None:
        """Watch these endpoints too, from now on."""
        self._all.append(endpoints)

    def wake(self) -> None:
        """A call is under way: look after a while whether it is answered."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_EVERY_S, self._look)

    async def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
        asking = [*self._asking.values()]
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _look(self) -> None:
        self._timer = None
        now, is_busy = monotonic(), False
        for endpoints in self._all:
            limit_s = endpoints.policy.heartbeat_s
            for endpoint in endpoints.known:
                is_busy = is_busy or bool(endpoint.attempts)
                if limit_s and endpoint not in self._asking and endpoint.is_silent(now, _LOOK_EVERY_S):
                    self._asking[endpoint] = asyncio.ensure_future(self._ask(endpoints, endpoint, limit_s))
        if is_busy:
            self.wake()

    async def _ask(self, endpoints: Endpoints, endpoint: Endpoint, limit_s: float) -> None:
        try:
            await self._find_out(endpoints, endpoint, limit_s)
        finally:
            del self._asking[endpoint]

    async def _find_out(self, endpoints: Endpoints, endpoint: Endpoint, limit_s: float) -> None:
        if await self._answers(endpoint, limit_s):
            endpoint.heard_at = monotonic()
            return
        _LOG.warning(
            "%s hangs: it took a call and answers nothing, nor a heartbeat within %g s; it gets no calls until it does (heartbeat_s in "
            "plures.toml, for what computes longer without a pause)",
            endpoint.url,
            limit_s,
        )
        endpoint.is_hung = True
        endpoints.change()
        self._move(endpoints, endpoint)
        began = monotonic()
        while endpoint in endpoints.known and not await self._answers(endpoint, _ASK_AGAIN_S):
            pass
        endpoint.is_hung = False
        endpoint.heard_at = monotonic()
        endpoints.change()
        _LOG.warning("%s hangs no more, after %.1f s", endpoint.url, endpoint.heard_at - began)

    async def _answers(self, endpoint: Endpoint, limit_s: float) -> bool:
        """Whether there is an answer in time; one that cannot be reached has its own failures, and does not hang."""
        while True:
            began = monotonic()
            try:
                async with asyncio.timeout(limit_s):
                    await self._transport.knock(endpoint.url)
            except TimeoutError:
                if monotonic() - began < limit_s + _OWN_DELAY_S:
                    return False
            except (NotSent, Broken):
                return True
            else:
                return True

    def _move(self, endpoints: Endpoints, endpoint: Endpoint) -> None:
        """Let what may run twice go to another replica, if there is one."""
        if all(each.is_hung for each in endpoints.known):
            return
        for outgoing, _ in [*endpoint.attempts.values()]:
            if outgoing.is_repeatable:
                self._transport.give_up(outgoing)
