"""All reviews of a product, and writing one."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.catalog.contract import Product
from marketplace.reviews.contract import AlreadyReviewed, NewReview, NotABuyer, Rating, ReviewPage

from .cards import picture_url, product_url
from .forms import Filled, posted
from .optional import optional
from .pager import Pager, page_asked_for, pager
from .rendering import Pages
from .review_form import read_review
from .shop import Shop
from .visitor import visitor

_PER_PAGE: Final = 10


@dataclass(frozen=True)
class ReviewsView:
    """One page of reviews. ``form`` is None for visitors who cannot write one."""

    product: Product
    rating: Rating | None
    page: ReviewPage
    pager: Pager
    form: Filled[NewReview] | None

    @property
    def url(self) -> str:
        return product_url(self.product.id)

    @property
    def picture(self) -> str:
        return picture_url(self.product.id)


class ReviewPages:
    """Lists reviews and takes new ones."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        path = "/products/{product_id}/reviews"
        return [Route(path, self._list, methods=["GET"]), Route(path, self._write, methods=["POST"])]

    async def _list(self, request: Request) -> Response:
        product_id = _product_id(request)
        customer_id = visitor(request).customer_id
        may_write = customer_id is not None and await optional(self._shop.reviews.may_review(customer_id, product_id))
        return await self._show(request, Filled() if may_write else None)

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

    async def _show(self, request: Request, form: Filled[NewReview] | None, *, status: int = 200) -> Response:
        product_id = _product_id(request)
        number = page_asked_for(request)
        product, ratings, page = await asyncio.gather(
            self._shop.catalog.get(product_id),
            self._shop.reviews.summary((product_id,)),
            self._shop.reviews.list_for(product_id, (number - 1) * _PER_PAGE, _PER_PAGE),
        )
        links = pager(number, -(-page.total // _PER_PAGE), lambda n: f"{product_url(product_id)}/reviews?page={n}")
        view = ReviewsView(product, ratings[0] if ratings else None, page, links, form)
        return await self._pages.show(request, "reviews.html", view, status=status)


def _product_id(request: Request) -> str:
    return str(request.path_params["product_id"])
