"""Prices: a list of single prices, and a discount for many pieces."""

from collections.abc import Mapping
from typing import Final

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.pricing.contract import Money, Price, Pricing, Quote, QuotedLine
from marketplace.pricing.price_list import Listed

CURRENCY: Final = "EUR"
# From this many pieces on, all of them are cheaper by this many per cent; the largest number first.
MANY_PIECES: Final = ((20, 10), (10, 6), (5, 3))


class PricingService(Pricing):
    def __init__(self, prices: Mapping[str, Listed]) -> None:
        self._prices = prices

    async def quote(self, product_id: str, quantity: int = 1) -> Money:
        return self._line(product_id, quantity).total

    async def quote_many(self, product_ids: tuple[str, ...]) -> tuple[Price, ...]:
        known = ((each, self._prices[each]) for each in product_ids if each in self._prices)
        return tuple(Price(each, _euros(listed.unit), _euros(listed.regular)) for each, listed in known)

    async def quote_basket(self, items: tuple[Item, ...]) -> Quote:
        lines = tuple(self._line(item.product_id, item.quantity) for item in items)
        return Quote(lines=lines, subtotal=_euros(sum(line.total.amount for line in lines)))

    def _line(self, product_id: str, quantity: int) -> QuotedLine:
        if product_id not in self._prices:
            raise ProductUnknown(product_id=product_id)
        unit = self._prices[product_id].unit
        return QuotedLine(product_id, quantity, unit=_euros(unit), total=_euros(total(unit, quantity)))


def total(unit: int, quantity: int) -> int:
    """Cents for this many pieces, rounded up."""
    percent = next((percent for pieces, percent in MANY_PIECES if quantity >= pieces), 0)
    return -(-unit * quantity * (100 - percent) // 100)


def _euros(cents: int) -> Money:
    return Money(cents, CURRENCY)
