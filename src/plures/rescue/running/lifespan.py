"""The lifespan of a service, as a server drives it."""

import asyncio
from typing import Any

from plures.rescue.calls import Callee, Message, log
from plures.rescue.errors import ServiceNotStarted
from plures.rescue.own import log_kept


class Lifespan:
    """Started once, stopped once, on the loop of the service. An application without a lifespan is one as well."""

    def __init__(self, callee: Callee) -> None:
        self._callee = callee
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message | BaseException | None] = asyncio.Queue()
        self._is_supported = False

    async def start(self) -> None:
        """Return when it has started. Raises ServiceNotStarted."""
        self._callee.begin(self._run())
        self._asked.put_nowait({"type": "lifespan.startup"})
        with log_kept():
            answer = await self._told.get()
        # One that raises at once knows no lifespan.
        self._is_supported = isinstance(answer, dict)
        if isinstance(answer, dict) and answer["type"] == "lifespan.startup.failed":
            raise ServiceNotStarted(self._callee.name, _last_line(answer.get("message", "")))

    async def stop(self) -> None:
        """Let it end; what goes wrong is logged."""
        if not self._is_supported:
            return
        self._asked.put_nowait({"type": "lifespan.shutdown"})
        answer = await self._told.get()
        if isinstance(answer, dict) and answer["type"] == "lifespan.shutdown.failed":
            log.error("service %s did not stop well: %s", self._callee.name, _last_line(answer.get("message", "")))

    async def _run(self) -> None:
        scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self._callee.state,
        }
        try:
            await self._callee.application(scope, self._asked.get, self._send)
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - any way in which it may end
            self._told.put_nowait(error)
        else:
            self._told.put_nowait(None)

    async def _send(self, message: Message) -> None:
        self._told.put_nowait(message)


def _last_line(message: str) -> str:
    """What a traceback ends with."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return lines[-1] if lines else "its lifespan says that it failed, and not why"
