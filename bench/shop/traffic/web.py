"""Shoppers who load pages of the storefront over HTTP. We sign their cookies with the secret of the shop."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from json import dumps
from random import Random
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote, urlencode

from itsdangerous import TimestampSigner
from pyreqwest.client import ClientBuilder
from pyreqwest.response import Response

from bench.shop.traffic.checkout import ITEMS_PER_CART
from bench.shop.traffic.goods import all_goods, query_for
from bench.shop.traffic.shelf import Shelf, card_number
from plures.load import Zipf

SECRET = "a secret for measurements only"
COOKIE = "marketplace"
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
_FORM = "application/x-www-form-urlencoded"


class Shopper(NamedTuple):
    """One visitor: the cookie, and the token in their forms."""

    cookie: str
    token: str


class UnexpectedPage(Exception):
    """The shop answered with another page than the right one."""


class WebTraffic:
    """Loads pages as many shoppers. Some are buyers: they have an address and a full cart, and buy once."""

    def __init__(self, port: int, shelf: Shelf, random: Random) -> None:
        self._shelf = shelf
        self._random = random
        self._popular = Zipf(all_goods(), self._random)
        self._address = f"http://127.0.0.1:{port}"
        builder = ClientBuilder().no_proxy().follow_redirects(enable=False).timeout(timedelta(seconds=30))
        self._http = builder.pool_max_idle_per_host(256).build()
        self._browsing: Sequence[Shopper] = [self._shopper(number) for number in range(50)]
        self._buyers: list[tuple[Shopper, dict[str, str]]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def prepare(self, buyers: int) -> None:
        """Give this many buyers an address and a full cart, and each of the other shoppers a product in the cart."""
        for shopper in self._browsing:
            await self._add(shopper, self._popular.draw().product_id)
        for number in range(buyers):
            buyer = self._shopper(1_000 + number)
            await self._post("/checkout/address", buyer, _ADDRESS)
            for product_id in self._shelf.take(ITEMS_PER_CART):
                await self._add(buyer, product_id)
            self._buyers.append((buyer, await self._order_form(buyer)))

    async def send(self, page: str) -> None:
        """Load one page of this kind.

        Raises:
            UnexpectedPage: The answer is another page.
        """
        goods = self._popular.draw()
        shopper = self._random.choice(self._browsing)
        match page:
            case "search":
                text = query_for(goods.name, self._random, typo_share=0.1)
                await self._get(f"/search?q={quote(text)}", shopper)
            case "product" | "reviews":
                await self._get(f"/products/{goods.product_id}{'/reviews' if page == 'reviews' else ''}", shopper)
            case "add":
                await self._add(shopper, goods.product_id)
            case "checkout":
                await self._order(*self._buyers.pop())
            case _:
                await self._get({"home": "/", "cart": "/cart", "profile": "/account"}[page], shopper)

    async def _add(self, shopper: Shopper, product_id: str) -> None:
        await self._post("/cart/add", shopper, {"product_id": product_id, "quantity": "1"})

    async def _order_form(self, buyer: Shopper) -> dict[str, str]:
        """The hidden fields of the page with the order button, such as the key and the total."""
        page = await (await self._get("/checkout", buyer)).text()
        form = page[page.index('action="/checkout"') :]
        return {name: unescape(value) for name, value in _HIDDEN.findall(form)}

    async def _order(self, buyer: Shopper, form: dict[str, str]) -> None:
        card = {"holder": "Sam Poe", "number": card_number(self._random), "expiry": "08/40", "cvc": "123"}
        answer = await self._post("/checkout", buyer, {**form, **card})
        if not (answer.get_header("location") or "").startswith("/orders/"):
            raise UnexpectedPage(f"no order: {_problem_in(await answer.text())}")

    async def _get(self, path: str, shopper: Shopper) -> Response:
        answer = await self._http.get(self._address + path).header("cookie", shopper.cookie).build().send()
        if answer.status != 200:
            raise UnexpectedPage(f"GET {path}: status {answer.status}")
        return answer

    async def _post(self, path: str, shopper: Shopper, form: dict[str, str]) -> Response:
        body = urlencode({**form, "token": shopper.token}).encode()
        request = self._http.post(self._address + path).header("cookie", shopper.cookie)
        answer = await request.header("content-type", _FORM).body_bytes(body).build().send()
        if answer.status != 303 and path != "/checkout":
            raise UnexpectedPage(f"POST {path}: status {answer.status}")
        return answer

    def _shopper(self, number: int) -> Shopper:
        token = f"token-{number}"
        session = {"customer": f"c-{number:06d}-{self._random.getrandbits(40):x}", "token": token}
        signed = TimestampSigner(SECRET).sign(b64encode(dumps(session).encode())).decode()
        return Shopper(f"{COOKIE}={signed}", token)


_ADDRESS = {
    "recipient": "Sam Poe",
    "street": "Main Street 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}


def _problem_in(page: str) -> str:
    """What the page says is wrong, without its markup."""
    found = re.search(r'<div class="note bad".*?</div>', page, re.DOTALL)
    return re.sub(r"(<[^>]+>|\s)+", " ", found.group() if found else page[:300])
