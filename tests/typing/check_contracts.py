"""What mypy and pyright must make of contracts, messages and errors. Never run: `make check` reads it."""

from collections.abc import AsyncIterator
from typing import Annotated, Protocol, assert_type

from plures import Application, ContractError, Message, Meta, Optionally, blocking, client, command, contract, query


class Money(Message):
    amount: int
    currency: str = "EUR"


class SoldOut(ContractError, status="failed_precondition"):
    """Nothing is left."""

    product_id: str
    wanted: int = 1


@contract("sample.shelf.v1", owner="typing")
class Shelf(Protocol):
    """Holds things."""

    @query(deadline_s=0.3, errors=[SoldOut])
    async def price(self, product_id: str, quantity: Annotated[int, Meta(ge=1)] = 1) -> Money: ...

    @command(idempotent=True)
    async def take(self, product_id: str) -> None: ...

    @query()
    def stock(self) -> AsyncIterator[Money]: ...

    @query()
    def cheapest(self, most: int = 3) -> Money: ...


async def operations_keep_their_types(shelf: Shelf) -> None:
    assert_type(await shelf.price("tea", quantity=2), Money)
    await shelf.take("tea")
    assert_type([piece async for piece in shelf.stock()], list[Money])
    await shelf.price(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the mistake must be seen


def code_without_await_keeps_types(shelf: Shelf) -> None:
    assert_type(shelf.cheapest(2), Money)
    assert_type(blocking(shelf.price)("tea", quantity=2), Money)
    blocking(shelf.price)(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the mistake must be seen
    blocking(shelf.cheapest)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  it blocks as it is
    assert_type(client(Shelf), Shelf)
    assert_type(client(Shelf).cheapest(), Money)
    Application("sample", [], clients=[Shelf])


def an_optional_capability_is_called_as_it_is_spelled(shelf: Optionally[Shelf]) -> None:
    assert_type(shelf.call(Shelf.cheapest, 2), Money | None)
    assert_type(shelf.call_or(0, Shelf.cheapest), Money | int)


def messages_are_typed_and_frozen() -> None:
    price = Money(1180)
    assert_type(price.amount, int)
    assert_type(price.currency, str)
    Money()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  the mistake must be seen
    price.amount = 3  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  the mistake must be seen


def errors_are_typed_and_keyword_only() -> None:
    error = SoldOut(product_id="tea")
    assert_type(error.product_id, str)
    assert_type(error.wanted, int)
    SoldOut(product_id=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  the mistake must be seen
    SoldOut("tea")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  the mistake must be seen
