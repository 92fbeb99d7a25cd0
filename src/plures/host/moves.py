"""What a replica does when `plures data move` moves a database that it has open.

The program that moves it writes a ticket into the data folder, which only the user who runs the application may enter, and calls the control
listener with the name of that ticket. So a caller who cannot write there cannot move anything, and no secret travels.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from plures.data import Database, Folder, Handover, HandoverRefused, Place, Server, Settle
from plures.errors import PluresError
from plures.http import Request, Response

MOVES: Final = "/moves/"
"""What the paths of the steps begin with."""

_NAME: Final = re.compile(r"[0-9a-f]{32}")
_FOLDER: Final = "run"
_STEPS: Final = ("track", "prepare", "hold", "seal", "switch", "release", "give_up")


class Ticket(msgspec.Struct, frozen=True):
    """What is moved where.

    Attributes:
        folder: Where the copy is, as a file; empty for one on a server.
        url: Of the server otherwise, with its password.
        said: What the source says of itself once it is moved.
    """

    capability: str
    said: str
    folder: str = ""
    url: str = ""
    schema: str = ""
    most_connections: int = 10
    application: str = ""

    @classmethod
    def to(cls, capability: str, place: Place, said: str) -> "Ticket":
        """The ticket for a place."""
        if isinstance(place, Folder):
            return cls(capability, said, folder=str(place.path.absolute()))
        most, application = place.most_connections, place.application
        return cls(capability, said, "", place.url, place.schema, most, application)

    @property
    def place(self) -> Place:
        if self.folder:
            return Folder(Path(self.folder))
        return Server(self.url, self.schema, self.most_connections, application=self.application)


@contextmanager
def issued(data: Path, ticket: Ticket) -> Generator[str]:
    """Keep a ticket in a data folder while the context lasts; its name. Raises OSError."""
    folder = data.absolute() / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in folder.glob("*.move"):
        # Left by a program that was killed; its place may show a password.
        left = _read(folder.parent, path.stem)
        if left is not None and left.capability == ticket.capability:
            path.unlink(missing_ok=True)
    name = secrets.token_hex(16)
    path = _path(folder.parent, name)
    with open(path, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(msgspec.json.encode(ticket))
    try:
        yield name
    finally:
        path.unlink(missing_ok=True)


@dataclass
class Moves:
    """Answers `POST /moves/STEP`, whose body is the name of a ticket.

    Attributes:
        databases: Gives the open database of a capability; None where there is none.
        is_blocking: Whether a service uses its database by an engine, whose transactions cannot be held back.
        settles: Gives what makes the copy of a capability's database ready; None where nothing has to.
        data: The data folder of the replica.
    """

    databases: Callable[[str], Database | None]
    settles: Callable[[str], Settle | None]
    data: Path
    is_blocking: Callable[[str], bool] = lambda _: False
    _handovers: dict[str, Handover] = field(default_factory=dict[str, Handover])
    _steps: set[asyncio.Task[Response]] = field(default_factory=set[asyncio.Task[Response]])

    @property
    def pages(self) -> Mapping[str, Callable[[Request], Coroutine[Any, Any, Response]]]:
        """What answers each path."""
        return {f"{MOVES}{step}": self._answer for step in _STEPS}

    async def close(self) -> None:
        """The replica ends: writes that wait find their database closed."""
        if self._steps:
            await asyncio.wait(self._steps)
        for handover in self._handovers.values():
            await handover.close()

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return _json(405, {"code": "host.move_refused", "what": "A step of a move is a POST", "why": "", "fix": ""})
        # A peer that hangs up must not leave half a step.
        task = asyncio.create_task(self._step(request.path.removeprefix(MOVES), request.body.decode("latin-1")))
        self._steps.add(task)
        task.add_done_callback(self._steps.discard)
        return await asyncio.shield(task)

    async def _step(self, step: str, name: str) -> Response:
        try:
            return _json(200, await self._do(step, await self._handover(name)))
        except PluresError as error:
            return _json(409, {"code": error.code, "what": error.what, "why": error.why, "fix": error.fix})

    async def _do(self, step: str, handover: Handover) -> dict[str, object]:
        match step:
            case "track":
                await handover.track()
            case "prepare":
                await handover.prepare()
                return {"sessions": list(handover.sessions)}
            case "hold":
                await handover.hold()
            case "seal":
                await handover.seal()
            case "release":
                await handover.release()
            case "give_up":
                await handover.give_up()
            case _:
                return {"held_s": await handover.switch()}
        return {}

    async def _handover(self, name: str) -> Handover:
        known = self._handovers.get(name)
        if known is not None:
            return known
        ticket = _read(self.data.absolute(), name)
        if ticket is None:
            raise HandoverRefused("?", "there is no such ticket in its data folder")
        database = self.databases(ticket.capability)
        if database is None:
            raise HandoverRefused(ticket.capability, "it has no such database open")
        if self.is_blocking(ticket.capability):
            raise HandoverRefused(
                ticket.capability,
                "its service uses an engine of SQLAlchemy, whose transactions cannot be held back; stop the application first",
            )
        # A program that was killed may have left another one.
        for earlier in [each for each in self._handovers.values() if each.database is database]:
            await earlier.close()
        handover = Handover(
            ticket.capability, database, ticket.place, ticket.said, settle=self.settles(ticket.capability)
        )
        self._handovers = {
            name: handover,
            **{key: each for key, each in self._handovers.items() if each.database is not database},
        }
        return handover


def _read(data: Path, name: str) -> Ticket | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        descriptor = os.open(_path(data, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if os.fstat(file.fileno()).st_uid != os.geteuid():
                return None
            return msgspec.json.decode(file.read(), type=Ticket)
    except (OSError, msgspec.MsgspecError):
        return None


def _path(data: Path, name: str) -> Path:
    return data / _FOLDER / f"{name}.move"


def _json(status: int, data: object) -> Response:
    return Response(status, msgspec.json.encode(data))
