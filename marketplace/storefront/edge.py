"""Composition of the storefront: all pages, and what every request passes through."""

from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware

from plures import CrossOriginProtection, SecurityHeaders

from .account import AccountPages, OrderPages
from .browsing import CategoryPage, HomePage, Pictures, ProductPage, ReviewPages, SearchPage
from .buying import AddressPages, CartPages, CheckoutPages
from .shop import Shop
from .web import Aisles, Assets, Failures, OnBehalf, Pages, Settings, settings_from

_YEAR_S: Final = 365 * 24 * 3600
# Pages with names, addresses and orders: a browser that others use as well must not keep them.
_PERSONAL: Final = ("/account", "/checkout", "/orders")
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
    app = Starlette(
        routes=[route for part in parts for route in part.routes()],
        middleware=[
            Middleware(SecurityHeaders, https=settings.https_only, personal=_PERSONAL),
            Middleware(CrossOriginProtection),
            _sessions(settings),
            Middleware(OnBehalf),
        ],
        exception_handlers=Failures(pages).handlers(),
        max_body_size=_MOST_BODY_BYTES,
    )
    # It would lead to whatever site the Host header names.
    app.router.redirect_slashes = False
    return app


def _sessions(settings: Settings) -> Middleware:
    return Middleware(
        SessionMiddleware,
        secret_key=settings.secret,
        # With this prefix, browsers take the cookie from this very site alone, and over HTTPS.
        session_cookie="__Host-marketplace" if settings.https_only else "marketplace",
        max_age=_YEAR_S,
        same_site="lax",
        https_only=settings.https_only,
    )
