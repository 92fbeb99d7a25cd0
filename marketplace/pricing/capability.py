"""The pricing capability."""

from marketplace.pricing.contract import Pricing
from marketplace.pricing.price_list import load
from marketplace.pricing.service import PricingService
from plures import Capability


def make() -> PricingService:
    return PricingService(load())


pricing = Capability(Pricing, make)
