"""What mypy and pyright must make of applications, clients and fakes. Never run: `make check` reads it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, assert_type, final

from plures import Application, Capability, Database, Lifecycle, Migration, Optionally, contract, query
from plures.testing import Where, fake, run


@contract("sample.greeter.v1", owner="typing")
class Greeter(Protocol):
    """Greets."""

    @query()
    async def greet(self, name: str) -> str: ...


class Polite:
    def __init__(self, greetings: Database, other: Greeter, lifecycle: Lifecycle) -> None:
        self._other = other

    async def greet(self, name: str) -> str:
        return await self._other.greet(name)


class Rude:
    async def greet(self, name: str) -> int:
        return len(name)


class Declared(Greeter):
    async def greet(self, name: str) -> str:
        return name


class WrongAnswer(Greeter):
    async def greet(self, name: str) -> int:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  must be seen
        return len(name)


class WrongParameter(Greeter):
    async def greet(self, name: int) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  must be seen
        return str(name)


# With @final both see at the class that an operation is missing; without it, where the service is made.
@final
class Forgetful(Greeter):  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]  must be seen
    pass


class AlsoForgetful(Greeter):
    pass


forgetful = AlsoForgetful()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]  must be seen


@asynccontextmanager
async def opened(greeter: Greeter) -> AsyncGenerator[Declared]:
    yield Declared()


@asynccontextmanager
async def opened_rude() -> AsyncGenerator[Rude]:
    yield Rude()


def polite(greetings: Database, greeter: Greeter) -> Polite:
    return Polite(greetings, greeter, Lifecycle())


migration = Migration(1, "greetings", ("CREATE TABLE greetings (text TEXT) STRICT",))

Application(
    "sample",
    [
        Capability(Greeter, Polite, migrations=[migration]),
        Capability(Greeter, polite),
        Capability(Greeter, Declared),
        Capability(Greeter, opened),
        Capability(Greeter),
    ],
)
mistaken = Capability(Greeter, Rude)  # type: ignore[arg-type]  # mypy must see it; pyright widens the type instead
also_mistaken = Capability(Greeter, opened_rude)  # type: ignore[arg-type]  # as above


async def clients_are_typed_as_their_contract(data: Path) -> None:
    async with run("sample.app:app", Where.OVER_THE_WIRE, data=data) as running:
        greeter = running.client(Greeter)
        assert_type(greeter, Greeter)
        assert_type(await greeter.greet("Ada"), str)
        await greeter.greet(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the mistake must be seen


def fakes_are_typed_as_their_contract() -> None:
    assert_type(fake(Greeter, greet="hello"), Greeter)


class Shy:
    """Can do without a greeter."""

    def __init__(self, greeter: Optionally[Greeter]) -> None:
        self._greeter = greeter

    async def greet(self, name: str) -> str:
        assert_type(await self._greeter.call(Greeter.greet, name), str | None)
        assert_type(await self._greeter.call(Greeter.greet, name=name), str | None)
        assert_type(await self._greeter.call_or(0, Greeter.greet, name), str | int)
        await self._greeter.call(Greeter.greet)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  must be seen
        await self._greeter.call(Greeter.greet, 3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  must be seen
        await self._greeter.call(Stranger.greet, name)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  must be seen
        # There is no way to call it without a thought for its absence.
        await self._greeter.greet(name)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  must be seen
        return await self._greeter.call_or("hello", Greeter.greet, name)


class Stranger(Protocol):
    async def greet(self, name: str, loudness: int = 1) -> str: ...
    async def shout(self) -> str: ...


Capability(Greeter, Shy)


def stand_ins_are_typed_as_optional() -> None:
    assert_type(Optionally(fake(Greeter, greet="hello")), Optionally[Greeter])
