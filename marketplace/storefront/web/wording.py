"""How pages write values: amounts of money, days, countries, ways to send a parcel, and the addresses of products."""

from datetime import datetime
from typing import Final
from urllib.parse import quote

from marketplace.pricing.contract import Money
from marketplace.shipping.contract import ShippingMethod, ShippingQuote

_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}
_METHODS: Final = {ShippingMethod.STANDARD: "Standard", ShippingMethod.EXPRESS: "Express"}
# By their two letters (ISO 3166-1), as all capabilities know them.
COUNTRY_NAMES: Final = {
    "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "CA": "Canada", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "FI": "Finland",
    "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland",
    "IS": "Iceland", "IT": "Italy", "JP": "Japan", "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg",
    "LV": "Latvia", "MT": "Malta", "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland",
    "PT": "Portugal", "RO": "Romania", "SE": "Sweden", "SI": "Slovenia", "SK": "Slovakia", "US": "United States",
}  # fmt: skip


def in_words(money: Money) -> str:
    """``€1,180.50``; a currency without a sign of its own is written with its code: ``CHF 12.00``."""
    sign = _SIGNS.get(money.currency, f"{money.currency} ")
    minus = "-" if money.amount < 0 else ""
    major, minor = divmod(abs(money.amount), 100)
    return f"{minus}{sign}{major:,}.{minor:02d}"


def day(at: datetime) -> str:
    """``22 November 2026``."""
    return f"{at.day} {at:%B %Y}"


def country_name(code: str) -> str:
    """The name of a country, or its code when we have no name for it."""
    return COUNTRY_NAMES.get(code, code)


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
    return f"/pictures/{quote(product_id, safe='')}.svg"


# What templates call, by the names that they use.
FILTERS: Final = {
    "money": in_words,
    "day": day,
    "country": country_name,
    "method": method_name,
    "days": shipping_days,
    "shipping": shipping_price,
    "product": product_url,
    "picture": picture_url,
}
