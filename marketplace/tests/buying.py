"""What `plures topology isolate --verify` asks of the shop: what customers do, for each route that they come through."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from marketplace.storefront.tests.shopper import CARD, Shopper


async def buy(url: str) -> None:
    """Put something into a new cart, say where it goes, and pay."""
    shopper = Shopper(url)
    async with shopper.client:
        await shopper.buy("teapot")
        await shopper.go_to_checkout()
        await shopper.post_form("/checkout", **CARD)
    assert "Your order has been placed and paid." in shopper.page, f"{shopper.url}: {shopper.status}"


def look_at(path: str) -> Callable[[str], Awaitable[None]]:
    """Look at a page, which may lack what it can do without."""

    async def look(url: str) -> None:
        shopper = Shopper(url)
        async with shopper.client:
            await shopper.get(path)
        assert shopper.status == 200, f"{path}: {shopper.status}"

    return look


REQUESTS: Final[Mapping[str, Callable[[str], Awaitable[None]]]] = {
    "POST /checkout": buy,
    "GET /": look_at("/"),
    "GET /cart": look_at("/cart"),
    "GET /categories/{category_id:path}": look_at("/categories/home"),
    "GET /products/{product_id}": look_at("/products/teapot"),
    "GET /products/{product_id}/reviews": look_at("/products/teapot/reviews"),
    "GET /search": look_at("/search?q=teapot"),
}
