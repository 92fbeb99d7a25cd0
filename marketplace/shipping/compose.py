"""Puts the shipping capability together."""

from marketplace.shipping.service import ShippingService


def shipping() -> ShippingService:
    """The shipping rules; they need nothing."""
    return ShippingService()
