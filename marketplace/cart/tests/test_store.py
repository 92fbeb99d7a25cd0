import asyncio

import pytest

from marketplace.cart.contract import Basket
from marketplace.cart.service import CartStore
from marketplace.cart.store import MIGRATIONS, DatabaseCarts
from marketplace.catalog.contract import Item
from tests.databases import Databases

TEA, CUP = Item("tea", 2), Item("cup", 1)


def anna(*items: Item) -> Basket:
    return Basket("anna", items, "cart-1")


async def test_a_cart_never_seen_is_empty(store: CartStore) -> None:
    assert await store.get("anna") == Basket("anna")


async def test_what_is_put_in_is_kept_in_its_order(store: CartStore) -> None:
    assert await store.change("anna", lambda basket: anna(*basket.items, TEA)) == anna(TEA)
    await store.change("anna", lambda basket: anna(CUP, *basket.items))
    assert await store.get("anna") == anna(CUP, TEA)


async def test_carts_are_apart(store: CartStore) -> None:
    await store.change("anna", lambda _: anna(TEA))
    await store.change("bert", lambda _: Basket("bert", (CUP,), "cart-2"))
    await store.clear("anna")
    assert await store.get("anna") == Basket("anna")
    assert await store.get("bert") == Basket("bert", (CUP,), "cart-2")


async def test_an_edit_to_nothing_empties_the_cart(store: CartStore) -> None:
    await store.change("anna", lambda _: anna(TEA))
    await store.change("anna", lambda _: anna())
    assert await store.get("anna") == anna()
    await store.change("anna", lambda _: Basket("anna"))
    assert await store.get("anna") == Basket("anna")


async def test_an_edit_that_raises_changes_nothing(store: CartStore) -> None:
    await store.change("anna", lambda _: anna(TEA))

    def refuse(basket: Basket) -> Basket:
        raise ValueError(basket)

    with pytest.raises(ValueError, match="tea"):
        await store.change("anna", refuse)
    assert await store.get("anna") == anna(TEA)


async def test_edits_at_the_same_time_are_all_kept(store: CartStore) -> None:
    def one_more(basket: Basket) -> Basket:
        return anna(Item("tea", basket.items[0].quantity + 1 if basket.items else 1))

    await asyncio.gather(*(store.change("anna", one_more) for _ in range(20)))
    assert await store.get("anna") == anna(Item("tea", 20))


async def test_carts_from_before_they_had_names_get_one_each(databases: Databases) -> None:
    before = await databases.open("cart", MIGRATIONS[:1])
    async with before.write() as connection:
        rows = "('anna', 0, 'tea', 2), ('anna', 1, 'cup', 1), ('bert', 0, 'cup', 1)"
        await connection.execute(f"INSERT INTO cart_items VALUES {rows}")
    await before.close()
    carts = DatabaseCarts(await databases.open("cart", MIGRATIONS))
    annas, berts = await carts.get("anna"), await carts.get("bert")
    assert (annas.items, berts.items) == ((TEA, CUP), (CUP,))
    assert annas.cart_id
    assert berts.cart_id not in ("", annas.cart_id)
