"""Puts the pricing capability together."""

from marketplace.pricing.price_list import load
from marketplace.pricing.service import PricingService


def pricing() -> PricingService:
    """The packaged price list."""
    return PricingService(load())
