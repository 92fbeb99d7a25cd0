"""What customers find again afterwards: their data, their orders, our messages to them."""

from .order import OrderPages
from .overview import AccountPages

__all__ = ["AccountPages", "OrderPages"]
