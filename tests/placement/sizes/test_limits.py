"""How large messages may be, operation by operation, is the same in every placement."""

import logging

import pytest
from lab import FEW, MANY, Parcels, Torn

from plures import CallError, LimitExceeded, Outcome
from plures.testing import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")
# What JSON adds to the text in `{"content":"…"}` and in `{"value":"…"}`.
CONTENT, VALUE = 14, 12


async def refused(call: object) -> CallError:
    with pytest.raises(CallError) as caught:
        await call  # type: ignore[misc]
    assert type(caught.value) is LimitExceeded
    assert "declare a higher max_request_bytes or max_response_bytes" in str(caught.value)
    return caught.value


async def test_a_request_over_the_limit_of_its_operation_is_not_sent(shop: Running) -> None:
    parcels = shop.client(Parcels)
    assert await parcels.weigh("x" * (FEW - CONTENT)) == FEW - CONTENT
    error = await refused(parcels.weigh("x" * (FEW - CONTENT + 1)))
    assert (error.operation, error.outcome) == ("lab.parcels.v1.Parcels/Weigh", Outcome.NOT_SENT)
    assert error.why == "the request has 1,001 bytes, over the limit of 1,000"


async def test_an_answer_over_the_limit_of_its_operation_is_refused(shop: Running) -> None:
    parcels = shop.client(Parcels)
    assert len(await parcels.wrap(FEW - VALUE)) == FEW - VALUE
    error = await refused(parcels.wrap(FEW - VALUE + 1))
    assert (error.operation, error.outcome) == ("lab.parcels.v1.Parcels/Wrap", Outcome.MAY_HAVE_RUN)
    assert error.why == "the answer has 1,001 bytes, over the limit of 1,000"


async def test_the_limit_of_answers_keeps_no_error_from_crossing(shop: Running) -> None:
    with pytest.raises(Torn) as caught:
        await shop.client(Parcels).wrap(0, torn=5 * FEW)
    assert len(caught.value.text) == 5 * FEW


async def test_a_higher_limit_lets_larger_messages_through(shop: Running) -> None:
    parcels = shop.client(Parcels)
    assert len(await parcels.forward("x" * (MANY - CONTENT))) == MANY - CONTENT
    too_large = await refused(parcels.forward("x" * (MANY - CONTENT + 1)))
    assert (too_large.outcome, too_large.why[:30]) == (Outcome.NOT_SENT, "the request has 3,000,001 byte")


async def test_each_item_of_a_stream_has_the_limit(shop: Running) -> None:
    parcels, got = shop.client(Parcels), list[int]()
    with pytest.raises(LimitExceeded) as caught:
        async for item in parcels.unpack((FEW - VALUE,) * 5 + (FEW - VALUE + 1,) + (1,)):
            got.append(len(item))
    assert got == [FEW - VALUE] * 5
    assert (caught.value.outcome, caught.value.why) == (
        Outcome.MAY_HAVE_RUN, "an item of the answer has 1,001 bytes, over the limit of 1,000"
    )  # fmt: skip


async def test_items_may_be_larger_than_usual(shop: Running) -> None:
    content = "x" * (MANY - CONTENT)
    assert [len(item) async for item in shop.client(Parcels).split(content)] == [len(content)] * 2


async def test_what_has_the_limits_of_an_operation_is_not_logged(
    shop: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "plures.calls")
    await refused(shop.client(Parcels).wrap(FEW))
    assert caplog.messages == []
