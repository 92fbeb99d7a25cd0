"""Each step fails in each way. Afterwards all of the order has happened, or none of it."""

import asyncio
import logging
from typing import Any

import pytest

from marketplace.checkout.contract import CheckoutIncomplete, Declined, Placed
from marketplace.checkout.tests.faults import CANCELS, RUNS_FIRST, Fault
from marketplace.checkout.tests.shop import POOR, Shop
from plures import SagaState

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
FAILING = [fault for fault in Fault if fault not in CANCELS]


async def place_in_a_task(shop: Shop, key: str = "page-1") -> Any:
    """The outcome of a call in a task of its own, so that a fault can cancel it as a caller does."""
    (outcome,) = await asyncio.gather(asyncio.create_task(shop.place(key)), return_exceptions=True)
    return outcome


@pytest.mark.parametrize("fault", FAILING)
@pytest.mark.parametrize("operation", TOUCHING)
async def test_a_failed_step_leaves_no_money_taken_and_no_stock_lost(shop: Shop, operation: str, fault: Fault) -> None:
    shop.faults.at(operation, fault)
    assert isinstance(await place_in_a_task(shop), CheckoutIncomplete)
    await shop.assert_nothing_happened()
    await shop.faults.deliver_late()
    await shop.assert_nothing_happened()
    await shop.assert_settled()


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault in CANCELS])
@pytest.mark.parametrize("operation", TOUCHING)
async def test_a_step_whose_task_is_cancelled_is_taken_again(shop: Shop, operation: str, fault: Fault) -> None:
    shop.faults.at(operation, fault)
    assert isinstance(await place_in_a_task(shop), Placed)
    await shop.assert_sold_once()
    await shop.assert_settled()


@pytest.mark.parametrize("fault", FAILING)
@pytest.mark.parametrize("operation", TOUCHING)
async def test_after_a_failed_step_the_key_is_used_up_and_a_new_one_works(
    shop: Shop, operation: str, fault: Fault
) -> None:
    shop.faults.at(operation, fault)
    await place_in_a_task(shop)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    await shop.assert_nothing_happened()
    assert isinstance(await shop.place("page-2"), Placed)


# Calls of our own store are never late.
@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.LATE and fault not in RUNS_FIRST])
async def test_a_checkout_that_cannot_be_written_down_does_not_begin(shop: Shop, fault: Fault) -> None:
    shop.faults.at("claims.claim", fault)
    await place_in_a_task(shop)
    assert not set(shop.faults.calls) & set(TOUCHING)
    assert isinstance(await shop.place(), Placed)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault in RUNS_FIRST])
async def test_a_checkout_whose_caller_does_not_learn_that_it_began_ends_whole_or_not_at_all(
    shop: Shop, fault: Fault
) -> None:
    shop.faults.at("claims.claim", fault)
    await place_in_a_task(shop)
    await shop.assert_settled()
    # No one waits for it, so its card is forgotten before the bank is asked.
    with pytest.raises(CheckoutIncomplete, match="interrupted"):
        await shop.place()
    await shop.assert_nothing_happened()
    assert isinstance(await shop.place("page-2"), Placed)


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REQUEST, Fault.BUG_BEFORE])
async def test_an_order_that_cannot_be_written_down_is_taken_back(shop: Shop, fault: Fault) -> None:
    shop.faults.at("claims.place", fault)
    assert isinstance(await place_in_a_task(shop), CheckoutIncomplete)
    await shop.assert_nothing_happened()
    await shop.assert_settled()


@pytest.mark.parametrize("operation", READING)
async def test_a_failure_while_adding_up_touches_nothing(shop: Shop, operation: str) -> None:
    shop.faults.at(operation, Fault.LOST_ANSWER)
    with pytest.raises(CheckoutIncomplete) as incomplete:
        await shop.place()
    assert incomplete.value.step == "add up"
    assert "claims.claim" not in shop.faults.calls
    assert isinstance(await shop.place(), Placed)


