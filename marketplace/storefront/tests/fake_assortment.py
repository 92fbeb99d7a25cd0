"""Stand-ins in memory for catalog, pricing, inventory and search. They keep their contracts and know a few products."""

from collections.abc import AsyncIterator, Sequence

from marketplace.catalog.contract import Category, CategoryUnknown, Item, Product, ProductPage, ProductUnknown
from marketplace.inventory.contract import Reservation, Stock
from marketplace.pricing.contract import Money, Price, Quote, QuotedLine
from marketplace.search.contract import CategoryCount, Filters, Findings, Hit, PriceBand, Sort, Suggestion

CATEGORIES = (
    Category("home", "Home", 4),
    Category("home/furniture", "Furniture", 2, "home"),
    Category("home/kitchen", "Kitchen", 2, "home"),
    Category("food", "Food", 1),
)
PRODUCTS = (
    Product(
        "armchair", "Armchair", "A chair with a support on each side for the arms.", "home/furniture", ("fauteuil",)
    ),
    Product("stool", "Stool", "A simple seat without a back or arms.", "home/furniture"),
    Product("teapot", "Teapot", "A pot for brewing tea, with a spout & a <handle>.", "home/kitchen"),
    Product("whisk", "Whisk", "A mixer that incorporates air.", "home/kitchen"),
    Product("marmalade", "Marmalade", "A preserve made of citrus fruit.", "food"),
)
PRICES = {"armchair": 24900, "stool": 4990, "teapot": 3450, "whisk": 890, "marmalade": 550}
STOCK = {"armchair": 3, "stool": 40, "teapot": 12, "whisk": 0, "marmalade": 200}


class FakeCatalog:
    def __init__(self, products: Sequence[Product] = PRODUCTS, categories: Sequence[Category] = CATEGORIES) -> None:
        self.products = {product.id: product for product in products}
        self._categories = tuple(categories)

    async def get(self, product_id: str) -> Product:
        if product_id not in self.products:
            raise ProductUnknown(product_id=product_id)
        return self.products[product_id]

    async def get_many(self, product_ids: tuple[str, ...]) -> tuple[Product, ...]:
        return tuple(self.products[one] for one in product_ids if one in self.products)

    async def categories(self) -> tuple[Category, ...]:
        return self._categories

    async def browse(self, category_id: str, offset: int = 0, limit: int = 24) -> ProductPage:
        if category_id not in {category.id for category in self._categories}:
            raise CategoryUnknown(category_id=category_id)
        found = [one for one in self.products.values() if f"{one.category_id}/".startswith(f"{category_id}/")]
        return ProductPage(len(found), tuple(found[offset : offset + limit]))

    async def featured(self, limit: int = 12) -> tuple[Product, ...]:
        return tuple(self.products.values())[:limit]

    async def picture(self, product_id: str) -> str:
        name = (await self.get(product_id)).name
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>{name}</title></svg>'

    async def export(self) -> AsyncIterator[Product]:
        for product in self.products.values():
            yield product


class FakePricing:
    def __init__(self, prices: dict[str, int]) -> None:
        self.prices = prices

    async def quote(self, product_id: str, quantity: int = 1) -> Money:
        return Money(self.prices[product_id] * quantity)

    async def quote_many(self, product_ids: tuple[str, ...]) -> tuple[Price, ...]:
        known = [one for one in product_ids if one in self.prices]
        return tuple(Price(one, Money(self.prices[one]), Money(self.prices[one])) for one in known)

    async def quote_basket(self, items: tuple[Item, ...]) -> Quote:
        lines = tuple(
            QuotedLine(
                item.product_id, item.quantity, Money(unit := self.prices[item.product_id]), Money(unit * item.quantity)
            )
            for item in items
        )
        return Quote(lines, Money(sum(line.total.amount for line in lines)))


class FakeInventory:
    def __init__(self, stock: dict[str, int]) -> None:
        self.stock = stock

    async def availability(self, product_ids: tuple[str, ...]) -> tuple[Stock, ...]:
        return tuple(Stock(one, self.stock[one]) for one in product_ids if one in self.stock)

    async def reserve(self, key: str, items: tuple[Item, ...], hold_s: int = 900) -> Reservation:
        raise NotImplementedError

    async def commit(self, key: str) -> None:
        raise NotImplementedError

    async def release(self, key: str) -> None:
        raise NotImplementedError


class FakeSearch:
    """Finds by substring; ``corrections`` are the misspellings it knows."""

    def __init__(self, catalog: FakeCatalog, pricing: FakePricing, inventory: FakeInventory) -> None:
        self._catalog = catalog
        self._pricing = pricing
        self._inventory = inventory
        self.corrections = {"tepot": "teapot"}

    async def find(
        self,
        text: str = "",
        filters: Filters | None = None,
        sort: Sort = Sort.RELEVANCE,
        offset: int = 0,
        limit: int = 24,
    ) -> Findings:
        corrected = self.corrections.get(text)
        filters = filters or Filters()
        hits = [hit for hit in await self._matching((corrected or text).lower()) if _passes(hit, filters)]
        if sort is not Sort.RELEVANCE:
            hits.sort(key=lambda hit: (hit.price.unit.amount, hit.product.name))
        counts = {category.id: category for category in await self._catalog.categories()}
        return Findings(
            total=len(hits),
            hits=tuple(hits[offset : offset + limit]),
            categories=tuple(
                CategoryCount(each.id, each.name, sum(hit.product.category_id.startswith(each.id) for hit in hits))
                for each in counts.values()
                if each.parent_id == filters.category_id
            ),
            price_bands=tuple(
                PriceBand(low, high, sum(_passes(hit, Filters(price_min=low, price_max=high)) for hit in hits))
                for low, high in ((0, 999), (1000, 4999), (5000, None))
            ),
            corrected=corrected,
        )

    async def _matching(self, text: str) -> list[Hit]:
        products = [one async for one in self._catalog.export() if text in f"{one.name} {one.description}".lower()]
        ids = tuple(product.id for product in products)
        prices, stocks = await self._pricing.quote_many(ids), await self._inventory.availability(ids)
        return [
            Hit(product, 1.0, price, stock.available)
            for product, price, stock in zip(products, prices, stocks, strict=True)
        ]

    async def suggest(self, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        products = [one async for one in self._catalog.export() if one.name.lower().startswith(prefix.lower())]
        return tuple(Suggestion(one.id, one.name) for one in products[:limit])


def _passes(hit: Hit, filters: Filters) -> bool:
    amount = hit.price.unit.amount
    return (
        (filters.category_id is None or hit.product.category_id.startswith(filters.category_id))
        and (filters.price_min is None or amount >= filters.price_min)
        and (filters.price_max is None or amount <= filters.price_max)
    )
