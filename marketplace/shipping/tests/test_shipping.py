import pytest

from marketplace.catalog.contract import Item
from marketplace.pricing.contract import Money
from marketplace.shipping.contract import CountryNotServed, ShippingMethod, ShippingQuote
from marketplace.shipping.service import ShippingService
from marketplace.shipping.tariff import RATES, ZONES, WeightClass, parcels, weight_g

PRODUCTS = [f"product-{n}" for n in range(500)]
LIGHT = min(PRODUCTS, key=weight_g)
HEAVY = max(PRODUCTS, key=weight_g)
CHEAP, DEAR = Money(1_000), Money(50_000)

shipping = ShippingService()


def test_weights_are_always_the_same_and_plausible() -> None:
    weights = [weight_g(product) for product in PRODUCTS]
    assert weights == [weight_g(product) for product in PRODUCTS]
    assert min(weights) >= 100
    assert 3_000 < max(weights) <= 4_000
    assert sum(weight < 2_000 for weight in weights) > len(weights) / 2


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((Item(LIGHT, 1),), (WeightClass.SMALL,)),
        ((Item(LIGHT, 1), Item(HEAVY, 1)), (WeightClass.MEDIUM,)),
        ((Item(HEAVY, 5),), (WeightClass.LARGE,)),
        ((Item(HEAVY, 99),), (WeightClass.LARGE,) * 13),
    ],
)
def test_parcels_carry_everything(items: tuple[Item, ...], expected: tuple[WeightClass, ...]) -> None:
    carried = parcels(items)
    assert carried == expected
    assert sum(parcel.value for parcel in carried) >= sum(weight_g(i.product_id) * i.quantity for i in items)


async def test_a_small_parcel_within_the_country() -> None:
    assert await shipping.quote("DE", (Item(LIGHT, 1),), CHEAP) == ShippingQuote(
        ShippingMethod.STANDARD, Money(390), 2, 3
    )


async def test_heavier_and_farther_cost_more() -> None:
    light, heavy = (Item(LIGHT, 1),), (Item(HEAVY, 20),)
    for country in ("DE", "FR", "CH", "US"):
        assert (await shipping.quote(country, light, CHEAP)).price.amount < (
            await shipping.quote(country, heavy, CHEAP)
        ).price.amount
    prices = [(await shipping.quote(country, light, CHEAP)).price.amount for country in ("DE", "FR", "CH", "US")]
    assert prices == sorted(set(prices))


async def test_standard_is_free_from_a_subtotal_on_and_express_never_is() -> None:
    items = (Item(LIGHT, 1),)
    assert (await shipping.quote("DE", items, Money(4_999))).price == Money(390)
    assert (await shipping.quote("DE", items, Money(5_000))).price == Money(0)
    assert (await shipping.quote("DE", items, DEAR, ShippingMethod.EXPRESS)).price == Money(990)
    assert (await shipping.quote("US", items, DEAR)).price == Money(1_990)


async def test_options_are_what_quote_says_cheapest_first() -> None:
    items = (Item(HEAVY, 2),)
    options = await shipping.options("FR", items, CHEAP)
    assert [option.method for option in options] == [ShippingMethod.STANDARD, ShippingMethod.EXPRESS]
    for option in options:
        assert option == await shipping.quote("FR", items, CHEAP, option.method)


async def test_express_does_not_go_everywhere() -> None:
    assert [option.method for option in await shipping.options("JP", (Item(LIGHT, 1),), CHEAP)] == [
        ShippingMethod.STANDARD
    ]
    with pytest.raises(CountryNotServed) as refused:
        await shipping.quote("JP", (Item(LIGHT, 1),), CHEAP, ShippingMethod.EXPRESS)
    assert refused.value.country == "JP"


async def test_countries_not_served_are_refused() -> None:
    assert "AQ" not in await shipping.countries()
    with pytest.raises(CountryNotServed):
        await shipping.quote("AQ", (Item(LIGHT, 1),), CHEAP)
    with pytest.raises(CountryNotServed):
        await shipping.options("AQ", (Item(LIGHT, 1),), CHEAP)


async def test_every_country_listed_can_be_sent_to() -> None:
    countries = await shipping.countries()
    assert list(countries) == sorted(set(countries))
    for country in countries:
        assert await shipping.options(country, (Item(LIGHT, 1),), CHEAP)


def test_every_zone_has_a_standard_rate() -> None:
    assert {zone for zone, method in RATES if method is ShippingMethod.STANDARD} == set(ZONES.values())
