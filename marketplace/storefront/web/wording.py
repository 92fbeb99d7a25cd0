"""How pages write values: amounts of money, days, countries, ways to send a parcel, and the addresses of products."""

from datetime import datetime
from typing import Final
from urllib.parse import quote

from marketplace.pricing.contract import Money, in_words
from marketplace.profile.contract import country_name
from marketplace.shipping.contract import ShippingMethod, ShippingQuote

# Goes up when the catalogue draws its products in another way.
_PICTURES: Final = 2
_METHODS: Final = {ShippingMethod.STANDARD: "Standard", ShippingMethod.EXPRESS: "Express"}


def day(at: datetime) -> str:
    """``22 November 2026``."""
    return f"{at.day} {at:%B %Y}"


def short_day(at: datetime) -> str:
    """``22 Nov``."""
    return f"{at.day} {at:%b}"


def method_name(shipping: ShippingQuote) -> str:
    return _METHODS.get(shipping.method, shipping.method.value)


def shipping_days(shipping: ShippingQuote) -> str:
    """``1 working day``, ``2 to 4 working days``."""
    if shipping.days_min == shipping.days_max:
        return f"{shipping.days_min} working day{'s' if shipping.days_min != 1 else ''}"
    return f"{shipping.days_min} to {shipping.days_max} working days"


def shipping_price(price: Money) -> str:
    return in_words(price) if price.amount else "free"


def product_url(product_id: str) -> str:
    return f"/products/{quote(product_id, safe='')}"


def picture_url(product_id: str) -> str:
    """Browsers keep pictures for a year, so new pictures need a new address."""
    return f"/pictures/{quote(product_id, safe='')}.svg?{_PICTURES}"


# What templates call, by the names that they use.
FILTERS: Final = {
    "money": in_words,
    "day": day,
    "short_day": short_day,
    "country": country_name,
    "method": method_name,
    "days": shipping_days,
    "shipping": shipping_price,
    "product": product_url,
    "picture": picture_url,
}
