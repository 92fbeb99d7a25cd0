"""What products cost, and ``Money``, the type that says so."""

from typing import Annotated, Final, Protocol

from marketplace.catalog.contract import Item, Pieces, ProductIds, ProductUnknown
from plures import Message, Meta, contract, query

_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}


class Money(Message):
    """An amount in minor units of a currency: ``Money(1180, "EUR")`` is 11.80 euros."""

    amount: int
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"


def in_words(money: Money) -> str:
    """``€1,180.50``; a currency without a sign of its own is written with its code: ``CHF 12.00``."""
    sign = _SIGNS.get(money.currency, f"{money.currency} ")
    minus = "-" if money.amount < 0 else ""
    major, minor = divmod(abs(money.amount), 100)
    return f"{minus}{sign}{major:,}.{minor:02d}"


class Price(Message):
    """What one piece costs today (``unit``), and what it costs without discount (``regular``)."""

    product_id: str
    unit: Money
    regular: Money


class QuotedLine(Message):
    """One line of a quote; ``total`` is after the discount for many pieces."""

    product_id: str
    quantity: int
    unit: Money
    total: Money


class Quote(Message):
    """What a basket costs, without shipping; taxes are included."""

    lines: tuple[QuotedLine, ...]
    subtotal: Money


@contract("marketplace.pricing.v1", owner="commerce")
class Pricing(Protocol):
    """Says what products cost."""

    @query(deadline_s=0.3, errors=[ProductUnknown])
    async def quote(self, product_id: str, quantity: Pieces = 1) -> Money:
        """The price of this many pieces of one product."""
        ...

    @query(deadline_s=0.5)
    async def quote_many(self, product_ids: ProductIds) -> tuple[Price, ...]:
        """The prices of single pieces in the order of the ids, without unknown products."""
        ...

    @query(deadline_s=0.5, errors=[ProductUnknown])
    async def quote_basket(self, items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=100)]) -> Quote:
        """The price of all items together, with a line for each, in the same order."""
        ...
