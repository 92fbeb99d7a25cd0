"""Amounts of money as people write them."""

from typing import Final

from marketplace.pricing.contract import Money

_SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}


def in_words(money: Money) -> str:
    """``€1,180.50``; a currency without a sign of its own goes by its code: ``CHF 12.00``."""
    sign = _SIGNS.get(money.currency, f"{money.currency} ")
    minus = "-" if money.amount < 0 else ""
    major, minor = divmod(abs(money.amount), 100)
    return f"{minus}{sign}{major:,}.{minor:02d}"
