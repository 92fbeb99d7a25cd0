"""Asks requests of a running application, and tells how it answers from how it answered while all was well."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from plures.http import HttpTransport
from plures.isolation.fates import Fate

Ask: TypeAlias = Callable[[str], Awaitable[object]]
"""Asks at the address of the edge. What it answers is compared, and an exception is a failure."""

_SERVER_ERROR: Final = 500
_BASELINE: Final = 3
_TRIES: Final = 3
"""While all is well, a busy machine may still be too slow now and then."""


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        unit: The operation or route that it is about.
        name: What it asks for: `GET /products/tea`.
    """

    unit: str
    name: str
    ask: Ask


@dataclass(frozen=True)
class Page:
    """What is compared of an answer."""

    status: int
    body: bytes


class Refused(Exception):
    """The application answered with an error of its own."""


class Asker:
    """Asks requests, and knows how each was answered while all was well.

    Args:
        limit_s: Most time for one request.
    """

    def __init__(self, url: str, requests: Sequence[Request], *, limit_s: float) -> None:
        self._url = url
        self._limit_s = limit_s
        self._requests = requests
        self._well: dict[str, list[object]] = {}

    async def learn(self) -> list[str]:
        """Ask each while all is well. What went wrong, one sentence for each request that fails all the same."""
        problems: list[str] = []
        for request in self._requests:
            self._well[request.name] = []
            # The first may be slower than all others: it fills caches.
            for _ in range(_BASELINE + 1):
                problem = await self._learn(request)
                if problem:
                    problems.append(f"{request.name}: {problem}")
                    break
        return problems

    async def _learn(self, request: Request) -> str:
        problem = ""
        for _ in range(_TRIES):
            try:
                self._well[request.name].append(await self._ask(request))
            except Exception as error:  # noqa: BLE001 - whatever it is, the user is told
                problem = _in_words(error)
            else:
                return ""
        return problem

    async def see(self, request: Request) -> tuple[Fate, str]:
        """How a request is answered now, and why it is no better."""
        try:
            answer = await self._ask(request)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            return Fate.FAILS, _in_words(error)
        well = self._well[request.name][1:]
        if all(each == answer for each in well):
            return Fate.WORKS, ""
        if isinstance(answer, Page) and answer.status != self._status(well):
            return Fate.DEGRADES, f"status {answer.status} instead of {self._status(well)}"
        # Where no two answers are the same, a difference says nothing.
        is_stable = all(each == well[0] for each in well)
        return (Fate.DEGRADES, "answers something else") if is_stable else (Fate.WORKS, "")

    async def _ask(self, request: Request) -> object:
        async with asyncio.timeout(self._limit_s):
            return await request.ask(self._url)

    @staticmethod
    def _status(well: list[object]) -> int:
        return next((each.status for each in well if isinstance(each, Page)), 0)


def get(path: str) -> Ask:
    """Asks for a page; 5xx is a failure."""

    async def ask(url: str) -> Page:
        transport = HttpTransport()
        try:
            reply = await transport.get(url, path)
        finally:
            await transport.close()
        if reply.http_status >= _SERVER_ERROR:
            raise Refused(f"status {reply.http_status}")
        return Page(reply.http_status, reply.body)

    return ask


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return " ".join(str(error).split()) or type(error).__name__
