"""What buyers take: popular products, as long as there are any left."""

from random import Random

from bench.shop.arrivals import Zipf
from bench.shop.goods import all_goods
from marketplace.inventory.opening_stock import load


class Shelf:
    """One of ``of`` equal, disjoint parts of the assortment: loads that follow each other buy from different ones."""

    def __init__(self, random: Random, *, part: int, of: int) -> None:
        self._left = dict(load())
        self._popular = Zipf(all_goods()[part::of], random)

    def take(self, products: int) -> tuple[str, ...]:
        """One piece each of so many different products that are still in stock."""
        taken: set[str] = set()
        while len(taken) < products:
            product_id = self._popular.draw().product_id
            if product_id not in taken and self._left[product_id] > 0:
                self._left[product_id] -= 1
                taken.add(product_id)
        return tuple(taken)
