"""A Plures application calls services that were written with the official Connect libraries."""

import math
from datetime import timedelta, timezone

import pytest

from plures import DeadlineExceeded, Outcome

from .contract import Circle, Depot, Square, TooHeavy
from .parcels import BARE, FULL, PARCELS


@pytest.mark.parametrize("parcel", [FULL, BARE], ids=PARCELS)
async def test_messages_come_back_equal(depot: Depot, parcel) -> None:
    assert await depot.mirror(parcel) == parcel


async def test_nan_comes_back_as_nan(depot: Depot) -> None:
    mirrored = await depot.mirror(BARE.__replace__(ratio=math.nan))
    assert math.isnan(mirrored.ratio)


async def test_an_offset_names_the_same_moment(depot: Depot) -> None:
    noon = FULL.sent_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    mirrored = await depot.mirror(FULL.__replace__(sent_at=noon))
    assert mirrored.sent_at == FULL.sent_at


async def test_the_other_side_read_the_values_right(depot: Depot) -> None:
    assert await depot.spell(FULL) == "9223372036854775807 19.90 circle by hand"


async def test_unions_cross_both_ways(depot: Depot) -> None:
    assert await depot.turn(Circle(radius=3.0)) == Square(side_mm=3)
    assert await depot.turn(Square(side_mm=0)) == Circle(radius=0.0)


async def test_wide_integers_and_defaults_cross(depot: Depot) -> None:
    assert await depot.next_id(2**53) == 2**53 + 1
    assert await depot.next_id(1, step=0, label="four") == 5


async def test_an_empty_answer_is_none(depot: Depot) -> None:
    assert await depot.lift(1000) is None


async def test_the_declared_deadline_holds(depot: Depot) -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        await depot.hurry(15)
    assert caught.value.outcome is Outcome.MAY_HAVE_RUN


async def test_a_stream_arrives_in_order(depot: Depot) -> None:
    assert [square.side_mm async for square in depot.unload(0, 300)] == list(range(300))


async def test_a_declared_error_arrives_as_itself(depot: Depot) -> None:
    with pytest.raises(TooHeavy) as caught:
        await depot.lift(5000)
    assert caught.value == TooHeavy(weight_g=5000, limit_g=1000, advice="use a crane")


async def test_a_stream_may_end_in_a_declared_error(depot: Depot) -> None:
    stream = aiter(depot.unload(999, 9))
    assert [(await anext(stream)).side_mm, (await anext(stream)).side_mm] == [999, 1000]
    with pytest.raises(TooHeavy):
        await anext(stream)
