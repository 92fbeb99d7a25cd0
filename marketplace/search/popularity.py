"""What customers bought lately, as far as this replica knows. It is a hint for ranking, neither stored nor complete."""

import math
from collections import Counter, OrderedDict
from typing import Final

ORDERS_REMEMBERED: Final = 10_000
WEIGHT: Final = 0.1


class Popularity:
    """Counts purchases by product."""

    def __init__(self) -> None:
        self._bought: Counter[str] = Counter()
        self._orders: OrderedDict[str, None] = OrderedDict()

    def record(self, order_id: str, product_ids: tuple[str, ...]) -> None:
        """Count an order, once."""
        if order_id in self._orders:
            return
        self._orders[order_id] = None
        if len(self._orders) > ORDERS_REMEMBERED:
            self._orders.popitem(last=False)
        self._bought.update(product_ids)

    def __bool__(self) -> bool:
        return bool(self._bought)

    def factor(self, product_id: str) -> float:
        """The factor for a score: 1 without a buyer, 1.1 with one, and slowly more."""
        return 1 + WEIGHT * math.log2(1 + self._bought[product_id])
