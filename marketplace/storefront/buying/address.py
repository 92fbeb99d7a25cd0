"""The first step of the checkout: where to send the order."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from marketplace.profile.contract import Address, ProfileInvalid
from marketplace.storefront.shop import Shop
from marketplace.storefront.web import Filled, Pages, Remembered, posted, refused_by, visitor

from .address_form import Country, address_as_entered, choices, read_address


@dataclass(frozen=True)
class AddressView:
    """The form, and the countries to choose from."""

    form: Filled[Address]
    countries: tuple[Country, ...]


class AddressPages:
    """Asks for the address. Both the checkout and the account lead here."""

    def __init__(self, shop: Shop, pages: Pages) -> None:
        self._shop = shop
        self._pages = pages
        self._countries = Remembered(shop.shipping.countries)

    def routes(self) -> list[Route]:
        path = "/checkout/address"
        return [Route(path, self._ask, methods=["GET"]), Route(path, self._save, methods=["POST"])]

    async def _ask(self, request: Request) -> Response:
        customer_id = visitor(request).customer_id
        known = (await self._shop.profile.get(customer_id)).address if customer_id else None
        return await self._show(request, address_as_entered(known))

    async def _save(self, request: Request) -> Response:
        form = read_address(await posted(request), await self._countries.get())
        if form.value is None:
            return await self._show(request, form, status=422)
        try:
            await self._shop.profile.set_address(visitor(request).become_customer(), form.value)
        except ProfileInvalid as invalid:
            return await self._show(request, refused_by(form, invalid.problems), status=422)
        return RedirectResponse("/checkout", 303)

    async def _show(self, request: Request, form: Filled[Address], *, status: int = 200) -> Response:
        view = AddressView(form, choices(await self._countries.get()))
        return await self._pages.show(request, "address.html", view, status=status)
