"""What pricing promises."""

import pytest

from marketplace.catalog.contract import Item, ProductUnknown
from marketplace.pricing.contract import Money, Price
from marketplace.pricing.price_list import Listed
from marketplace.pricing.service import PricingService


@pytest.fixture
def pricing() -> PricingService:
    return PricingService({"tea": Listed(regular=590, unit=590), "chair": Listed(regular=9990, unit=7490)})


async def test_quote(pricing: PricingService) -> None:
    assert await pricing.quote("tea", quantity=2) == Money(1180, "EUR")


async def test_quote_uses_the_discounted_price(pricing: PricingService) -> None:
    assert await pricing.quote("chair") == Money(7490)


async def test_quote_unknown(pricing: PricingService) -> None:
    with pytest.raises(ProductUnknown) as raised:
        await pricing.quote("unobtainium")
    assert raised.value.product_id == "unobtainium"


@pytest.mark.parametrize(
    ("quantity", "cents"),
    [(4, 2360), (5, 2862), (9, 5151), (10, 5546), (19, 10538), (20, 10620)],
)
async def test_many_pieces_are_cheaper(pricing: PricingService, quantity: int, cents: int) -> None:
    assert await pricing.quote("tea", quantity) == Money(cents)


async def test_quote_many_keeps_the_order_and_leaves_unknown_ones_out(pricing: PricingService) -> None:
    assert await pricing.quote_many(("chair", "unobtainium", "tea")) == (
        Price("chair", unit=Money(7490), regular=Money(9990)),
        Price("tea", unit=Money(590), regular=Money(590)),
    )


async def test_quote_basket_adds_up(pricing: PricingService) -> None:
    quote = await pricing.quote_basket((Item("tea", 5), Item("chair", 1)))
    assert [line.total for line in quote.lines] == [Money(2862), Money(7490)]
    assert [line.unit for line in quote.lines] == [Money(590), Money(7490)]
    assert quote.subtotal == Money(10352)


async def test_quote_basket_with_an_unknown_product(pricing: PricingService) -> None:
    with pytest.raises(ProductUnknown):
        await pricing.quote_basket((Item("tea", 1), Item("unobtainium", 1)))
