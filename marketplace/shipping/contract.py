"""How we send parcels, and what that costs."""

from enum import Enum
from typing import Annotated, Protocol

from marketplace.catalog.contract import Item
from marketplace.pricing.contract import Money
from plures import ContractError, Message, Meta, contract, query

Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Items = Annotated[tuple[Item, ...], Meta(min_length=1, max_length=100)]


class ShippingMethod(Enum):
    """The ways to send a parcel."""

    STANDARD = "standard"
    EXPRESS = "express"


class ShippingQuote(Message):
    """What one way to send a parcel costs, and how many working days it takes."""

    method: ShippingMethod
    price: Money
    days_min: int
    days_max: int


class CountryNotServed(ContractError, status="failed_precondition"):
    """We do not send parcels to this country in this way."""

    country: str


@contract("marketplace.shipping.v1", owner="fulfilment")
class Shipping(Protocol):
    """Says what a parcel costs. Countries are two letters (ISO 3166-1)."""

    @query(deadline_s=0.5, errors=[CountryNotServed])
    async def quote(
        self, country: Country, items: Items, subtotal: Money, method: ShippingMethod = ShippingMethod.STANDARD
    ) -> ShippingQuote:
        """Standard shipping is free if ``subtotal``, the price of all items, is high enough."""
        ...

    @query(deadline_s=0.5, errors=[CountryNotServed])
    async def options(self, country: Country, items: Items, subtotal: Money) -> tuple[ShippingQuote, ...]:
        """Every way to send the parcel, the cheapest first."""
        ...

    @query(deadline_s=0.5)
    async def countries(self) -> tuple[str, ...]:
        """The countries to which we send parcels, in alphabetical order."""
        ...
