"""What the signed cookie remembers about a visitor: who they are in the shop, and what to tell them next."""

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
    """One visitor. We know nothing of them but their cookie."""

    def __init__(self, session: MutableMapping[str, Any]) -> None:
        self._session = session

    @property
    def customer_id(self) -> str | None:
        """The visitor's customer id; None until they do something worth remembering."""
        return self._session.get("customer")

    def become_customer(self) -> str:
        """The visitor's customer id; a new one, which cannot be guessed, if they have none."""
        if "customer" not in self._session:
            self._session["customer"] = f"c-{secrets.token_hex(12)}"
        return str(self._session["customer"])

    @property
    def form_token(self) -> str:
        """Each form carries it, to prove that it comes from one of our pages."""
        if "token" not in self._session:
            self._session["token"] = secrets.token_urlsafe(18)
        return str(self._session["token"])

    def owns(self, form_token: str) -> bool:
        """Whether we made the form with this token for this visitor."""
        known = self._session.get("token")
        return known is not None and secrets.compare_digest(str(known).encode(), form_token.encode())

    @property
    def pieces(self) -> int:
        """How many pieces the cart had when we last saw it; every page shows the number."""
        return int(self._session.get("pieces", 0))

    def saw(self, basket: Basket) -> None:
        """Remember how full the cart is."""
        pieces = sum(item.quantity for item in basket.items)
        if pieces != self.pieces:
            self._session["pieces"] = pieces

    def emptied_cart(self) -> None:
        """Remember that the cart is empty."""
        self._session["pieces"] = 0

    @property
    def is_unsettled(self) -> bool:
        """Whether an order may have gone through unheard."""
        return "in_doubt" in self._session

    def unsettled_key(self, cart_id: str) -> str | None:
        """The key of an order of this cart that may have gone through unheard; the next try must use it again."""
        key, of_cart = self._session.get("in_doubt", (None, None))
        return key if of_cart == cart_id else None

    def keep_unsettled(self, key: str, cart_id: str) -> None:
        self._session["in_doubt"] = [key, cart_id]

    def forget_unsettled(self) -> None:
        """Forget the key: its checkout has ended."""
        if "in_doubt" in self._session:
            del self._session["in_doubt"]

    def tell(self, text: str, kind: str = "good") -> None:
        """Say this at the top of the next page."""
        self._session["notices"] = [*self._session.get("notices", []), [text, kind]]

    def take_notices(self) -> tuple[Notice, ...]:
        """What this page has to say. The next one does not say it again."""
        if "notices" not in self._session:
            return ()
        return tuple(Notice(text, kind) for text, kind in self._session.pop("notices"))


def visitor(request: Request) -> Visitor:
    """The visitor who sent this request."""
    return Visitor(request.session)
