"""Composition of the storefront: all pages, and what every request passes through."""

from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

from .account import AccountPages, OrderPages
from .browsing import CategoryPage, HomePage, Pictures, ProductPage, ReviewPages, SearchPage
from .buying import AddressPages, CartPages, CheckoutPages
from .shop import Shop
from .web import Aisles, Assets, Failures, Pages, SecurityHeaders, Settings, settings_from

_YEAR_S: Final = 365 * 24 * 3600
_MOST_BODY_BYTES: Final = 64 * 1024


def storefront(shop: Shop) -> Starlette:
    """The shop's pages, as an ASGI application."""
    return pages_of(shop, settings_from())


def pages_of(shop: Shop, settings: Settings) -> Starlette:
    """The storefront of a shop."""
    assets = Assets()
    aisles = Aisles(shop.catalog)
    pages = Pages(assets, aisles)
    parts = (
        HomePage(shop.extras, pages, aisles),
        SearchPage(shop, pages, aisles),
        CategoryPage(shop, pages, aisles),
        ProductPage(shop, pages, aisles),
        ReviewPages(shop, pages),
        CartPages(shop, pages),
        AddressPages(shop, pages),
        CheckoutPages(shop, pages),
        OrderPages(shop, pages),
        AccountPages(shop, pages),
        Pictures(shop),
        assets,
    )
    return Starlette(
        routes=[route for part in parts for route in part.routes()],
        middleware=[Middleware(SecurityHeaders), _sessions(settings)],
        exception_handlers=Failures(pages).handlers(),
        max_body_size=_MOST_BODY_BYTES,
    )


def _sessions(settings: Settings) -> Middleware:
    return Middleware(
        SessionMiddleware,
        secret_key=settings.secret,
        session_cookie="marketplace",
        max_age=_YEAR_S,
        same_site="lax",
        https_only=settings.https_only,
    )
