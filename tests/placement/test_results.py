"""The answer of a call is the same in every placement."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from lab import Circle, Colour, Echo, Empty, Everything, Point, Relay, Sku, Square, Tree

from plures.testing import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERYTHING = Everything(
    text='quotes " and \\ and \x00 and 🙂 null 1234567890123456789',
    count=2**63 - 1,
    ratio=0.1 + 0.2,
    flag=True,
    raw=bytes(range(256)),
    at=datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    day=date(2024, 2, 29),
    took=timedelta(days=-1, microseconds=1),
    price=Decimal("19.90"),
    key=UUID("00000000-0000-0000-0000-00000000002a"),
    colour=Colour.BLUE,
    sku=Sku("A-1"),
    point=Point(-(2**63), 7),
    shape=Square(2.5),
    maybe_shape=Circle(math.inf),
    maybe_text="null",
    many=(Point(1), Point(2**53), Point(-(2**53))),
    page_size=0,
)


async def test_every_type_survives(shop: Running) -> None:
    echo = shop.client(Echo)
    assert await echo.everything(EVERYTHING) == EVERYTHING
    at = (await echo.everything(EVERYTHING)).at
    assert (at.hour, at.utcoffset()) == (23, timedelta(hours=5, minutes=30))


async def test_what_is_left_out_survives(shop: Running) -> None:
    bare = Everything(
        "", 0, 0.0, False, b"", datetime(1, 1, 1, tzinfo=UTC), date.min, timedelta(0), Decimal(0), UUID(int=0), Colour.RED,
        Sku(""), Point(0), Circle(0.0),
    )  # fmt: skip
    assert await shop.client(Echo).everything(bare) == bare


@pytest.mark.parametrize("value", [Circle(1.0), Square(2.0), None])
async def test_unions_and_none(shop: Running, value: Circle | Square | None) -> None:
    assert await shop.client(Echo).shape(value) == value


@pytest.mark.parametrize("value", [0, -1, 2**53 - 1, 2**53, 2**53 + 1, 10**15, 10**16, 2**63 - 1, -(2**63)])
async def test_integers_are_exact(shop: Running, value: int) -> None:
    assert await shop.client(Echo).number(value) == value


@pytest.mark.parametrize(
    "value", [0.0, -0.0, 1e300, 5e-324, 0.30000000000000004, math.inf, -math.inf, 12345678901234567.0]
)
async def test_floats_are_exact(shop: Running, value: float) -> None:
    answer = await shop.client(Echo).ratio(value)
    assert (answer, math.copysign(1, answer)) == (value, math.copysign(1, value))


async def test_not_a_number_survives(shop: Running) -> None:
    assert math.isnan(await shop.client(Echo).ratio(math.nan))


async def test_nothing_and_empty(shop: Running) -> None:
    echo = shop.client(Echo)
    await echo.nothing()
    assert await echo.empty() == Empty()
    assert (await echo.maybe(), await echo.maybe(""), await echo.maybe("x")) == (None, "", "x")
    assert (await echo.texts(), await echo.texts(("",)), await echo.texts(("a", "b"))) == ((), ("",), ("a", "b"))


async def test_parameters_by_position_and_by_name(shop: Running) -> None:
    echo = shop.client(Echo)
    assert await echo.named("a") == "abc"
    assert await echo.named(first="a", third="x") == "abx"
    assert await echo.bounded(3, name="n") == await echo.bounded(size=3) == 3


async def test_arguments_that_do_not_fit_are_a_type_error(shop: Running) -> None:
    echo = shop.client(Echo)
    with pytest.raises(TypeError):
        await echo.number()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        await echo.number(1, 2)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        await echo.named("a", other="b")  # type: ignore[call-arg]


async def test_trees_up_to_the_limit(shop: Running) -> None:
    tree = Tree("leaf")
    for n in range(30):
        tree = Tree(str(n), (tree,))
    assert await shop.client(Echo).tree(tree) == tree


async def test_concurrent_calls_do_not_mix(shop: Running) -> None:
    assert await shop.client(Relay).gather(200) == tuple(range(200))
