"""Each step fails in each way. Afterwards all of the order has happened, or none of it."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest

from marketplace.checkout.attempt import Result, reference_of
from marketplace.checkout.capability import SETTLE_EVERY_S, make
from marketplace.checkout.contract import Checkout, CheckoutIncomplete, Declined, Placed
from marketplace.checkout.followups import finish
from marketplace.checkout.store import MIGRATIONS, DatabaseAttempts
from marketplace.checkout.tests.faults import CANCELS, RUNS_FIRST, Fault
from marketplace.checkout.tests.shop import POOR, Shop
from plures import Unavailable
from plures.testing import RecordedEvents
from tests.databases import Databases

TOUCHING = [
    "inventory.reserve",
    "payments.authorize",
    "fraud.score",
    "orders.create",
    "inventory.commit",
    "payments.capture",
    "orders.mark",
]
READING = ["profile.address", "cart.get", "catalog.get_many", "pricing.quote_basket", "shipping.quote"]
FOLLOWING = ["cart.close"]
UNDOING = ["inventory.release", "payments.void", "payments.refund", "orders.fail"]


async def place_in_a_task(shop: Shop, key: str = "page-1") -> Any:
    """The outcome of a call in a task of its own, so that a fault can cancel it as a caller does."""
    (outcome,) = await asyncio.gather(asyncio.create_task(shop.place(key)), return_exceptions=True)
    return outcome


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("operation", TOUCHING)
async def test_a_failed_step_leaves_no_money_taken_and_no_stock_lost(shop: Shop, operation: str, fault: Fault) -> None:
    shop.faults.at(operation, fault)
    outcome = await place_in_a_task(shop)
    expected = asyncio.CancelledError if fault in CANCELS else CheckoutIncomplete
    assert isinstance(outcome, expected)
    await shop.assert_nothing_happened()
    await shop.faults.deliver_late()
    await shop.assert_nothing_happened()
    await shop.assert_settled()


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("operation", TOUCHING)
async def test_after_a_failed_step_the_key_is_used_up_and_a_new_one_works(
    shop: Shop, operation: str, fault: Fault
) -> None:
    shop.faults.at(operation, fault)
    await place_in_a_task(shop)
    # That fault touches nothing.
    if (operation, fault) != ("inventory.reserve", Fault.NOT_SENT):
        with pytest.raises(CheckoutIncomplete):
            await shop.place()
        await shop.assert_nothing_happened()
    assert isinstance(await shop.place("page-2"), Placed)


# Calls of our own store are never late.
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.LATE])
async def test_an_attempt_that_cannot_be_written_down_is_not_made(shop: Shop, fault: Fault) -> None:
    shop.faults.at("attempts.claim", fault)
    await place_in_a_task(shop)
    assert not set(shop.faults.calls) & set(TOUCHING)
    assert isinstance(await shop.place(), Placed)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.LATE])
async def test_an_order_stands_from_the_moment_it_is_written_down(shop: Shop, fault: Fault) -> None:
    shop.faults.at("attempts.place", fault)
    outcome = await place_in_a_task(shop)
    if fault in RUNS_FIRST:
        assert isinstance(outcome, asyncio.CancelledError if fault in CANCELS else Placed)
        await shop.assert_sold_once()
        assert isinstance(await shop.place(), Placed)
    else:
        assert isinstance(outcome, asyncio.CancelledError if fault in CANCELS else CheckoutIncomplete)
        await shop.assert_nothing_happened()
    await shop.assert_settled()


@pytest.mark.parametrize("fault", [Fault.LOST_REQUEST, Fault.LOST_ANSWER])
async def test_when_the_store_does_not_say_whether_an_order_stands_nothing_is_done_until_it_does(
    shop: Shop, fault: Fault
) -> None:
    shop.faults.at("attempts.place", fault)
    shop.faults.at("attempts.find", Fault.LOST_ANSWER, call=2)
    assert isinstance(await place_in_a_task(shop), Unavailable)
    await shop.assert_sold_once()
    await shop.recover()
    await (shop.assert_sold_once() if fault is Fault.LOST_ANSWER else shop.assert_nothing_happened())
    await shop.assert_settled()


@pytest.mark.parametrize("operation", READING)
async def test_a_failure_while_adding_up_touches_nothing(shop: Shop, operation: str) -> None:
    shop.faults.at(operation, Fault.LOST_ANSWER)
    with pytest.raises(CheckoutIncomplete) as incomplete:
        await shop.place()
    assert incomplete.value.step == "add up"
    assert "attempts.claim" not in shop.faults.calls
    assert isinstance(await shop.place(), Placed)


async def test_the_failure_names_the_step(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    with pytest.raises(CheckoutIncomplete) as incomplete:
        await shop.place()
    assert incomplete.value.step == "capture"
    (order,) = await shop.orders.list_for("anna")
    assert order.history[-1].note == "Taken back because the checkout ended early: capture"


async def test_things_are_taken_back_in_reverse_order_and_only_those_that_may_have_happened(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    await place_in_a_task(shop)
    assert shop.faults.calls[-5:] == [
        "orders.fail",
        "payments.void",
        "payments.refund",
        "inventory.release",
        "attempts.save",
    ]
    shop.faults.calls.clear()
    shop.faults.at("payments.authorize", Fault.NOT_SENT)
    await place_in_a_task(shop, "page-2")
    assert [call for call in shop.faults.calls if call in UNDOING] == ["inventory.release"]


@pytest.mark.parametrize("operation", FOLLOWING)
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in CANCELS])
async def test_what_follows_may_fail_without_failing_the_order_but_is_not_silent(
    shop: Shop, operation: str, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    shop.faults.at(operation, fault)
    placed = await shop.place()
    assert isinstance(placed, Placed)
    await shop.assert_sold_once()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert placed.order.id in caplog.text
    assert [call for call in shop.faults.calls if call in FOLLOWING] == FOLLOWING


@pytest.mark.parametrize("operation", FOLLOWING)
@pytest.mark.parametrize("fault", CANCELS)
async def test_an_order_that_is_placed_stays_placed_when_the_caller_leaves(
    shop: Shop, operation: str, fault: Fault
) -> None:
    shop.faults.at(operation, fault)
    assert isinstance(await place_in_a_task(shop), asyncio.CancelledError)
    await shop.assert_sold_once()
    assert isinstance(await shop.place(), Placed)
    await shop.assert_sold_once()


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REQUEST, Fault.BUG_BEFORE])
@pytest.mark.parametrize("undoing", UNDOING)
async def test_what_cannot_be_taken_back_is_visible_until_it_is(
    shop: Shop, undoing: str, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    shop.faults.always(undoing, fault)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()

    (waiting,) = await shop.checkout.unsettled()
    assert (waiting.customer_id, waiting.key) == ("anna", "page-1")
    thing = {"inventory.release": "stock", "orders.fail": "order"}.get(undoing, "money")
    assert waiting.problem.startswith(f"{thing}: ")
    (error,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    for needed in (waiting.reference, "customer anna", "key page-1", f"{waiting.total.amount} EUR", waiting.problem):
        assert needed in error.getMessage()
    await shop.checkout.settling.leftovers()
    assert len(await shop.checkout.unsettled()) == 1
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1, "said once"

    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    await shop.recover()
    await shop.assert_settled()
    await shop.assert_nothing_happened()
    with pytest.raises(CheckoutIncomplete):
        await shop.place()


async def test_a_decline_stays_a_decline_when_stock_cannot_be_put_back_yet(shop: Shop) -> None:
    shop.faults.always("inventory.release", Fault.LOST_REQUEST)
    declined = await shop.place(card=POOR)
    assert isinstance(declined, Declined)
    assert len(await shop.checkout.unsettled()) == 1
    assert await shop.place() == declined
    await shop.recover()
    assert await shop.place() == declined
    await shop.assert_settled()
    await shop.assert_nothing_happened()


@pytest.mark.parametrize("operation", TOUCHING)
async def test_an_attempt_interrupted_by_a_crash_is_taken_back_after_the_restart(shop: Shop, operation: str) -> None:
    shop.faults.at(operation, Fault.CANCELLED_AFTER)
    # A crashed process takes nothing back, and writes nothing down.
    for undoing in UNDOING:
        shop.faults.always(undoing, Fault.NOT_SENT)
    shop.faults.at("attempts.save", Fault.NOT_SENT)
    await place_in_a_task(shop)

    shop.checkout = shop.new_checkout()
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    await shop.recover()
    await shop.assert_nothing_happened()
    await shop.assert_settled()
    (attempt,) = [await shop.attempts.find(reference_of("anna", "page-1"))]
    assert (attempt.result, attempt.detail) == (Result.FAILED, "interrupted")


async def test_an_attempt_under_way_elsewhere_is_left_alone(shop: Shop) -> None:
    reached, gate = asyncio.Event(), asyncio.Event()

    async def slowly(operation: str) -> None:
        if operation == "payments.capture" and not gate.is_set():
            reached.set()
            await gate.wait()

    shop.faults.before = slowly
    task = asyncio.create_task(shop.place())
    await asyncio.wait_for(reached.wait(), timeout=60)
    await shop.new_checkout().settling.leftovers()
    gate.set()
    assert isinstance(await task, Placed)
    await shop.assert_sold_once()


async def test_a_caller_who_leaves_twice_does_not_stop_the_taking_back(shop: Shop) -> None:
    reached, gate = asyncio.Event(), asyncio.Event()

    async def slowly(operation: str) -> None:
        if operation == "inventory.release":
            reached.set()
            await gate.wait()

    shop.faults.before = slowly
    shop.faults.at("payments.capture", Fault.CANCELLED_AFTER)
    task = asyncio.create_task(shop.place())
    await asyncio.wait_for(reached.wait(), timeout=60)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    gate.set()
    await shop.finish()
    await shop.assert_nothing_happened()
    await shop.assert_settled()


async def test_a_run_that_fails_leaves_the_leftovers_to_the_next(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    shop.faults.at("orders.fail", Fault.LOST_REQUEST)
    shop.faults.at("attempts.unsettled", Fault.BUG_BEFORE)
    await place_in_a_task(shop)
    with pytest.raises(RuntimeError):
        await shop.checkout.settling.leftovers()
    assert len(await shop.checkout.unsettled()) == 1
    await shop.checkout.settling.leftovers()
    await shop.assert_nothing_happened()
    await shop.assert_settled()


async def test_the_capability_settles_leftovers_periodically(shop: Shop, databases: Databases) -> None:
    database = await databases.open("checkout", MIGRATIONS)
    attempts = DatabaseAttempts(database, RecordedEvents(database, Checkout))
    checkout = make(shop.parties(), attempts, shop.lifecycle)
    assert shop.lifecycle.periodic_work == [(SETTLE_EVERY_S, checkout.settling.leftovers)]


async def test_a_cart_that_does_not_answer_does_not_keep_the_customer_waiting(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    placed = await shop.place()
    assert isinstance(placed, Placed)

    async def never(operation: str) -> None:
        if operation == "cart.close":
            await asyncio.Event().wait()

    shop.faults.before = never
    (attempt,) = [await shop.attempts.find(reference_of("anna", "page-1"))]
    unfinished = replace(attempt, followed_up=False)
    await finish(shop.parties(), shop.attempts, unfinished, placed.order, within_s=0.01)
    assert f"Order {placed.order.id} is placed, but emptying its cart took longer" in caplog.text
