"""Buyers who call ``checkout.place`` through a client of the contract, without a page."""

from random import Random

from bench.shop.traffic.shelf import Shelf, card_number
from marketplace.cart.contract import Cart
from marketplace.checkout.contract import Checkout, Placed
from marketplace.payments.contract import Card
from marketplace.profile.contract import Address, Profile

ITEMS_PER_CART = 3
_ADDRESS = Address("Sam Poe", "Main Street 1", "10115", "Berlin", "DE")


class NotPlaced(Exception):
    """The checkout declined an order, so the figures would not be those of a checkout."""


class CheckoutTraffic:
    """Buyers with an address and a full cart, who order once each."""

    def __init__(self, clients: tuple[Checkout, Cart, Profile], shelf: Shelf, random: Random) -> None:
        self._checkout, self._cart, self._profile = clients
        self._shelf = shelf
        self._random = random
        self._buyers: list[str] = []

    async def prepare(self, buyers: int) -> None:
        """Give this many buyers an address and a cart of different products."""
        for number in range(buyers):
            buyer = f"c-{number:06d}-{self._random.getrandbits(40):x}"
            await self._profile.set_address(buyer, _ADDRESS)
            for product_id in self._shelf.take(ITEMS_PER_CART):
                await self._cart.add(buyer, product_id, 1)
            self._buyers.append(buyer)

    async def send(self, page: str) -> None:
        """Place one buyer's order.

        Raises:
            NotPlaced: The checkout declined it.
        """
        del page
        buyer = self._buyers.pop()
        card = Card(card_number(self._random), 8, 2040, "123", "Sam Poe")
        answer = await self._checkout.place(buyer, f"{self._random.getrandbits(96):024x}", card)
        if not isinstance(answer, Placed):
            raise NotPlaced(repr(answer))
