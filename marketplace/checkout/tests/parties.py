"""Small stand-ins for the capabilities that checkout calls and that a test looks into."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from marketplace.catalog.contract import Category, Item, Product, ProductPage, ProductUnknown
from marketplace.inventory.contract import (
    OutOfStock,
    Reservation,
    ReservationDiffers,
    ReservationExpired,
    ReservationUnknown,
    Stock,
)
from marketplace.pricing.contract import Money, Price, Quote, QuotedLine

PRICES = {"tea": 590, "cup": 1_250, "pot": 4_900}
FAR_AWAY = datetime(2099, 1, 1, tzinfo=UTC)


class SmallCatalog:
    """Sells tea, cups and pots."""

    def __init__(self) -> None:
        self.sold = set(PRICES)

    async def get(self, product_id: str) -> Product:
        if product_id not in self.sold:
            raise ProductUnknown(product_id=product_id)
        return Product(product_id, product_id.title(), "", "home")

    async def get_many(self, product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple([await self.get(product_id) for product_id in product_ids if product_id in self.sold])

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


class FixedPrices:
    """Prices without discounts."""

    def __init__(self) -> None:
        self.prices = dict(PRICES)

    async def quote(self, product_id: str, quantity: int = 1) -> Money:
        return Money(self.prices[product_id] * quantity)

    async def quote_many(self, product_ids: tuple[str, ...]) -> tuple[Price, ...]:
        raise NotImplementedError

    async def quote_basket(self, items: tuple[Item, ...]) -> Quote:
        lines = tuple(
            QuotedLine(item.product_id, item.quantity, Money(price), Money(price * item.quantity))
            for item in items
            for price in (self.prices[item.product_id],)
        )
        return Quote(lines, Money(sum(line.total.amount for line in lines)))


class CountedStock:
    """Counts pieces: the available ones, those reserved under each key, and those sold under it."""

    def __init__(self, pieces: int) -> None:
        self.available = dict.fromkeys(PRICES, pieces)
        self.reserved: dict[str, tuple[Item, ...]] = {}
        self.sold: dict[str, tuple[Item, ...]] = {}
        self.closed: set[str] = set()

    async def availability(self, product_ids: tuple[str, ...]) -> tuple[Stock, ...]:
        return tuple(Stock(product_id, self.available[product_id]) for product_id in product_ids)

    async def reserve(self, key: str, items: tuple[Item, ...], hold_s: int = 900) -> Reservation:
        if key in self.closed:
            raise ReservationExpired(key=key)
        known = self.reserved.get(key) or self.sold.get(key)
        if known is None:
            self._take(items)
            self.reserved[key] = items
        elif known != items:
            raise ReservationDiffers(key=key)
        return Reservation(key, items, FAR_AWAY)

    async def commit(self, key: str) -> None:
        if key in self.closed:
            raise ReservationExpired(key=key)
        if key not in self.sold:
            if key not in self.reserved:
                raise ReservationUnknown(key=key)
            self.sold[key] = self.reserved.pop(key)

    async def release(self, key: str) -> None:
        self.closed.add(key)
        for item in self.reserved.pop(key, ()) + self.sold.pop(key, ()):
            self.available[item.product_id] += item.quantity

    def _take(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if self.available[item.product_id] < item.quantity:
                raise OutOfStock(product_id=item.product_id, available=self.available[item.product_id])
        for item in items:
            self.available[item.product_id] -= item.quantity
