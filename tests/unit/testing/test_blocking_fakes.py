"""Fakes of contracts whose operations are called without `await`."""

from typing import Protocol

import pytest

from plures import ContractError, blocking, command, contract, query
from plures.runtime import NotAnOperation
from plures.testing import WrongFake, fake


class Gone(ContractError):
    """It is gone."""


@contract("fakes.shelf.v1", owner="tests")
class Shelf(Protocol):
    @query(errors=[Gone])
    def price(self, product_id: str) -> int: ...
    @command()
    async def take(self, product_id: str) -> int: ...


async def doubled(product_id: str) -> int:
    return 2 * len(product_id)


@pytest.mark.parametrize("answer", [6, doubled, lambda product_id: 2 * len(product_id)])
def test_it_answers_without_await(answer: object) -> None:
    assert fake(Shelf, price=answer).price("tea") == 6


def test_it_raises() -> None:
    with pytest.raises(Gone):
        fake(Shelf, price=Gone()).price("tea")


def test_a_function_that_waits_is_no_answer_for_it() -> None:
    async def waits(product_id: str) -> int:
        import asyncio

        await asyncio.sleep(0)
        return 1

    with pytest.raises(WrongFake, match="is called without `await`"):
        fake(Shelf, price=waits).price("tea")


def test_blocking_works_on_a_fake() -> None:
    shelf = fake(Shelf, take=doubled, price=3)
    assert blocking(shelf.take)("tea") == 6
    price: object = shelf.price
    assert blocking(price)("tea") == 3  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("given", [doubled, "text"])
def test_blocking_is_for_operations(given: object) -> None:
    with pytest.raises(NotAnOperation, match="it is no operation of a client"):
        blocking(given)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
