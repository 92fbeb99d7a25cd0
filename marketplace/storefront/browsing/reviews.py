"""The page with all reviews of a product, and the form to write one."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.catalog.contract import Product
from marketplace.reviews.contract import AlreadyReviewed, NewReview, NotABuyer
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Entered, Filled, Pages, Reader, picture_url, posted, product_url, visitor

from .opinions import Opinions, opinions_of
from .pager import Pager, page_asked_for, pager

_PER_PAGE: Final = 10


@dataclass(frozen=True)
class ReviewsView:
    product: Product
    opinions: Opinions
    pager: Pager
    form: Filled[NewReview]

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)


def read_review(entered: Entered) -> Filled[NewReview]:
    """The review that the visitor typed in."""
    read = Reader(entered)
    author = read.text("author", "Your name", most=60)
    title = read.text("title", "The title", most=100)
    text = read.text("text", "The review", most=4000, required=False)
    rating = read.whole("rating", "The rating", least=1, most=5)
    if "rating" in read.wrong:
        read.wrong["rating"] = "Please choose one to five stars."
    if read.wrong:
        return Filled(entered, read.wrong)
    return Filled(entered, value=NewReview(author, rating, title, text))


class ReviewPages:
    """Lists reviews and takes new ones."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        path = "/products/{product_id}/reviews"
        return [Route(path, self._list, methods=["GET"]), Route(path, self._write, methods=["POST"])]

    async def _list(self, request: Request) -> Response:
        return await self._show(request, Filled())

    async def _write(self, request: Request) -> Response:
        form = read_review(await posted(request))
        if form.value is None:
            return await self._show(request, form, status=422)
        product_id = _product_id(request)
        customer = visitor(request)
        try:
            await self._shop.reviews.add(customer.become_customer(), product_id, form.value)
        except NotABuyer:
            customer.tell("Only customers who bought a product can review it.", "bad")
        except AlreadyReviewed:
            customer.tell("You have already reviewed this product.", "warn")
        else:
            customer.tell("Thank you: your review is published.")
        return RedirectResponse(f"{product_url(product_id)}/reviews", 303)

    async def _show(self, request: Request, form: Filled[NewReview], *, status: int = 200) -> Response:
        product_id = _product_id(request)
        number = page_asked_for(request)
        customer_id = visitor(request).customer_id
        product, opinions = await asyncio.gather(
            self._shop.catalog.get(product_id),
            opinions_of(self._shop, product_id, customer_id, offset=(number - 1) * _PER_PAGE, limit=_PER_PAGE),
        )
        pages = -(-opinions.page.total // _PER_PAGE)
        links = pager(number, pages, lambda page: f"{product_url(product_id)}/reviews?page={page}")
        return await self._pages.show(
            request, "reviews.html", ReviewsView(product, opinions, links, form), status=status
        )


def _product_id(request: Request) -> str:
    return str(request.path_params["product_id"])
