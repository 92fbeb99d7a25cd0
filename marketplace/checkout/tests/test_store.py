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
