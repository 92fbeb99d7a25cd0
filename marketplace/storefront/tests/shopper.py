"""A shopper without a browser: keeps cookies, follows redirects, sends the token of the page they look at."""

import re
from html import unescape

import httpx
from starlette.applications import Starlette

ADDRESS = {
    "recipient": "Ada Byron",
    "street": "Main Street 1",
    "postal_code": "10117",
    "city": "Berlin",
    "country": "DE",
}
CARD = {"number": "4242 4242 4242 4242", "expiry": "08/29", "cvc": "123", "holder": "Ada Byron"}


class Shopper:
    """One visitor of a shop, or of the address of a running one. ``page`` is the text of the last page without markup, ``html`` with it."""

    def __init__(self, shop: Starlette | str) -> None:
        transport = None if isinstance(shop, str) else httpx.ASGITransport(shop, raise_app_exceptions=False)
        address = shop if isinstance(shop, str) else "http://shop.example"
        self.client = httpx.AsyncClient(transport=transport, base_url=address, follow_redirects=True)
        self.html = ""
        self.status = 0
        self.url = ""

    async def get(self, path: str) -> "Shopper":
        return self._look(await self.client.get(path))

    async def post(self, path: str, **fields: str) -> "Shopper":
        return self._look(await self.client.post(path, data={"token": self.hidden("token"), **fields}))

    async def post_form(self, path: str, **fields: str) -> "Shopper":
        """Send a form with all its hidden fields."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.html))
        return await self.post(path, **{name: unescape(value) for name, value in hidden.items()}, **fields)

    async def buy(self, product_id: str, quantity: int = 1) -> "Shopper":
        """Put a product into the cart."""
        await self.get(f"/products/{product_id}")
        return await self.post("/cart/add", product_id=product_id, quantity=str(quantity))

    async def go_to_checkout(self) -> "Shopper":
        """Go from a full cart to the page with the order button."""
        await self.get("/checkout")
        return await self.post("/checkout/address", **ADDRESS)

    def hidden(self, name: str) -> str:
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.html)
        return unescape(found[1]) if found else ""

    @property
    def page(self) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    def _look(self, response: httpx.Response) -> "Shopper":
        self.html, self.status, self.url = response.text, response.status_code, str(response.url.raw_path, "ascii")
        return self
