"""What the contract of shipping promises, asked of the service in Python and of the one in Go, each in a process of its own."""

import pytest

from marketplace.catalog.contract import Item
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, Shipping, ShippingMethod, ShippingQuote
from marketplace.shipping.tariff import weight_g

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRODUCTS = [f"product-{n}" for n in range(500)]
LIGHT = min(PRODUCTS, key=weight_g)
HEAVY = max(PRODUCTS, key=weight_g)
CHEAP, DEAR = Money(1_000), Money(50_000)


async def test_a_small_parcel_within_the_country(shipping: Shipping) -> None:
    assert await shipping.quote("DE", (Item(LIGHT, 1),), CHEAP) == ShippingQuote(
        ShippingMethod.STANDARD, Money(390), 2, 3
    )


async def test_heavier_and_farther_cost_more(shipping: Shipping) -> None:
    light, heavy = (Item(LIGHT, 1),), (Item(HEAVY, 20),)
    for country in ("DE", "FR", "CH", "US"):
        assert (await shipping.quote(country, light, CHEAP)).price.amount < (
            await shipping.quote(country, heavy, CHEAP)
        ).price.amount
    prices = [(await shipping.quote(country, light, CHEAP)).price.amount for country in ("DE", "FR", "CH", "US")]
    assert prices == sorted(set(prices))


async def test_standard_is_free_from_a_subtotal_on_and_express_never_is(shipping: Shipping) -> None:
    items = (Item(LIGHT, 1),)
    assert (await shipping.quote("DE", items, Money(4_999))).price == Money(390)
    assert (await shipping.quote("DE", items, Money(5_000))).price == Money(0)
    assert (await shipping.quote("DE", items, DEAR, ShippingMethod.EXPRESS)).price == Money(990)
    assert (await shipping.quote("US", items, DEAR)).price == Money(1_990)


async def test_options_are_what_quote_says_cheapest_first(shipping: Shipping) -> None:
    items = (Item(HEAVY, 2),)
    options = await shipping.options("FR", items, CHEAP)
    assert [option.method for option in options] == [ShippingMethod.STANDARD, ShippingMethod.EXPRESS]
    for option in options:
        assert option == await shipping.quote("FR", items, CHEAP, option.method)


async def test_express_does_not_go_everywhere(shipping: Shipping) -> None:
    assert [option.method for option in await shipping.options("JP", (Item(LIGHT, 1),), CHEAP)] == [
        ShippingMethod.STANDARD
    ]
    with pytest.raises(CountryNotServed) as refused:
        await shipping.quote("JP", (Item(LIGHT, 1),), CHEAP, ShippingMethod.EXPRESS)
    assert refused.value.country == "JP"


async def test_countries_not_served_are_refused(shipping: Shipping) -> None:
    assert "AQ" not in await shipping.countries()
    with pytest.raises(CountryNotServed):
        await shipping.quote("AQ", (Item(LIGHT, 1),), CHEAP)
    with pytest.raises(CountryNotServed):
        await shipping.options("AQ", (Item(LIGHT, 1),), CHEAP)


async def test_every_country_listed_can_be_sent_to(shipping: Shipping) -> None:
    countries = await shipping.countries()
    assert list(countries) == sorted(set(countries))
    for country in countries:
        assert await shipping.options(country, (Item(LIGHT, 1),), CHEAP)
