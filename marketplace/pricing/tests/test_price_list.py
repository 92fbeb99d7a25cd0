"""The packaged price list: plausible, and made as its maker says."""

import pytest

from marketplace.pricing.make_price_list import RANGES, listed
from marketplace.pricing.price_list import load


def test_prices_are_positive_and_discounts_are_discounts() -> None:
    prices = load()
    assert len(prices) >= 10_000
    assert all(0 < price.unit <= price.regular for price in prices.values())
    assert 0.08 < sum(price.unit < price.regular for price in prices.values()) / len(prices) < 0.2


@pytest.mark.parametrize("category_id", sorted(RANGES))
def test_a_price_lies_in_the_range_of_its_category(category_id: str) -> None:
    low, high = RANGES[category_id]
    for number in range(50):
        price = listed(f"product-{number}", category_id)
        assert price.regular >= 49
        assert 0.9 * 100 * low <= price.regular <= 100 * high + 1000


def test_the_same_product_always_costs_the_same() -> None:
    assert listed("sofa", "furniture/seating") == listed("sofa", "furniture/seating")
    assert load()["sofa"] == listed("sofa", "furniture/seating")


def test_a_shelf_without_a_range_uses_its_departments() -> None:
    assert listed("hammer", "tools/hand").regular <= 100 * RANGES["tools"][1] + 1000
