"""A whole shop in memory, and the ways in which parts of it fail."""

import asyncio
from dataclasses import dataclass, fields, replace
from typing import Any, NoReturn

from starlette.applications import Starlette

from marketplace.storefront.edge import pages_of
from marketplace.storefront.shop import Extras, Shop
from marketplace.storefront.web.settings import Settings
from plures import Optionally, Outcome, Unavailable

from .fake_assortment import PRICES, STOCK, FakeCatalog, FakeInventory, FakePricing, FakeSearch
from .fake_checkout import FakeCheckout, FakeShipping
from .fake_customers import FakeCart, FakeNotifications, FakeOrders, FakeProfile, FakeRecommendations, FakeReviews

_EXTRAS = {field.name for field in fields(Extras)}
_NEEDED = {field.name for field in fields(Shop)}


class Down:
    """Stands for any capability whose process is gone."""

    def __init__(self, name: str, outcome: Outcome = Outcome.NOT_SENT) -> None:
        self._name = name
        self._outcome = outcome

    def __getattr__(self, operation: str) -> Any:
        async def fail(*_args: object, **_kwargs: object) -> NoReturn:
            raise Unavailable(f"marketplace.{self._name}.v1.X/{operation}", "nothing listens", outcome=self._outcome)

        return fail


class Hanging:
    """Stands for any capability that never answers."""

    def __getattr__(self, operation: str) -> Any:
        async def hang(*_args: object, **_kwargs: object) -> NoReturn:
            await asyncio.Event().wait()
            raise AssertionError(operation)

        return hang


@dataclass
class FakeShop:
    """The fakes, to prepare them and to look at what became of them."""

    catalog: FakeCatalog
    pricing: FakePricing
    inventory: FakeInventory
    search: FakeSearch
    cart: FakeCart
    orders: FakeOrders
    profile: FakeProfile
    reviews: FakeReviews
    notifications: FakeNotifications
    checkout: FakeCheckout
    shop: Shop

    def app(self, **parts: object) -> Starlette:
        """The storefront of this shop, with some parts replaced."""
        extras = {name: Optionally(part) for name, part in parts.items() if name in _EXTRAS}
        needed = {name: part for name, part in parts.items() if name in _NEEDED}
        replaced = replace(self.shop, extras=replace(self.shop.extras, **extras), **needed)  # type: ignore[arg-type]  # Down and Hanging answer to any name
        return pages_of(replaced, Settings("a secret for tests"))


def fake_shop(catalog: FakeCatalog | None = None) -> FakeShop:
    catalog = catalog or FakeCatalog()
    pricing, inventory = FakePricing(dict(PRICES)), FakeInventory(dict(STOCK))
    search = FakeSearch(catalog, pricing, inventory)
    cart, orders, profile = FakeCart(catalog), FakeOrders(), FakeProfile()
    reviews, notifications, shipping = FakeReviews(), FakeNotifications(), FakeShipping()
    checkout = FakeCheckout(catalog, pricing, inventory, shipping, cart, orders, profile, reviews, notifications)
    extras = Extras(
        search=Optionally(search),
        catalog=Optionally(catalog),
        pricing=Optionally(pricing),
        inventory=Optionally(inventory),
        reviews=Optionally(reviews),
        recommendations=Optionally(FakeRecommendations({"armchair": ("stool", "teapot")})),
        cart=Optionally(cart),
        shipping=Optionally(shipping),
        orders=Optionally(orders),
        profile=Optionally(profile),
        notifications=Optionally(notifications),
    )
    shop = Shop(
        search=search,
        catalog=catalog,
        pricing=pricing,
        inventory=inventory,
        reviews=reviews,
        cart=cart,
        checkout=checkout,
        shipping=shipping,
        orders=orders,
        profile=profile,
        extras=extras,
    )
    return FakeShop(catalog, pricing, inventory, search, cart, orders, profile, reviews, notifications, checkout, shop)
