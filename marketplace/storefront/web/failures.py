"""Pages about failures: they say what happened, what it means for the customer, and where to go from there."""

import logging
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from marketplace.catalog.contract import CategoryUnknown, ProductUnknown
from marketplace.checkout.contract import CheckoutIncomplete
from marketplace.orders.contract import OrdersPrivate, OrderUnknown
from plures import CallError, Outcome, SecurityHeaders

from .forms import FormExpired
from .rendering import Pages

_log = logging.getLogger(__name__)

_PARTS: Final = {
    "catalog": "our catalogue",
    "pricing": "our price list",
    "inventory": "our warehouse",
    "reviews": "the reviews",
    "cart": "the cart",
    "checkout": "the checkout",
    "shipping": "our parcel service",
    "orders": "the orders",
    "profile": "your account",
    "notifications": "your messages",
    "search": "search",
}
_KEPT: Final = "Your cart and your orders are safe."


@dataclass(frozen=True)
class FailureView:
    """The page shows ``status`` in large type; ``again`` is the address to try once more, if that makes sense."""

    status: int
    title: str
    text: str
    again: str | None = None


class Failures:
    """Makes pages of exceptions. It calls no capability, because one may just have failed."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def handlers(self) -> dict[int | type[Exception], ExceptionHandler]:
        return {
            HTTPException: self._http,
            FormExpired: self._form_expired,
            CallError: self._part_down,
            CheckoutIncomplete: self._checkout_down,
            ProductUnknown: self._unknown,
            CategoryUnknown: self._unknown,
            OrderUnknown: self._unknown,
            OrdersPrivate: self._private,
            Exception: self._mistake,
        }

    async def _http(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:  # noqa: PLR2004 - HTTP
            return await self._unknown(request, error)
        detail = error.detail if isinstance(error, HTTPException) else ""
        view = FailureView(
            status, "We cannot answer that", f"The request was not one this page understands ({detail})."
        )
        return self._show(request, view)

    async def _unknown(self, request: Request, _error: Exception) -> Response:
        text = "The address may be mistyped, or what was here is no longer for sale."
        return self._show(request, FailureView(404, "There is nothing here", text))

    async def _private(self, request: Request, _error: Exception) -> Response:
        text = "This belongs to another customer. If it is yours, open it in the browser in which you ordered."
        return self._show(request, FailureView(403, "This is not yours to see", text))

    async def _form_expired(self, request: Request, _error: Exception) -> Response:
        text = (
            "The form was open for a long time, or your browser did not send our cookie back; "
            "the shop needs that one cookie to know your cart. Nothing was changed. Go back, reload the page and send it again."
        )
        return self._show(request, FailureView(403, "This form has expired", text))

    async def _part_down(self, request: Request, error: Exception) -> Response:
        _log.warning("A page could not be shown: %s", error)
        part = _part(error) if isinstance(error, CallError) else "a part of the shop"
        may_have_run = isinstance(error, CallError) and error.outcome is Outcome.MAY_HAVE_RUN
        changed = request.method == "POST"
        meaning = (
            "Your last change may or may not have been saved; please check." if changed and may_have_run else _KEPT
        )
        again = None if changed else str(request.url.replace(scheme="", netloc=""))
        view = FailureView(503, "One moment, please", f"We cannot reach {part} right now. {meaning}", again)
        return self._soon(request, view)

    async def _checkout_down(self, request: Request, error: Exception) -> Response:
        _log.warning("The checkout could not be shown: %s", error)
        text = f"A part of the shop that the checkout needs does not answer right now. Nothing was ordered. {_KEPT}"
        return self._soon(request, FailureView(503, "One moment, please", text, again="/checkout"))

    async def _mistake(self, request: Request, _error: Exception) -> Response:
        # Starlette raises the exception again after this page is sent, so the server logs it.
        text = f"This is our mistake, not yours; it has been written down. {_KEPT}"
        response = self._show(request, FailureView(500, "Something broke", text))
        # Starlette makes this page outside of all middleware.
        response.headers.update({**SecurityHeaders.DEFAULTS, "Cache-Control": "no-store"})
        return response

    def _soon(self, request: Request, view: FailureView) -> Response:
        response = self._show(request, view)
        response.headers["Retry-After"] = "5"
        return response

    def _show(self, request: Request, view: FailureView) -> Response:
        return self._pages.show_offline(request, "failure.html", view, status=view.status)


def _part(error: CallError) -> str:
    """The part of the shop that failed, in a customer's words: ``marketplace.cart.v1.Cart/Get`` is the cart."""
    named = set(error.operation.split("/")[0].split("."))
    return next((name for capability, name in _PARTS.items() if capability in named), "a part of the shop")
