"""Shipping rules: how parcels get to a country, and what that costs. It keeps no data."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from marketplace.catalog.contract import Item
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, Shipping, ShippingMethod, ShippingQuote
from marketplace.shipping.tariff import RATES, ZONES, Rate, WeightClass, parcels

_COUNTRIES: Final = tuple(sorted(ZONES))
_cost: Final = attrgetter("price.amount")


class ShippingService(Shipping):
    async def quote(
        self,
        country: str,
        items: tuple[Item, ...],
        subtotal: Money,
        method: ShippingMethod = ShippingMethod.STANDARD,
    ) -> ShippingQuote:
        rate = _rate(country, method)
        if rate is None:
            raise CountryNotServed(country=country)
        return _quote(method, rate, parcels(items), subtotal)

    async def options(self, country: str, items: tuple[Item, ...], subtotal: Money) -> tuple[ShippingQuote, ...]:
        needed = parcels(items)
        rates = ((method, _rate(country, method)) for method in ShippingMethod)
        quotes = [_quote(method, rate, needed, subtotal) for method, rate in rates if rate is not None]
        if not quotes:
            raise CountryNotServed(country=country)
        return tuple(sorted(quotes, key=_cost))

    async def countries(self) -> tuple[str, ...]:
        return _COUNTRIES


def _rate(country: str, method: ShippingMethod) -> Rate | None:
    zone = ZONES.get(country)
    return None if zone is None else RATES.get((zone, method))


def _quote(method: ShippingMethod, rate: Rate, needed: Sequence[WeightClass], subtotal: Money) -> ShippingQuote:
    is_free = rate.free_from is not None and subtotal.amount >= rate.free_from
    amount = 0 if is_free else sum(rate.prices[weight_class] for weight_class in needed)
    return ShippingQuote(method, Money(amount, subtotal.currency), *rate.days)
