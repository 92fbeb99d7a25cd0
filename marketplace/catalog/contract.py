"""What is for sale: products, their categories and pictures. It knows neither prices nor stock."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Protocol

from plures import ContractError, Message, Meta, contract, query

ProductIds = Annotated[tuple[str, ...], Meta(max_length=500)]
# The most pieces of one product that a customer can have in a cart, an order or a reservation.
MOST_PIECES: Final = 99
Pieces = Annotated[int, Meta(ge=1, le=MOST_PIECES)]


class Item(Message):
    """Some pieces of one product: a line of a cart, a reservation or an order."""

    product_id: str
    quantity: Pieces


class Product(Message):
    """One product. ``category_id`` is its deepest category; ``synonyms`` are other names for its kind.

    Its name is made of the brand, the kind (``Miniskirt``) and the variant (``Forest Green``).
    """

    id: str
    name: str
    description: str
    category_id: str
    synonyms: tuple[str, ...] = ()
    kind: str = ""
    brand: str = ""
    variant: str = ""


class Category(Message):
    """One node of the category tree, which has two levels: ``home``, and ``home/furniture`` below it.

    ``products`` counts those in this category and below it.
    """

    id: str
    name: str
    products: int
    parent_id: str | None = None


class ProductPage(Message):
    """Some products out of ``total``."""

    total: int
    products: tuple[Product, ...]


class ProductUnknown(ContractError, status="not_found"):
    """No such product is for sale."""

    product_id: str


class CategoryUnknown(ContractError, status="not_found"):
    """No such category exists."""

    category_id: str


@contract("marketplace.catalog.v1", owner="assortment")
class Catalog(Protocol):
    """Describes what is for sale."""

    @query(deadline_s=0.3, errors=[ProductUnknown])
    async def get(self, product_id: str) -> Product: ...

    @query(deadline_s=0.5)
    async def get_many(self, product_ids: ProductIds) -> tuple[Product, ...]:
        """The products in the order of the ids, without unknown ones."""
        ...

    @query(deadline_s=0.5, cache_s=60, cache="public")
    async def categories(self) -> tuple[Category, ...]:
        """The whole tree, each parent directly before its children."""
        ...

    @query(deadline_s=0.5, errors=[CategoryUnknown])
    async def browse(
        self,
        category_id: str,
        offset: Annotated[int, Meta(ge=0)] = 0,
        limit: Annotated[int, Meta(ge=1, le=100)] = 24,
    ) -> ProductPage:
        """The products of a category and of those below it, in the order of their names."""
        ...

    @query(deadline_s=0.5)
    async def featured(self, limit: Annotated[int, Meta(ge=1, le=100)] = 12) -> tuple[Product, ...]:
        """A varied choice for a front page; it changes every day."""
        ...

    @query(deadline_s=0.5, errors=[ProductUnknown], cache_s=86_400, cache="public")
    async def picture(self, product_id: str) -> str:
        """The picture of a product as an SVG document; it never changes."""
        ...

    @query(deadline_s=30)
    def export(self) -> AsyncIterator[Product]:
        """All products, for capabilities that build something from them."""
        ...
