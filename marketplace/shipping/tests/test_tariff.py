"""The tables of the shipping rules."""

import pytest

from marketplace.catalog.contract import Item
from marketplace.shipping.contract import ShippingMethod
from marketplace.shipping.tariff import RATES, ZONES, WeightClass, parcels, weight_g

PRODUCTS = [f"product-{n}" for n in range(500)]
LIGHT = min(PRODUCTS, key=weight_g)
HEAVY = max(PRODUCTS, key=weight_g)


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


def test_every_zone_has_a_standard_rate() -> None:
    assert {zone for zone, method in RATES if method is ShippingMethod.STANDARD} == set(ZONES.values())
