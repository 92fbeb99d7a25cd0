"""What the signed cookie remembers about one visitor: who they are in the shop, and what to tell them next."""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from marketplace.cart.contract import Basket


@dataclass(frozen=True)
class Notice:
    """One sentence for the top of the next page. ``kind`` is good, warn or bad."""

    text: str
    kind: str = "good"


class Visitor:
    """One visitor, known by their cookie only."""

    def __init__(self, session: MutableMapping[str, Any]) -> None:
        self._session = session

    @property
    def customer_id(self) -> str | None:
        """The visitor's customer id; None until they do something worth remembering."""
        return self._session.get("customer")

    def become_customer(self) -> str:
        """The visitor's customer id, a new one if they have none. It cannot be guessed."""
        if "customer" not in self._session:
            self._session["customer"] = f"c-{secrets.token_hex(12)}"
        return str(self._session["customer"])

    @property
    def form_token(self) -> str:
        """What each form carries to prove that it comes from one of our pages."""
        if "token" not in self._session:
            self._session["token"] = secrets.token_urlsafe(18)
        return str(self._session["token"])

    def owns(self, form_token: str) -> bool:
        """Whether a form with this token was made for this visitor."""
        known = self._session.get("token")
        return known is not None and secrets.compare_digest(str(known).encode(), form_token.encode())

    @property
    def pieces(self) -> int:
        """How many pieces were in the cart when it was last seen; shown in the header of every page."""
        return int(self._session.get("pieces", 0))

    def saw(self, basket: Basket) -> None:
        """Remember how full the cart is."""
        pieces = sum(item.quantity for item in basket.items)
        if pieces != self.pieces:
            self._session["pieces"] = pieces

    def emptied_cart(self) -> None:
        """Remember that nothing is in the cart."""
        self._session["pieces"] = 0

    @property
    def unsettled_key(self) -> str | None:
        """The key of a checkout whose end nobody has seen; the next attempt must use it again."""
        return self._session.get("unsettled")

    def leave_unsettled(self, key: str) -> None:
        self._session["unsettled"] = key

    def settle(self) -> None:
        """The last checkout ended one way or the other."""
        if "unsettled" in self._session:
            del self._session["unsettled"]

    def tell(self, text: str, kind: str = "good") -> None:
        """Say something at the top of the next page."""
        self._session["notices"] = [*self._session.get("notices", []), [text, kind]]

    def take_notices(self) -> tuple[Notice, ...]:
        """What is to be said on this page; it is said once."""
        if "notices" not in self._session:
            return ()
        return tuple(Notice(text, kind) for text, kind in self._session.pop("notices"))


def visitor(request: Request) -> Visitor:
    """Who sent this request."""
    return Visitor(request.session)
