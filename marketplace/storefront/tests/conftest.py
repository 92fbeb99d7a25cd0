"""A shop in memory, and a shopper."""

import pytest

from .fake_shop import FakeShop, fake_shop
from .shopper import Shopper


@pytest.fixture
def shop() -> FakeShop:
    return fake_shop()


@pytest.fixture
def shopper(shop: FakeShop) -> Shopper:
    return Shopper(shop.app())
