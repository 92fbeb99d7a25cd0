"""What was bought lately, as far as this replica has heard. A hint for ranking: it is neither stored nor complete."""

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
        """What a score is multiplied by: 1 for what nobody bought, 1.1 for the first buyer, slowly more."""
        return 1 + WEIGHT * math.log2(1 + self._bought[product_id])