async def test_the_failure_names_the_step(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    with pytest.raises(CheckoutIncomplete) as incomplete:
        await shop.place()
    assert incomplete.value.step == "capture"
    (order,) = await shop.orders.list_for("anna")
    assert order.history[-1].note == "Taken back because the checkout ended early"


async def test_things_are_taken_back_in_reverse_order_and_only_those_that_may_have_happened(shop: Shop) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    await place_in_a_task(shop)
    assert shop.faults.calls[-5:] == [
        "orders.fail",
        "payments.void",
        "payments.refund",
        "inventory.release",
        "claims.give_back",
    ]
    shop.faults.calls.clear()
    shop.faults.at("payments.authorize", Fault.NOT_SENT)
    await place_in_a_task(shop, "page-2")
    assert [call for call in shop.faults.calls if call in UNDOING] == ["inventory.release"]


@pytest.mark.parametrize("operation", FOLLOWING)
@pytest.mark.parametrize("fault", Fault)
async def test_what_follows_may_fail_at_first_without_failing_the_order(
    shop: Shop, operation: str, fault: Fault
) -> None:
    shop.faults.at(operation, fault)
    assert isinstance(await shop.place(), Placed)
    await shop.assert_sold_once()
    await shop.assert_settled()
    assert [call for call in shop.faults.calls if call in FOLLOWING] == FOLLOWING * 2
    assert (await shop.cart.get("anna")).items == ()


async def test_a_cart_that_cannot_be_emptied_is_not_silent_and_the_order_stands(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.faults.always("cart.close", Fault.NOT_SENT)
    placed = await shop.place()
    assert isinstance(placed, Placed)
    await shop.assert_sold_once()
    assert f"Order {placed.order.id} is placed, but its cart could not be emptied" in caplog.text


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REQUEST, Fault.BUG_BEFORE])
@pytest.mark.parametrize("undoing", UNDOING)
async def test_what_cannot_be_taken_back_waits_for_a_person(
    shop: Shop, undoing: str, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    shop.faults.always(undoing, fault)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    (waiting,) = shop.sagas.instances.values()
    assert waiting.state is SagaState.PARKED
    parked = [record.getMessage() for record in caplog.records if "is parked" in record.getMessage()]
    assert len([line for line in parked if waiting.id in line and waiting.error in line]) == 2, (
        "by the saga and the call"
    )
    with pytest.raises(CheckoutIncomplete):
        await shop.place()


@pytest.mark.parametrize("undoing", UNDOING)
@pytest.mark.parametrize("fault", FAILING)
async def test_what_can_be_taken_back_only_later_is(shop: Shop, undoing: str, fault: Fault) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    for call in range(1, 4):
        shop.faults.at(undoing, fault, call=call)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    await shop.assert_nothing_happened()
    await shop.assert_settled()


async def test_a_decline_stays_a_decline_when_stock_cannot_be_put_back_at_once(shop: Shop) -> None:
    for call in range(1, 4):
        shop.faults.at("inventory.release", Fault.LOST_REQUEST, call=call)
    declined = await shop.place(card=POOR)
    assert isinstance(declined, Declined)
    assert await shop.place() == declined
    await shop.assert_settled()
    await shop.assert_nothing_happened()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", [*TOUCHING, "claims.place", *FOLLOWING])
async def test_a_checkout_interrupted_by_a_crash_ends_after_the_restart(shop: Shop, operation: str, when: str) -> None:
    await shop.crash_at(operation, when)
    await shop.recover()
    await shop.assert_settled()
    outcome = await place_in_a_task(shop)
    # Once the card is charged with an amount, the rest needs no card.
    is_charged = TOUCHING.index(operation) > 1 if operation in TOUCHING else True
    if is_charged:
        assert isinstance(outcome, Placed)
        await shop.assert_sold_once()
    else:
        assert isinstance(outcome, CheckoutIncomplete)
        await shop.assert_nothing_happened()


async def test_a_checkout_that_a_crash_interrupted_for_long_is_taken_back(shop: Shop) -> None:
    await shop.crash_at("payments.capture", "after")
    shop.expire()
    await shop.recover()
    await shop.assert_settled()
    assert isinstance(await place_in_a_task(shop), CheckoutIncomplete)
    await shop.assert_nothing_happened()


async def test_a_caller_who_leaves_stops_nothing(shop: Shop) -> None:
    reached, gate = asyncio.Event(), asyncio.Event()

    async def slowly(operation: str) -> None:
        if operation == "payments.capture":
            reached.set()
            await gate.wait()

    shop.faults.before = slowly
    task = asyncio.create_task(shop.place())
    await asyncio.wait_for(reached.wait(), timeout=5)
    task.cancel()
    await asyncio.wait([task])
    gate.set()
    await shop.assert_settled()
    await shop.assert_sold_once()
    assert isinstance(await shop.place(), Placed)


async def test_a_failed_step_is_logged_once(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.faults.at("payments.capture", Fault.LOST_ANSWER)
    with pytest.raises(CheckoutIncomplete):
        await shop.place()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "ended at the step 'capture'" in caplog.text
