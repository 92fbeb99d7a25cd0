"""What shoppers do: the steps of which the browser tests are made."""

import asyncio
import re
from dataclasses import dataclass

from playwright.async_api import Page, expect

GOOD_CARD = "4242424242424242"
_MOST_ATTEMPTS = 60
ADDRESS = {
    "Name": "Ada Byron",
    "Street and number": "Main Street 1",
    "Postal code": "10117",
    "Town or city": "Berlin",
}


@dataclass(frozen=True)
class Shopper:
    """A shopper in front of a page of the shop at ``url``."""

    page: Page
    url: str

    async def visit(self, path: str = "/") -> None:
        await self.page.goto(self.url + path)

    async def search(self, text: str) -> None:
        await self.page.get_by_label("Search the shop").fill(text)
        async with self.page.expect_navigation(url="**/search?*"):
            await self.page.get_by_label("Search the shop").press("Enter")

    async def search_until_found(self, text: str) -> None:
        """Search again and again until the index is ready."""
        for _ in range(_MOST_ATTEMPTS):
            await self.search(text)
            if await self.page.locator(".card").count():
                return
            await asyncio.sleep(0.5)
        await expect(self.page.locator(".card").first).to_be_visible()

    async def open_something_in_stock(self) -> str:
        """Open one hit after the other until one is for sale; returns its name."""
        hits = self.page.locator(".card h3 a")
        await expect(hits.first).to_be_visible()
        for link in [await hit.get_attribute("href") for hit in await hits.all()]:
            await self.visit(link or "/")
            if await self.page.get_by_role("button", name="Add to cart").count():
                return await self.page.get_by_role("heading", level=1).inner_text()
        message = "everything that was found is sold out"
        raise AssertionError(message)

    async def add_to_cart(self, quantity: int = 1) -> None:
        await self.page.get_by_label("Quantity").fill(str(quantity))
        await self.page.get_by_role("button", name="Add to cart").click()
        await self.page.wait_for_url("**/cart")
        await expect(self.page.get_by_text("Added to your cart.")).to_be_visible()

    async def give_address(self) -> None:
        """Go from the cart to the page with the order button."""
        await self.page.get_by_role("link", name="Check out").click()
        await self.page.wait_for_url("**/checkout/address")
        for label, text in ADDRESS.items():
            await self.page.get_by_label(label, exact=True).fill(text)
        await self.page.get_by_label("Country").select_option("DE")
        await self.page.get_by_role("button", name="Continue").click()
        await self.page.wait_for_url("**/checkout")

    async def pay(self, card: str = GOOD_CARD) -> None:
        """Fill in the card and press the order button."""
        await self.fill_in_card(card)
        await self.page.get_by_role("button", name="Order and pay").click()

    async def fill_in_card(self, card: str = GOOD_CARD) -> None:
        await self.page.get_by_label("Card number").fill(card)
        await self.page.get_by_label("Valid until").fill("08/45")
        await self.page.get_by_label("Security code").fill("123")
        await self.page.get_by_label("Name on the card").fill("Ada Byron")

    async def expect_order_of(self, name: str) -> None:
        """The page says that the order is placed and shows the product; the account lists the order."""
        await expect(self.page.get_by_text("Your order has been placed and paid.")).to_be_visible()
        await expect(self.page.get_by_role("link", name=name, exact=True)).to_be_visible()
        number = (await self.page.get_by_role("heading", level=1).inner_text()).removeprefix("Order ")
        await self.page.get_by_role("link", name="All your orders").click()
        await expect(self.page.get_by_role("link", name=f"Order {number}")).to_be_visible()
        await expect(self.page.get_by_role("link", name=re.compile("^Cart [0-9]"))).to_have_count(0)
