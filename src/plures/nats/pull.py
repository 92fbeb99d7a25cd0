"""Asks a consumer for messages, again and again, on one connection. It notices when the server has forgotten that it was asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from nats.aio.msg import Msg

from .driver import Connection
from .pace import Pace
from .trouble import Trouble

BATCH: Final = 16
"""So many messages are asked for at once."""

_NANO: Final = 1_000_000_000
_HEARTBEAT: Final = "100"
# No message, and the end of the time that was asked for.
_OVER: Final = frozenset({"404", "408"})
_NO_ONE: Final = "503"


class Pull:
    """The messages of one consumer.

    Args:
        api: The subject on which the server is asked for them.
        arrived: Called with each message; it must not wait.
        has_room: Returns when more may be asked for.
    """

    def __init__(
        self,
        connection: Connection,
        api: str,
        arrived: Callable[[Msg], None],
        has_room: Callable[[], Awaitable[None]],
        pace: Pace,
    ) -> None:
        self._connection = connection
        self._api = api
        self._arrived = arrived
        self._has_room = has_room
        self._silent_s = 2 * pace.beat_s + 1
        self._request = json.dumps(
            {
                "batch": BATCH,
                "expires": int(pace.pull_s * _NANO),
                "idle_heartbeat": int(pace.beat_s * _NANO),
            }
        ).encode()
        self._left = 0
        self._over = asyncio.Event()
        self._why: str | None = None
        self._seen_at = 0.0
        self._is_ended = False

    async def run(self) -> None:
        """Until `end` is called; raises `Trouble` when the server does not go on."""
        inbox = self._connection.inbox()
        stop_listening = await self._connection.listen(inbox, self._listened)
        try:
            while not self._is_ended:
                await self._has_room()
                self._left, self._seen_at = BATCH, monotonic()
                self._over.clear()
                await self._connection.publish(self._api, self._request, inbox)
                await self._lasts()
        finally:
            await stop_listening()

    def end(self) -> None:
        """Ask for no more."""
        self._is_ended = True
        self._over.set()

    async def _lasts(self) -> None:
        """Until what was asked for is over."""
        while not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._silent_s):
                    await self._over.wait()
            if monotonic() - self._seen_at > self._silent_s:
                message = "the server has forgotten that it was asked for messages"
                raise Trouble(message)
        if self._why is not None:
            raise Trouble(self._why)

    async def _listened(self, message: Msg) -> None:
        self._seen_at = monotonic()
        headers = message.headers or {}
        status = headers.get("Status")
        if status is None:
            self._left -= 1
            if self._left <= 0:
                self._over.set()
            self._arrived(message)
        elif status != _HEARTBEAT:
            if status not in _OVER:
                self._why = _in_words(status, headers.get("Description") or "")
            self._over.set()


def _in_words(status: str, description: str) -> str:
    if status == _NO_ONE:
        return "the server has no such consumer, or not yet"
    # What follows the first line are other headers.
    return f"the server says: {description.strip().partition(chr(10))[0] or status}"
