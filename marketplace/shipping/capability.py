"""The shipping capability."""

from marketplace.shipping.contract import Shipping
from marketplace.shipping.service import ShippingService
from plures import Capability

shipping = Capability(Shipping, ShippingService)
