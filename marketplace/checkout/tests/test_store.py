import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.checkout.attempt import Attempt, AttemptStore, Result, reference_of
from marketplace.checkout.tests.shop import Shop
from marketplace.pricing.contract import Money

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)
BEGUN = Attempt("r1", "anna", "page-1", Money(1_180), NOON)


def begun(reference: str, minutes: int) -> Attempt:
    return replace(BEGUN, reference=reference, started_at=NOON + timedelta(minutes=minutes))


async def test_an_attempt_never_made_is_not_found(store: AttemptStore) -> None:
    assert await store.find("r1") is None
    await store.forget("r1")


@pytest.mark.parametrize(
    "ended",
    [
        BEGUN,
        replace(BEGUN, result=Result.DECLINED, detail="insufficient_funds"),
        replace(BEGUN, result=Result.FAILED, detail="capture", problem="money: Unavailable: gone"),
    ],
)
async def test_attempts_are_found_as_they_were_saved_last(store: AttemptStore, ended: Attempt) -> None:
    await store.save(BEGUN)
    assert await store.find("r1") == BEGUN
    await store.save(ended)
    assert await store.find("r1") == ended
    assert await store.find("r2") is None
    await store.forget("r1")
    assert await store.find("r1") is None


async def test_a_placed_order_is_kept_whole(store: AttemptStore, shop: Shop) -> None:
    await shop.place()
    (order,) = await shop.orders.list_for("anna")
    placed = replace(BEGUN, result=Result.PLACED, order=order)
    await store.save(placed)
    assert await store.find("r1") == placed


async def test_unsettled_are_those_with_a_problem_and_those_running_for_long(store: AttemptStore) -> None:
    stuck = replace(begun("stuck", 3), result=Result.FAILED, detail="capture", problem="money: gone")
    declined = replace(begun("declined", 2), result=Result.DECLINED, detail="d", problem="stock: gone")
    old, young = begun("old", 1), begun("young", 9)
    done = replace(begun("done", 0), result=Result.FAILED, detail="capture")
    for attempt in (stuck, declined, old, young, done):
        await store.save(attempt)
    before = NOON + timedelta(minutes=5)
    assert await store.unsettled(before, 10) == (old, declined, stuck)
    assert await store.unsettled(before, 2) == (old, declined)
    await store.save(replace(stuck, problem=""))
    await store.forget("old")
    assert await store.unsettled(before, 10) == (declined,)


def test_references_differ_by_customer_and_by_key() -> None:
    pairs = [
        ("anna", "k"),
        ("anna", "l"),
        ("bert", "k"),
        ("anna k", ""),
        ("anna", " k"),
        ("a", "nna k"),
        ("x" * 500, "k"),
    ]
    references = [reference_of(customer_id, key) for customer_id, key in pairs]
    assert len(set(references)) == len(pairs)
    assert references == [reference_of(customer_id, key) for customer_id, key in pairs]
    assert all(len(reference) <= 100 for reference in references)


async def test_a_cart_is_held_while_its_attempt_runs_or_waits_and_when_it_is_placed(
    store: AttemptStore, shop: Shop
) -> None:
    await shop.place()
    (order,) = await shop.orders.list_for("anna")
    holding = [
        replace(BEGUN, cart_id="c1"),
        replace(BEGUN, cart_id="c1", result=Result.DECLINED, detail="d", problem="stock: gone"),
        replace(BEGUN, cart_id="c1", result=Result.PLACED, order=order),
    ]
    other = replace(BEGUN, reference="r2", cart_id="c1")
    assert await store.claim(holding[0]) is None
    for attempt in holding:
        await store.save(attempt)
        assert await store.holder("anna", "c1") == attempt
        assert await store.claim(other) == attempt
        assert await store.find("r2") is None
    assert await store.holder("anna", "c2") is None
    assert await store.holder("bert", "c1") is None
    assert await store.claim(replace(other, customer_id="bert")) is None


async def test_a_settled_attempt_without_an_order_lets_the_next_one_in(store: AttemptStore) -> None:
    for number, result in enumerate([Result.DECLINED, Result.FAILED, None]):
        attempt = replace(BEGUN, reference=f"r{number}", cart_id="c1")
        assert await store.claim(attempt) is None
        if result is None:
            await store.forget(attempt.reference)
        else:
            await store.save(replace(attempt, result=result, detail="d"))
        assert await store.holder("anna", "c1") is None


async def test_a_reference_is_claimed_once(store: AttemptStore) -> None:
    ended = replace(BEGUN, cart_id="c1", result=Result.FAILED, detail="capture")
    await store.save(ended)
    assert await store.claim(replace(BEGUN, cart_id="c2")) == ended


async def test_claims_at_the_same_time_have_one_winner(store: AttemptStore) -> None:
    attempts = [replace(BEGUN, reference=f"r{number}", cart_id="c1") for number in range(10)]
    answers = await asyncio.gather(*map(store.claim, attempts))
    assert answers.count(None) == 1


async def test_placed_attempts_wait_until_all_that_follows_has_happened(store: AttemptStore, shop: Shop) -> None:
    await shop.place()
    (order,) = await shop.orders.list_for("anna")
    first, second = (
        replace(begun(reference, minutes), result=Result.PLACED, order=order, cart_id=reference)
        for reference, minutes in (("first", 1), ("second", 2))
    )
    for attempt in (second, first, begun("running", 0)):
        await store.save(attempt)
    before = NOON + timedelta(minutes=5)
    assert await store.not_followed_up(before, 10) == (first, second)
    assert await store.not_followed_up(before, 1) == (first,)
    assert await store.not_followed_up(NOON + timedelta(minutes=2), 10) == (first,)
    await store.save(replace(first, followed_up=True))
    assert await store.not_followed_up(before, 10) == (second,)
