"""The processes of a running application that use a database which is moved; `plures data move` speaks to them over their control listeners."""

import asyncio
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.cli.finding import trust_of
from plures.data import copies
from plures.deploy import find_runs
from plures.errors import PluresError
from plures.host import MOVES, Ticket, issued
from plures.http import HttpTransport
from plures.runtime import Broken, NotSent, Outgoing, TooLarge, connect
from plures.tls import Recognising

_LIMIT_S: Final = 60.0
"""Most time for a step; those that must be quick have limits of their own where they are taken."""


class StepRefused(PluresError):
    """A process has refused a step of a move; code and words are its own."""

    def __init__(self, code: str, what: str, why: str, fix: str) -> None:
        super().__init__(what, why=why, fix=fix)
        self.code = code  # type: ignore[misc]


@dataclass(frozen=True)
class Processes:
    """Those that use one database, as `copies.Users`.

    Attributes:
        at: Base URL of each → the token to call it with.
    """

    at: Mapping[str, str] = field(repr=False)
    ticket: str
    tls: Recognising | None = None

    @property
    def urls(self) -> Sequence[str]:
        """Where they answer."""
        return tuple(self.at)

    @property
    def count(self) -> int:
        """How many."""
        return len(self.urls)

    async def first(self, step: str) -> Mapping[str, Any]:
        """As `Users.first`."""
        return await self._take(self.urls[0], step)

    async def each(self, step: str) -> Sequence[Mapping[str, Any]]:
        """As `Users.each`."""
        answers = await asyncio.gather(*(self._take(url, step) for url in self.urls), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def _take(self, url: str, step: str) -> Mapping[str, Any]:
        transport = HttpTransport(self.at, tls=self.tls)
        outgoing = Outgoing(f"{MOVES}{step}", connect.timeout_ms(_LIMIT_S), 1, self.ticket.encode())
        try:
            async with asyncio.timeout(_LIMIT_S):
                reply = await transport.unary(url, outgoing)
            answer = msgspec.json.decode(reply.body, type=dict[str, Any])
        except (NotSent, Broken, TooLarge, TimeoutError, msgspec.MsgspecError) as error:
            raise _unanswered(url, str(error) or f"no answer within {_LIMIT_S:g} s") from error
        finally:
            await transport.close()
        if reply.http_status == HTTPStatus.OK:
            return answer
        if "what" not in answer:
            raise _unanswered(url, "it runs a version of Plures that takes no part in moves")
        raise StepRefused(*(str(answer.get(name, "")) for name in ("code", "what", "why", "fix")))


def users_of(data: Path, application: str, capability: str) -> Mapping[str, str]:
    """Base URL → token of the processes that have the database of a capability open; none where none runs from this folder."""
    running = [run for run in find_runs(data).running if run.application == application]
    return {url: run.tokens.get(url, "") for run in running for url in run.capabilities.get(capability, ())}


def _trusted(data: Path, urls: Iterable[str]) -> Recognising | None:
    runs = find_runs(data).running
    return trust_of(next((run for run in runs if not run.peers.keys().isdisjoint(urls)), None))


@contextmanager
def using(data: Path, capability: str, users: Mapping[str, str], target: copies.End) -> Generator[Processes]:
    """Speak to the processes while the context lasts; raises `CopyNotWritten`."""
    try:
        with issued(data, Ticket.to(capability, target.place, copies.mark_of(target))) as name:
            yield Processes(users, name, _trusted(data, users))
    except OSError as error:
        raise copies.CopyNotWritten(Path(error.filename or data), error.strerror or str(error)) from error


def _unanswered(url: str, reason: str) -> StepRefused:
    return StepRefused(
        "cli.process_unanswered",
        f"The process at {url} takes no part in the move",
        reason,
        "Look whether it runs, and run the command again. The application goes on with the database where it was.",
    )
