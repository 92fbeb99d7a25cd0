from collections.abc import AsyncIterator
from itertools import count

import pytest

from marketplace.cart.contract import Basket, CartFull
from marketplace.cart.memory import MemoryCarts
from marketplace.cart.service import MOST_PRODUCTS, CartService
from marketplace.catalog.contract import MOST_PIECES, Category, Item, Product, ProductPage, ProductUnknown


class EverythingButGold:
    """A catalogue that sells everything except gold."""

    async def get(self, product_id: str) -> Product:
        if product_id == "gold":
            raise ProductUnknown(product_id=product_id)
        return Product(product_id, product_id, "", "things")

    async def get_many(self, product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        raise NotImplementedError

    async def categories(self) -> tuple[Category, ...]:
        raise NotImplementedError

    async def browse(self, category_id: str, offset: int = 0, limit: int = 24) -> ProductPage:
        raise NotImplementedError

    async def featured(self, limit: int = 12) -> tuple[Product, ...]:
        raise NotImplementedError

    async def picture(self, product_id: str) -> str:
        raise NotImplementedError

    def export(self) -> AsyncIterator[Product]:
        raise NotImplementedError


@pytest.fixture
def cart() -> CartService:
    ids = map("cart-{}".format, count(1))
    return CartService(EverythingButGold(), MemoryCarts(), new_id=lambda: next(ids))


async def test_a_new_customer_has_an_empty_cart(cart: CartService) -> None:
    assert await cart.get("anna") == Basket("anna")


async def test_adding_twice_adds_up_and_keeps_the_place(cart: CartService) -> None:
    await cart.add("anna", "tea", 2)
    await cart.add("anna", "cup")
    assert await cart.add("anna", "tea", 3) == Basket("anna", (Item("tea", 5), Item("cup", 1)), "cart-1")
    assert await cart.get("anna") == Basket("anna", (Item("tea", 5), Item("cup", 1)), "cart-1")


async def test_setting_a_quantity_twice_is_setting_it_once(cart: CartService) -> None:
    await cart.set_quantity("anna", "tea", 4)
    assert await cart.set_quantity("anna", "tea", 4) == Basket("anna", (Item("tea", 4),), "cart-1")


async def test_removing_and_clearing(cart: CartService) -> None:
    await cart.add("anna", "tea")
    await cart.add("anna", "cup")
    assert await cart.remove("anna", "tea") == Basket("anna", (Item("cup", 1),), "cart-1")
    assert await cart.remove("anna", "tea") == Basket("anna", (Item("cup", 1),), "cart-1")
    await cart.clear("anna")
    assert await cart.get("anna") == Basket("anna")


async def test_only_what_is_for_sale_gets_in(cart: CartService) -> None:
    with pytest.raises(ProductUnknown):
        await cart.add("anna", "gold")
    with pytest.raises(ProductUnknown):
        await cart.set_quantity("anna", "gold", 1)
    assert await cart.get("anna") == Basket("anna")


async def test_a_product_fits_in_up_to_its_most_pieces(cart: CartService) -> None:
    await cart.add("anna", "tea", MOST_PIECES)
    with pytest.raises(CartFull) as full:
        await cart.add("anna", "tea")
    assert full.value == CartFull(product_id="tea", most=MOST_PIECES)
    assert await cart.get("anna") == Basket("anna", (Item("tea", MOST_PIECES),), "cart-1")


async def test_only_so_many_products_fit_in(cart: CartService) -> None:
    for number in range(MOST_PRODUCTS):
        await cart.add("anna", f"p{number}")
    # A product that is in the cart already may still grow.
    await cart.add("anna", "p7")
    with pytest.raises(CartFull) as full:
        await cart.add("anna", "one too many")
    assert full.value == CartFull(product_id="one too many", most=MOST_PRODUCTS)


async def test_a_cart_keeps_its_name_until_it_is_ordered_or_cleared(cart: CartService) -> None:
    await cart.add("anna", "tea")
    await cart.remove("anna", "tea")
    assert (await cart.add("anna", "cup")).cart_id == "cart-1"
    await cart.close("anna", "cart-1", (Item("cup", 1),))
    assert (await cart.add("anna", "tea")).cart_id == "cart-2"
    await cart.clear("anna")
    assert (await cart.add("anna", "tea")).cart_id == "cart-3"
    assert (await cart.add("bert", "tea")).cart_id == "cart-4"


async def test_closing_takes_out_what_was_ordered_and_leaves_what_came_in_meanwhile(cart: CartService) -> None:
    await cart.add("anna", "tea", 2)
    await cart.add("anna", "cup")
    # The order was of these; now there is more tea, a pot, and no cup any more.
    ordered = (Item("tea", 2), Item("cup", 1))
    await cart.add("anna", "tea", 3)
    await cart.add("anna", "pot")
    await cart.remove("anna", "cup")
    rest = Basket("anna", (Item("tea", 3), Item("pot", 1)), "cart-2")
    assert await cart.close("anna", "cart-1", ordered) == rest
    assert await cart.close("anna", "cart-1", ordered) == rest, "a second time it does nothing"


async def test_closing_late_does_not_touch_the_next_cart(cart: CartService) -> None:
    await cart.add("anna", "tea")
    await cart.close("anna", "cart-1", (Item("tea", 1),))
    next_one = await cart.add("anna", "tea")
    assert await cart.close("anna", "cart-1", (Item("tea", 1),)) == next_one
    assert await cart.close("anna", "", (Item("tea", 1),)) == next_one
