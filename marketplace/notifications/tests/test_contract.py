"""What the contract of notifications promises, in each placement and each language that implements it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from marketplace.checkout.contract import Checkout
from marketplace.notifications.confirmation import confirmation
from marketplace.notifications.contract import Notification, Notifications
from marketplace.notifications.tests.announcing import CARD, order
from marketplace.shipping.contract import ShippingMethod
from plures import InvalidRequest, Outcome
from plures.testing import Running, Where, run
from tests.typescript import built_once, placed

APPLICATION = "marketplace.notifications.tests.announcing:app"
TYPESCRIPT = Path(__file__).parents[1] / "typescript"
PATIENCE_S = 60

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[Where.CHECKED, Where.OVER_THE_WIRE, pytest.param("typescript", marks=pytest.mark.node)],
)
async def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Running]:
    where, topology = request.param, None
    if where == "typescript":
        where = Where.LOCAL_PROCESSES
        topology = placed("notifications", built_once(TYPESCRIPT, "notifications-in-typescript", tmp_path_factory))
    async with AsyncExitStack() as stack:
        data = tmp_path_factory.mktemp("data")
        yield await stack.enter_async_context(run(APPLICATION, where, data=data, topology=topology))


@pytest.fixture
def notifications(shop: Running) -> Notifications:
    return shop.client(Notifications)


@pytest.fixture
def customer(request: pytest.FixtureRequest) -> str:
    """One for each test: a running application is used by all of them."""
    return f"{request.node.originalname} ☕"


async def test_a_message_is_kept_as_it_was_sent(notifications: Notifications, customer: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    subject, text = "Hello 'Anna' \"☕\"", "Line one\r\nLine\ttwo \\ ☕ \U0001f600\n"
    sent = await notifications.send(f"k {customer}", customer, subject, text)
    assert sent == Notification(sent.id, customer, subject, text, sent.sent_at)
    assert sent.id
    assert before < sent.sent_at <= datetime.now(UTC) + timedelta(seconds=1)
    assert await notifications.list_for(customer) == (sent,)


async def test_the_same_key_sends_once(notifications: Notifications, customer: str) -> None:
    first = await notifications.send(f"k {customer}", customer, "Hello", "text")
    assert await notifications.send(f"k {customer}", customer, "Hello", "text") == first
    assert await notifications.send(f"k {customer}", "another", "Other words", "") == first
    assert await notifications.list_for(customer) == (first,)
    assert await notifications.list_for("another") == ()


async def test_the_same_key_at_the_same_time_sends_once(notifications: Notifications, customer: str) -> None:
    many = (notifications.send(f"k {customer}", customer, "Hello", f"{number}") for number in range(20))
    sent = await asyncio.gather(*many)
    assert set(sent) == {sent[0]}
    assert await notifications.list_for(customer) == (sent[0],)


async def test_the_newest_come_first_and_no_more_than_asked_for(notifications: Notifications, customer: str) -> None:
    sent = [
        await notifications.send(f"k {number} {customer}", customer, f"Number {number}", "") for number in range(23)
    ]
    sent.reverse()
    assert await notifications.list_for(customer, limit=3) == tuple(sent[:3])
    assert await notifications.list_for(customer) == tuple(sent[:20])
    assert await notifications.list_for(customer, limit=100) == tuple(sent)
    assert await notifications.list_for(f"not {customer}") == ()


@pytest.mark.parametrize(
    ("key", "subject", "text", "wrong"),
    [
        ("", "Hello", "", ["key"]),
        ("k" * 101, "Hello", "", ["key"]),
        ("k", "", "", ["subject"]),
        ("k", "\U0001f600" * 201, "", ["subject"]),
        ("k", "Hello", "t" * 10_001, ["text"]),
        ("", "", "t" * 10_001, ["key", "subject", "text"]),
    ],
)
async def test_what_is_out_of_bounds_is_refused_and_not_sent(
    notifications: Notifications, key: str, subject: str, text: str, wrong: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await notifications.send(key, "stranger", subject, text)
    assert refused.value.outcome is Outcome.NOT_SENT
    assert [problem.partition(":")[0] for problem in refused.value.why.split("; ")] == wrong
    assert await notifications.list_for("stranger") == ()


@pytest.mark.parametrize("limit", [0, -1, 101, 2**62])
async def test_a_limit_out_of_bounds_is_refused(notifications: Notifications, limit: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await notifications.list_for("stranger", limit=limit)
    assert refused.value.outcome is Outcome.NOT_SENT
    assert refused.value.why.startswith("limit: ")


async def test_the_longest_that_may_be_is_kept_whole(notifications: Notifications, customer: str) -> None:
    # Characters are counted, and not the units in which a language keeps them.
    sent = await notifications.send("\U0001f600" * 100, customer, "\U0001f600" * 200, "\U0001f600" * 10_000)
    assert (len(sent.subject), len(sent.text)) == (200, 10_000)
    assert await notifications.list_for(customer, limit=1) == (sent,)


@pytest.mark.parametrize("method", ShippingMethod)
async def test_an_order_is_confirmed_once_and_in_the_same_words(
    shop: Running, notifications: Notifications, customer: str, method: ShippingMethod
) -> None:
    customer, number = f"{customer} {method.value}", f"o-{method.value}"
    for _ in range(2):
        await shop.client(Checkout).place(customer, number, CARD, method, None)
    await shop.client(Checkout).place(customer, f"{number} last", CARD, method, None)
    async with asyncio.timeout(PATIENCE_S):
        # Events of a customer come in order: once the last is there, so is whatever came of the others.
        while len(told := await notifications.list_for(customer)) < 2:  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0.05)
    wanted = [confirmation(order(each, customer, method)) for each in (f"{number} last", number)]
    assert [(each.subject, each.text) for each in told] == wanted
