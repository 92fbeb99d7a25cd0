"""An application to read: each operation of `Hub` calls others in another form."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial, wraps
from typing import Any, Protocol

from plures import (
    CallError,
    Capability,
    ContractError,
    DeadlineExceeded,
    Event,
    Optionally,
    PluresError,
    Unavailable,
    contract,
    query,
    subscribe,
)


class Moved(Event):
    where: str


class Lost(ContractError, status="not_found"):
    """It is lost."""


@contract("islands.base.v1", owner="tests", events=[Moved])
class Base(Protocol):
    @query(errors=[Lost])
    async def get(self, word: str = "") -> str: ...
    @query()
    async def fetch(self, word: str = "") -> str: ...
    @query()
    def flow(self) -> AsyncIterator[str]: ...


@contract("islands.extra.v1", owner="tests")
class Extra(Protocol):
    @query()
    async def hint(self, word: str = "") -> str: ...
    @query()
    async def more(self, word: str = "") -> str: ...


class BaseService(Base):
    async def get(self, word: str = "") -> str:
        return word

    async def fetch(self, word: str = "") -> str:
        return word

    async def flow(self) -> AsyncIterator[str]:
        yield ""


class ExtraService(Extra):
    def __init__(self, base: Base) -> None:
        self._base = base

    async def hint(self, word: str = "") -> str:
        return await self._base.get(word)

    async def more(self, word: str = "") -> str:
        return word

    @subscribe()
    async def hear(self, event: Moved) -> None:
        await self._base.fetch(event.where)


@dataclass(frozen=True)
class Party:
    base: Base
    extra: Optionally[Extra]


def logged(function: Callable[..., Awaitable[str]]) -> Any:
    @wraps(function)
    async def around(*args: Any, **kwargs: Any) -> str:
        return await function(*args, **kwargs)

    return around


def unnamed(function: Callable[..., Awaitable[str]]) -> Any:
    async def around(*args: Any, **kwargs: Any) -> str:
        return await function(*args, **kwargs)

    return around


async def by_function(base: Base) -> str:
    return await base.get()


async def apply(call: Callable[[], Awaitable[str]]) -> str:
    return await call()


class Helper:
    def __init__(self, base: Base) -> None:
        self._base = base

    @property
    def prop(self) -> Awaitable[str]:
        return self._base.get()

    @cached_property
    def kept(self) -> Awaitable[str]:
        return self._base.get()

    @staticmethod
    async def static(base: Base) -> str:
        return await base.get()

    @classmethod
    def of(cls, base: Base) -> "Helper":
        return cls(base)

    async def ask(self) -> str:
        return await self._base.get()

    async def __aenter__(self) -> str:
        return await self._base.fetch()

    async def __aexit__(self, *_: object) -> None:
        return None


@dataclass
class Kept:
    base: Base
    words: list[str] = field(default_factory=list)

    async def ask(self) -> str:
        return await self.base.get()


@asynccontextmanager
async def opening(base: Base) -> AsyncGenerator[Base]:
    await base.fetch()
    yield base


class Above:
    def __init__(self, party: Party) -> None:
        self.party = party
        self.base = party.base
        self._helper = Helper(party.base)
        self._later = partial(party.base.get, "x")

    async def ask(self) -> str:
        return await self.base.get()


class HubService(Above):
    def __init__(self, party: Party) -> None:
        super().__init__(party)
        self.rest: tuple[Base, ...] = (party.base,)

    async def nothing(self) -> str:
        return json.dumps({"get": await asyncio.sleep(0, "x")})

    async def direct(self) -> str:
        return await self.base.get()

    async def through_group(self) -> str:
        return await self.party.base.get()

    async def through_method(self) -> str:
        return await self._method(3)

    async def _method(self, times: int) -> str:
        # It calls itself.
        return await self._method(times - 1) if times else await self.base.get()

    async def through_super(self) -> str:
        return await super().ask()

    async def through_function(self) -> str:
        return await by_function(self.base)

    async def through_keyword(self) -> str:
        return await by_function(base=self.base)

    async def through_inner(self) -> str:
        async def inner() -> str:
            return await self.base.get()

        return await inner()

    async def through_lambda(self) -> str:
        return await apply(lambda: self.base.get("x"))

    async def through_argument(self) -> str:
        return await apply(self.base.get)

    async def through_partial(self) -> str:
        return await apply(partial(self.base.get, "x"))

    async def through_kept_partial(self) -> str:
        return await self._later()

    async def through_object(self) -> str:
        return await self._helper.ask()

    async def through_new_object(self) -> str:
        return await Helper(self.base).ask()

    async def through_dataclass(self) -> str:
        return await Kept(self.base).ask()

    async def through_class_method(self) -> str:
        return await Helper.of(self.base).ask()

    async def through_static_method(self) -> str:
        return await Helper.static(self.base)

    async def through_property(self) -> str:
        return await self._helper.prop

    async def through_cached_property(self) -> str:
        return await self._helper.kept

    async def through_context(self) -> str:
        async with self._helper as word:
            return word

    async def through_context_manager(self) -> str:
        async with opening(self.base) as base:
            return await base.get()

    async def together(self) -> str:
        return "".join(await asyncio.gather(self.base.get(), *(self.base.fetch(word) for word in "ab")))

    async def in_loop(self) -> str:
        for each in self.rest:
            await each.get()
        return ""

    async def chosen(self) -> str:
        base = self.base if self.rest else None
        return await base.get() if base else ""

    async def unpacked(self) -> str:
        base, word = self.base, "x"
        return await base.get(word)

    async def to_a_thread(self) -> str:
        return await asyncio.to_thread(self._plain)

    def _plain(self) -> str:
        asyncio.run(self.base.get())  # type: ignore[arg-type]
        return ""

    async def in_task(self) -> str:
        async with asyncio.TaskGroup() as group:
            return await group.create_task(self.base.get())  # type: ignore[arg-type]

    async def streaming(self) -> str:
        return "".join([each async for each in self.base.flow()])

    async def matched(self) -> str:
        match self.rest:
            case (_,):
                return await self.base.get()
            case _:
                return ""

    async def decorated_without_its_name(self) -> str:
        return str(await self._hidden())

    @unnamed
    async def _hidden(self) -> str:
        return await self.base.get()

    @logged
    async def decorated(self) -> str:
        return await self.base.get()

    async def optional(self) -> str:
        return await self.party.extra.call(Extra.hint, "x") or ""

    async def with_fallback(self) -> str:
        return await self.party.extra.call_or("", Extra.hint, word="x")

    async def optional_here(self) -> str:
        return await Optionally(self.base).call(Base.get) or ""

    async def caught(self) -> str:
        try:
            return await self.base.get()
        except CallError:
            return ""

    async def caught_as_any(self) -> str:
        try:
            return await self._method(1)
        except (ValueError, PluresError):
            return ""

    async def caught_and_raised(self) -> str:
        try:
            return await self.base.get()
        except Unavailable as error:
            raise Lost from error

    async def caught_something_else(self) -> str:
        try:
            return await self.base.get()
        except (Lost, DeadlineExceeded):
            return ""

    async def suppressed(self) -> str:
        with suppress(CallError):
            return await self.base.get()
        return ""

    async def gathered(self) -> str:
        await asyncio.gather(self.base.get(), return_exceptions=True)
        return ""

    async def caught_here_and_not_there(self) -> str:
        with suppress(CallError):
            await self.base.get()
        return await self.base.get()

    async def given_away(self) -> str:
        return json.dumps(self.base)

    async def guessed(self) -> str:
        found: Any = json.loads("{}")
        return str(await found.get())


def plural(name: str) -> Any:
    """The contract of the service above: its methods are the operations."""
    methods = [each for each in vars(HubService) if not each.startswith("_") and each != "rest"]

    class Hub(Protocol):
        pass

    for each in methods:

        async def operation(self: Any) -> str: ...  # type: ignore[empty-body]

        operation.__name__, operation.__qualname__ = each, f"Hub.{each}"
        setattr(Hub, each, query()(operation))
    return contract(f"islands.{name}.v1", owner="tests")(Hub)


Hub: Any = plural("hub")
COMMON = [Capability(Base, BaseService), Capability(Extra, ExtraService)]
