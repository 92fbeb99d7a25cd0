"""Says on whose behalf each request is made: that of the customer in the signed cookie."""

from starlette.types import ASGIApp, Receive, Scope, Send

from marketplace.profile.contract import Shopper
from plures import acting_for


class OnBehalf:
    """A middleware inside of the one that reads the cookie. Services decide by it who may see an order.

    A visitor without a customer id is a stranger, on whose behalf nothing is done.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        customer_id = scope.get("session", {}).get("customer")
        if customer_id is None:
            await self._app(scope, receive, send)
            return
        with acting_for(Shopper(str(customer_id))):
            await self._app(scope, receive, send)
