"""What the application hears of its client: the request, and that the client has hung up."""

from typing import Any


class Hearing:
    """Passes on what the server says.

    Attributes:
        is_cut_off: Whether the client hung up before its request was whole. What an application raises then is no bug of it.
    """

    def __init__(self, receive: Any) -> None:
        self._receive = receive
        self._is_whole = False
        self.is_cut_off = False

    async def receive(self) -> Any:
        """What the application calls in place of the server's `receive`."""
        event = await self._receive()
        if event["type"] == "http.disconnect":
            self.is_cut_off = not self._is_whole
        elif not event.get("more_body", False):
            self._is_whole = True
        return event
