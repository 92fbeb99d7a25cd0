"""What buyers take, and what they pay with: popular products that are still in stock, and a card of their own."""

from random import Random

from bench.shop.traffic.goods import all_goods
from marketplace.inventory.opening_stock import load
from plures.load import Zipf


class Shelf:
    """One of ``of`` equal parts of the assortment. Successive loads use different parts, so none empties another's shelf."""

    def __init__(self, random: Random, *, part: int, of: int) -> None:
        self._left = dict(load())
        self._popular = Zipf(all_goods()[part::of], random)

    def take(self, products: int) -> tuple[str, ...]:
        """Take one piece each of this many products that are still in stock."""
        taken: set[str] = set()
        while len(taken) < products:
            product_id = self._popular.draw().product_id
            if product_id not in taken and self._left[product_id] > 0:
                self._left[product_id] -= 1
                taken.add(product_id)
        return tuple(taken)


def card_number(random: Random) -> str:
    """A number that the test provider accepts: sixteen digits, the last one checks the others (Luhn).

    Fraud scoring would suspect buyers who all pay with the same card.
    """
    digits = [4, *(random.randrange(10) for _ in range(14))]
    doubled = [2 * digit - 9 * (digit > 4) if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    return "".join(map(str, [*digits, -sum(doubled) % 10]))
