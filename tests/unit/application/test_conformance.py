"""A service that says which contract it fulfils, and one that only looks like it: what is missing or of another type is found."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import wraps
from typing import Annotated, Any, NewType, Protocol

import pytest

from plures import Application, Capability, Message, Meta, contract, query
from plures.application import assemble
from plures.application.assignability import fits
from plures.errors import InvalidInput

UserId = NewType("UserId", str)
AdminId = NewType("AdminId", UserId)


class Animal(Message):
    name: str


class Cat(Message):
    lives: int = 9


class Tabby(Cat):
    stripes: int = 1


@contract("zoo.keeper.v1", owner="tests")
class Keeper(Protocol):
    @query()
    async def find(self, name: str, most: Annotated[int, Meta(ge=1)] = 3) -> tuple[Cat, ...]: ...
    @query()
    async def one(self, user: UserId) -> Cat | None: ...
    @query()
    def all(self) -> AsyncIterator[Cat]: ...
    @query()
    async def feed(self) -> None: ...


class Good(Keeper):
    async def find(self, name: str, most: int = 3) -> tuple[Cat, ...]:
        return (Cat(),) * most

    async def one(self, user: UserId) -> Cat | None:
        return None

    async def all(self) -> AsyncIterator[Cat]:
        yield Cat()

    async def feed(self) -> None: ...


def violations(implementation: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as caught:
        assemble(Application("zoo", [Capability(Keeper, implementation)]))
    return [(v.code, v.what, v.fix) for v in caught.value.violations]


def accepted(implementation: Any) -> bool:
    return bool(assemble(Application("zoo", [Capability(Keeper, implementation)])))


class Forgetful(Keeper):
    async def find(self, name: str, most: int = 3) -> tuple[Cat, ...]:
        return ()

    async def one(self, user: UserId) -> Cat | None:
        return None

    async def feed(self) -> None: ...


class ForgetfulByWayOfAnother(Forgetful):
    """The stub of the contract is two classes away."""


@pytest.mark.parametrize("service", [Forgetful, ForgetfulByWayOfAnother])
def test_an_operation_that_is_only_inherited_from_the_contract_is_missing(service: type) -> None:
    what = "inherits 'all' from the contract, which only declares it"
    assert violations(service) == [("application.operation_missing", what, "Write `async def all(self): yield …`.")]


def test_an_operation_inherited_from_a_service_is_there() -> None:
    class Special(Good):
        async def feed(self) -> None: ...

    assert accepted(Special)
    assert accepted(Good)


def test_an_operation_inherited_from_the_base_of_a_contract_is_missing_too() -> None:
    class Base(Protocol):
        @query()
        async def ask(self) -> int: ...

    @contract("zoo.asked.v1", owner="tests")
    class Asked(Base, Protocol):
        @query()
        async def more(self) -> int: ...

    class Half(Asked):
        async def more(self) -> int:
            return 1

    with pytest.raises(InvalidInput, match="inherits 'ask' from the contract"):
        assemble(Application("zoo", [Capability(Asked, Half)]))


def test_a_stub_hidden_in_a_context_manager_is_found() -> None:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[Forgetful]:
        yield Forgetful()  # type: ignore[abstract]  # the mistake that is looked for

    def returned() -> AbstractAsyncContextManager[Forgetful]:
        return opened()

    assert violations(opened)[0][0] == violations(returned)[0][0] == "application.operation_missing"


def test_a_generator_without_its_decorator_says_what_is_missing() -> None:
    async def opened() -> AsyncIterator[Good]:
        yield Good()

    what = "is a generator function without @asynccontextmanager"
    assert violations(opened) == [("application.implementation", what, "Put @asynccontextmanager on it.")]


def test_a_dataclass_may_be_a_service() -> None:
    @dataclass
    class Kept(Good):
        keeper: Keeper

    assembly = assemble(Application("zoo", [Capability(Keeper, Kept)]))
    assert [dependency.parameter for dependency in assembly.capabilities["keeper"].dependencies] == ["keeper"]


class WrongFind(Good):
    async def find(self, name: str, most: int = 3) -> tuple[Animal, ...]:  # type: ignore[override]
        return ()


class WrongParameter(Good):
    async def find(self, name: int, most: int = 3) -> tuple[Cat, ...]:  # type: ignore[override]
        return ()


class WrongOptional(Good):
    async def one(self, user: UserId) -> Animal | None:  # type: ignore[override]
        return None


class TooSpecial(Good):
    async def one(self, user: AdminId) -> Cat | None:  # type: ignore[override]
        return None


class WrongStream(Good):
    async def all(self) -> AsyncIterator[Animal]:  # type: ignore[override]
        yield Animal(name="x")


class Answers(Good):
    async def feed(self) -> int:  # type: ignore[override]
        return 1


class Forgets(Good):
    async def find(self, name: str, most: int = 3) -> None:  # type: ignore[override]
        return None


@pytest.mark.parametrize(
    ("service", "what"),
    [
        (WrongFind, f"returns tuple[{__name__}.Animal, ...] instead of tuple[{__name__}.Cat, ...]"),
        (WrongParameter, "parameter 'name' is int instead of str"),
        (WrongOptional, f"returns {__name__}.Animal | None instead of {__name__}.Cat | None"),
        (TooSpecial, f"parameter 'user' is {__name__}.AdminId instead of {__name__}.UserId"),
        (WrongStream, f"returns collections.abc.AsyncIterator[{__name__}.Animal] instead of collections.abc.AsyncIterator[{__name__}.Cat]"),
        (Answers, "returns int instead of None"),
        (Forgets, f"returns None instead of tuple[{__name__}.Cat, ...]"),
    ],
)  # fmt: skip
def test_a_type_that_contradicts_the_contract(service: type, what: str) -> None:
    assert [(code, said) for code, said, _ in violations(service)] == [("application.operation_differs", what)]


def test_a_service_that_inherits_nothing_is_held_to_the_same_types() -> None:
    class Duck:
        async def find(self, name: str, most: int = 3) -> tuple[str, ...]:
            return (name,)

        async def one(self, user: bytes) -> Cat | None:
            return None

        async def all(self) -> AsyncIterator[Cat]:
            yield Cat()

        async def feed(self) -> None: ...

    assert len(violations(Duck)) == 2


def unchanged(method: Any) -> Any:
    @wraps(method)
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await method(*args, **kwargs)

    return call


class Generous:
    async def find(self, name: str | None, most: float = 3) -> tuple[Tabby]:
        return (Tabby(),)

    @unchanged
    async def one(self, user: str) -> Tabby:
        return Tabby()

    async def all(self) -> AsyncGenerator[Tabby, None]:
        yield Tabby()

    async def feed(self):
        pass


class Untyped:
    async def find(self, name, most=3): ...
    async def one(self, user: "Unknown"): ...  # type: ignore[name-defined]  # noqa: F821 - what is looked for
    async def all(self) -> AsyncIterator[Any]:
        yield 1

    async def feed(self) -> Any: ...


@pytest.mark.parametrize("service", [Generous, Untyped])
def test_what_is_right_in_other_words_is_accepted(service: type) -> None:
    assert accepted(service)


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (int, int, True), (bool, int, True), (int, bool, False), (int, float, True), (float, int, False),
        (int, Decimal, False), (str, str | None, True), (str | None, str, False), (None, type(None), True),
        (int | str, str | int | None, True), (Tabby, Cat, True), (Cat, Tabby, False), (Cat, Animal | Cat, True),
        (UserId, str, True), (str, UserId, False), (AdminId, UserId, True), (UserId, AdminId, False),
        (Annotated[int, Meta(ge=1)], int, True), (int, Annotated[int, Meta(ge=1)], True),
        (tuple[int, ...], tuple[float, ...], True), (tuple[int, str], tuple[int, ...], False),
        (tuple[int, ...], tuple[int, int], False), (tuple[int, ...], Sequence[str], True),
        (list[int], tuple[int, ...], False), (tuple[int, ...], tuple, True), (Any, int, True), (int, Any, True),
        (int, object, True), (int, Awaitable[int], False), (int, Keeper, True), (Sequence[int], tuple[int, ...], False),
    ],
)  # fmt: skip
def test_what_fits_where(offered: Any, wanted: Any, expected: bool) -> None:
    assert fits(offered, wanted) is expected
