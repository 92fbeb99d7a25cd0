"""Takes the connections that wait at a listening socket.

uvloop takes one in each turn of its loop, so that a loop with much to do lets thousands wait, longer than any deadline and unseen.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

_AT_ONCE: Final = 256


class ConnectionQueue:
    """The queue of one listening socket, beside the server of the event loop that listens there.

    Args:
        sock: Non-blocking.
        accept: Makes the protocol of a connection.
    """

    def __init__(self, sock: socket.socket, accept: Callable[[], asyncio.Protocol]) -> None:
        self._socket = sock
        self._accept = accept
        self._making: set[asyncio.Task[None]] = set()
        self._is_due = False

    def soon(self) -> None:
        """Take the others in the next turn of the loop: one connection has come, and more may wait behind it."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._take)

    async def empty(self) -> None:
        """Take all that wait, and return when each has its protocol."""
        self._take()
        while self._making:
            await asyncio.wait(self._making)

    def _take(self) -> None:
        self._is_due = False
        for _ in range(_AT_ONCE):
            try:
                connection, _ = self._socket.accept()
            # None waits, none can be taken now, or the socket is closed: the server of the loop deals with it.
            except OSError:
                return
            connection.setblocking(False)
            task = asyncio.ensure_future(self._make(connection))
            self._making.add(task)
            task.add_done_callback(self._making.discard)
        self.soon()

    async def _make(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._accept, connection)
        # The peer has gone already.
        except OSError:
            connection.close()
