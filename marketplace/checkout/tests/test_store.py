import asyncio
from dataclasses import replace

import pytest

from marketplace.checkout.claims import Claim, Claims, reference_of
from marketplace.checkout.tests.shop import Shop
from marketplace.orders.contract import Order

CLAIM = Claim("r1", "anna", "c1")


@pytest.fixture
async def order(shop: Shop) -> Order:
    await shop.place()
    (order,) = await shop.orders.list_for("anna")
    return order


async def nothing() -> None: ...


async def begin() -> bool:
    return True


async def test_a_claim_never_made_is_not_found(store: Claims) -> None:
    assert await store.find("r1") is None
    assert await store.holder("anna", "c1") is None
    await store.give_back("r1")


async def test_a_cart_has_one_holder_until_it_is_given_back(store: Claims) -> None:
    assert await store.claim(CLAIM, begin) is None
    assert await store.find("r1") == await store.holder("anna", "c1") == CLAIM
    assert await store.claim(replace(CLAIM, reference="r2"), begin) == CLAIM
    assert await store.find("r2") is None
    assert await store.claim(Claim("r3", "anna", "c2"), begin) is None
    assert await store.claim(Claim("r4", "bert", "c1"), begin) is None
    await store.give_back("r1")
    assert await store.find("r1") is None
    assert await store.claim(replace(CLAIM, reference="r2"), begin) is None


async def test_what_begins_with_a_claim_begins_with_it_alone(store: Claims) -> None:
    begun: list[int] = []

    async def begin() -> bool:
        begun.append(1)
        return True

    await store.claim(CLAIM, begin)
    await store.claim(replace(CLAIM, reference="r2"), begin)
    await store.claim(replace(CLAIM, cart_id="c2"), begin)
    assert begun == [1]


async def test_a_checkout_that_had_begun_before_claims_no_cart(store: Claims) -> None:
    async def had_begun() -> bool:
        return False

    assert await store.claim(CLAIM, had_begun) == CLAIM
    assert await store.find("r1") is None
    assert await store.claim(replace(CLAIM, reference="r2"), begin) is None


async def test_a_checkout_claims_one_cart(store: Claims) -> None:
    await store.claim(CLAIM, begin)
    await store.claim(Claim("r2", "anna", "c2"), begin)
    assert await store.claim(replace(CLAIM, cart_id="c2"), begin) == CLAIM, (
        "its own claim, and not that of its new cart"
    )


async def test_a_placed_order_is_kept_whole_and_keeps_its_cart(store: Claims, order: Order) -> None:
    begun: list[int] = []

    async def follow_up() -> None:
        begun.append(1)

    await store.claim(CLAIM, begin)
    await store.place("r1", order, follow_up)
    placed = replace(CLAIM, order=order)
    assert await store.find("r1") == await store.holder("anna", "c1") == placed
    await store.give_back("r1")
    assert await store.claim(replace(CLAIM, reference="r2"), begin) == placed
    assert begun == [1]


async def test_one_that_met_an_ordered_cart_has_its_order_and_no_cart(store: Claims, order: Order) -> None:
    await store.claim(CLAIM, begin)
    await store.place("r1", order, nothing)
    follower = Claim("r2", "anna", "c1", order, is_holder=False)
    for _ in range(2):
        await store.follow(follower)
    assert await store.find("r2") == follower
    assert await store.holder("anna", "c1") == replace(CLAIM, order=order)


async def test_claims_at_the_same_time_have_one_winner(store: Claims) -> None:
    claims = [replace(CLAIM, reference=f"r{number}") for number in range(10)]
    answers = await asyncio.gather(*(store.claim(claim, begin) for claim in claims))
    assert answers.count(None) == 1


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
