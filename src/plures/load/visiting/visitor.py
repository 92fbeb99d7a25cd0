"""One visitor: cookies of their own, and the steps of their journey."""

import asyncio
import json as json_of
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from .answer import Answer
from .contracts import ContractCalls
from .steps import CheckFailed, StepFailed, Steps
from .target import NotConnected
from .web import Web

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")

_REFUSED_FROM: Final = 400


@dataclass(frozen=True)
class Reach:
    """What all visitors share.

    Attributes:
        web: None where the application has no pages.
    """

    web: Web | None
    calls: ContractCalls


class Visitor:
    """Who makes a journey.

    Attributes:
        number: The how-manieth visitor of the load they are, from 0.
        random: Draws what they do; the same `--seed` draws the same.
        trace: The id of the trace of all that they ask for.
    """

    def __init__(self, reach: Reach, steps: Steps, number: int, random: Random, trace: str) -> None:
        self.number = number
        self.random = random
        self.trace = trace
        self._reach = reach
        self._steps = steps
        self._cookies: dict[str, str] = {}
        self._traced = {"traceparent": f"00-{trace}-{trace[:16]}-00"}

    async def get(
        self,
        path: str,
        *,
        step: str = "",
        expect: int | tuple[int, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for a page. Redirects are answers: follow them with `shop.get(answer.location)`, which is a step of its own.

        Args:
            path: Below the base URL, with its query.
            step: Its name in the report. Default: the method, and the path without its query. Name it where the path has a number.
            expect: The status, or statuses, of which one must be answered. Default: any below 400.

        Raises:
            StepFailed: It is counted as failed, and the journey is to end.
        """
        return await self.ask("GET", path, step=step, expect=expect, headers=headers)

    async def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        json: Any = None,
        step: str = "",
        expect: int | tuple[int, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form, or JSON; all else is as with `get`."""
        kind = "application/x-www-form-urlencoded" if json is None else "application/json"
        body = urlencode(form or {}).encode() if json is None else json_of.dumps(json).encode()
        headers = {"content-type": kind, **(headers or {})}
        return await self.ask("POST", path, body, step=step, expect=expect, headers=headers)

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        step: str = "",
        expect: int | tuple[int, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request of any method; all else is as with `get`."""
        if self._reach.web is None:
            remedy = "Give the application an edge, or name an address with --url."
            raise NotConnected(path, "the application that runs has no pages", remedy)
        path = _below(path)
        name = step or f"{method} {path.partition('?')[0]}"
        wanted = (expect,) if isinstance(expect, int) else expect
        asking = self._asked(self._reach.web.ask(method, path, self._sent(headers or {}), body), wanted)
        return await self._steps.measured(name, asking)

    def client(self, contract: "TypeForm[T]") -> T:
        """A client of a contract, which calls the application over the wire. Each call is a step.

        Raises:
            NotConnected: The application does not serve it.
        """
        python: Any = contract
        typed: T = self._reach.calls.client(python, self._steps)
        return typed

    async def think(self, least_s: float, most_s: float | None = None) -> None:
        """Wait, as people do between pages: so many seconds, or some between two figures. The next step is due when it is over."""
        due = perf_counter() + (least_s if most_s is None else self.random.uniform(least_s, most_s))
        await asyncio.sleep(max(0.0, due - perf_counter()))
        self._steps.due_at(due)

    @staticmethod
    def check(is_fine: object, why: str) -> None:
        """End the journey as failed where something is not as it should be.

        Args:
            why: Stands in the report; a text without numbers, so that it can be counted.
        """
        if not is_fine:
            raise CheckFailed(why)

    def _sent(self, headers: Mapping[str, str]) -> dict[str, str]:
        sent = {**self._traced, **headers}
        if self._cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return sent

    async def _asked(self, asking: Awaitable[tuple[Answer, list[str]]], wanted: tuple[int, ...]) -> Answer:
        answer, cookies = await asking
        for each in cookies:
            self._keep(each)
        if answer.status not in wanted if wanted else answer.status >= _REFUSED_FROM:
            raise StepFailed(f"status {answer.status}")
        return answer

    def _keep(self, header: str) -> None:
        """Keep a cookie, or forget it where it has ended. Paths and domains are passed over: there is one site."""
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            return
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self._cookies.pop(name, None)
            else:
                self._cookies[name] = morsel.coded_value


def _below(path: str) -> str:
    """A path and its query; of a redirect to the same site, which may say the whole address, these alone."""
    if "://" in path:
        parts = urlsplit(path)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if path.startswith("/") else f"/{path}"
