"""The account: a customer's name and address, orders and messages."""

import asyncio
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.notifications.contract import Notification, Notifications
from marketplace.orders.contract import Orders
from marketplace.profile.contract import Customer, ProfileInvalid
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Filled, Pages, posted, refused_by, visitor

from .order_view import OrderView
from .profile_form import Person, person_as_entered, read_person


@dataclass(frozen=True)
class AccountView:
    """``orders`` and ``messages`` are None when their capability did not answer in time."""

    customer: Customer
    form: Filled[Person]
    orders: tuple[OrderView, ...] | None
    messages: tuple[Notification, ...] | None


class AccountPages:
    """Shows the account and changes it."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/account", self._show, methods=["GET"]),
            Route("/account", self._save, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        view = await self._view(visitor(request).customer_id)
        return await self._pages.show(request, "account.html", view)

    async def _save(self, request: Request) -> Response:
        form = read_person(await posted(request))
        customer = visitor(request)
        if form.value is not None:
            form = await self._saved(customer.become_customer(), form, form.value)
        if form.wrong:
            view = replace(await self._view(customer.customer_id), form=form)
            return await self._pages.show(request, "account.html", view, status=422)
        customer.tell("Saved.")
        return RedirectResponse("/account", 303)

    async def _saved(self, customer_id: str, form: Filled[Person], person: Person) -> Filled[Person]:
        try:
            await self._shop.profile.update(customer_id, person.name, person.email)
        except ProfileInvalid as invalid:
            return refused_by(form, invalid.problems)
        return form

    async def _view(self, customer_id: str | None) -> AccountView:
        if customer_id is None:
            return AccountView(Customer(""), Filled(), (), ())
        customer, orders, messages = await asyncio.gather(
            self._shop.profile.get(customer_id),
            self._shop.extras.orders.call(Orders.list_for, customer_id),
            self._shop.extras.notifications.call(Notifications.list_for, customer_id),
        )
        shown = None if orders is None else tuple(OrderView(order, is_new=False) for order in orders)
        return AccountView(customer, person_as_entered(customer), shown, messages)
