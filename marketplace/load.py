"""Who comes to the shop, and what for: on a normal day, and on a sale day when ten times as many look for bargains.

plures load marketplace/load.py --rate 50 --duration 60s
plures load marketplace/load.py --profile sale --rate 20 --duration 2m
"""

from random import Random
from typing import Final
from urllib.parse import quote

from marketplace.catalog.packaged import load
from plures.load import Profile, Ramp, Visitor, Zipf

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_TYPOS: Final = 0.1
_LONG: Final = 5
"""Letters from which on people mistype."""
_GOODS: Final = Zipf([(product.id, product.kind) for product in load().products], Random(1))  # noqa: S311 - who looks at what
_ADDRESS: Final = {
    "recipient": "Sam Poe",
    "street": "Main Street 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


async def look(shop: Visitor) -> None:
    """Open the home page, and then a product."""
    await shop.get("/", step="home")
    await shop.think(0.5, 2)
    await _product(shop)


async def search(shop: Visitor) -> None:
    """Search by one or two words, some of them mistyped."""
    _, name = _GOODS.draw(shop.random)
    await shop.get(f"/search?q={quote(_typed(name, shop.random))}", step="search")


async def browse(shop: Visitor) -> None:
    """Come from elsewhere to a product, and read what others say of it."""
    product_id = await _product(shop)
    await shop.think(0.5, 2)
    await shop.get(f"/products/{product_id}/reviews", step="reviews")


async def fill(shop: Visitor) -> None:
    """Put a product into the cart, and look at it."""
    if await _add(shop):
        await shop.get("/cart", step="cart")


async def buy(shop: Visitor) -> None:
    """Put a product into the cart, say where to send it, and order."""
    if not await _add(shop):
        return
    await shop.think(0.5, 2)
    asked = await shop.get("/checkout/address", step="address form")
    await shop.post("/checkout/address", {**asked.hidden("/checkout/address"), **_ADDRESS}, step="address", expect=303)
    page = await shop.get("/checkout", step="checkout", expect=200)
    card = {"holder": "Sam Poe", "number": _card_number(shop.random), "expiry": "08/40", "cvc": "123"}
    placed = await shop.post("/checkout", {**page.hidden("/checkout"), **card}, step="order", expect=303)
    shop.check(placed.location.startswith("/orders/"), "the order was not placed")
    await shop.get(placed.location, step="ordered")


normal = Profile({look: 20, search: 25, browse: 35, fill: 15, buy: 5})
sale = Profile({look: 10, search: 60, browse: 20, fill: 7, buy: 3}, ramp=Ramp(10, over_s=60))


async def _product(shop: Visitor) -> str:
    product_id, _ = _GOODS.draw(shop.random)
    await shop.get(f"/products/{product_id}", step="product")
    return product_id


async def _add(shop: Visitor) -> bool:
    """Put a product into the cart; False where it is sold out, and the visitor leaves."""
    product_id, _ = _GOODS.draw(shop.random)
    page = await shop.get(f"/products/{product_id}", step="product")
    form = page.hidden("/cart/add")
    if not form:
        return False
    await shop.post("/cart/add", {**form, "product_id": product_id, "quantity": "1"}, step="add to cart", expect=303)
    return True


def _typed(name: str, random: Random) -> str:
    """One or two words of a name; one in ten has a wrong letter, never the first one."""
    words = name.lower().split()
    text = " ".join(words[: random.choice((1, 2))])
    if random.random() > _TYPOS or len(text) < _LONG:
        return text
    at = random.randrange(1, len(text))
    return text[:at] + random.choice((random.choice(_LETTERS), "", text[at] * 2)) + text[at + 1 :]


def _card_number(random: Random) -> str:
    """A number that the test provider takes: the last of its digits checks the others. Fraud scoring would suspect visitors who all pay with the same card."""
    digits = [4, *(random.randrange(10) for _ in range(14))]
    summed = [sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    return "".join(map(str, [*digits, -sum(summed) % 10]))
