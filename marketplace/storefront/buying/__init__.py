"""From the cart to the order: the cart, the address, the card, and the button that orders.

It works without search, reviews and recommendations.
"""

from .address import AddressPages
from .cart import CartPages
from .checkout import CheckoutPages

__all__ = ["AddressPages", "CartPages", "CheckoutPages"]
