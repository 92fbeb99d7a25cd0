"""The same question and answer as a Plures application of one capability."""

from typing import Protocol

from bench.calls.answer import LIMIT, PRODUCTS, TEXT, PlainProduct
from plures import Application, Capability, Message, contract, query


class Price(Message):
    """Minor units of a currency."""

    amount: int
    currency: str


class Product(Message):
    """One product of a search page."""

    product_id: str
    name: str
    description: str
    price: Price
    stock: int
    rating: float


class Findings(Message):
    """The best matches."""

    products: tuple[Product, ...]


@contract("bench.search.v1", owner="bench")
class Search(Protocol):
    """Finds products by text."""

    @query(deadline_s=5)
    async def find(self, text: str, limit: int = 20) -> Findings:
        """The best ``limit`` products."""
        ...


def _product(plain: PlainProduct) -> Product:
    price = Price(plain.amount, plain.currency)
    return Product(plain.product_id, plain.name, plain.description, price, plain.stock, plain.rating)


_FINDINGS = Findings(tuple(_product(plain) for plain in PRODUCTS))


class SearchService:
    """Always answers the same findings, as all rivals do."""

    async def find(self, text: str, limit: int = 20) -> Findings:
        assert text == TEXT
        assert limit == LIMIT
        return _FINDINGS


app = Application("bench", [Capability(Search, SearchService)])


def products_of(answer: object) -> list[PlainProduct]:
    """An answer as the plain values that every rival must give."""
    assert isinstance(answer, Findings)
    return [
        PlainProduct(p.product_id, p.name, p.description, p.price.amount, p.price.currency, p.stock, p.rating)
        for p in answer.products
    ]
