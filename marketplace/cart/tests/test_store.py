import asyncio

import pytest

from marketplace.cart.service import CartStore, Items
from marketplace.catalog.contract import Item

TEA, CUP = Item("tea", 2), Item("cup", 1)


async def test_a_cart_never_seen_is_empty(store: CartStore) -> None:
    assert await store.get("anna") == ()


async def test_what_is_put_in_is_kept_in_its_order(store: CartStore) -> None:
    assert await store.change("anna", lambda items: (*items, TEA)) == (TEA,)
    await store.change("anna", lambda items: (CUP, *items))
    assert await store.get("anna") == (CUP, TEA)


async def test_carts_are_apart(store: CartStore) -> None:
    await store.change("anna", lambda _: (TEA,))
    await store.change("bert", lambda _: (CUP,))
    await store.clear("anna")
    assert await store.get("anna") == ()
    assert await store.get("bert") == (CUP,)


async def test_an_edit_to_nothing_empties_the_cart(store: CartStore) -> None:
    await store.change("anna", lambda _: (TEA,))
    await store.change("anna", lambda _: ())
    assert await store.get("anna") == ()


async def test_an_edit_that_raises_changes_nothing(store: CartStore) -> None:
    await store.change("anna", lambda _: (TEA,))

    def refuse(items: Items) -> Items:
        raise ValueError(items)

    with pytest.raises(ValueError, match="tea"):
        await store.change("anna", refuse)
    assert await store.get("anna") == (TEA,)


async def test_edits_at_the_same_time_are_all_kept(store: CartStore) -> None:
    def one_more(items: Items) -> Items:
        return (Item("tea", items[0].quantity + 1 if items else 1),)

    await asyncio.gather(*(store.change("anna", one_more) for _ in range(20)))
    assert await store.get("anna") == (Item("tea", 20),)
