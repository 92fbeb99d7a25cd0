"""What to tell customers when we could not place their order: what happened, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from marketplace.checkout.contract import CartChanged, TotalChanged
from marketplace.inventory.contract import OutOfStock
from marketplace.payments.contract import DeclineReason
from marketplace.pricing.contract import in_words
from plures import CallError, ContractError, Outcome


@dataclass(frozen=True)
class Problem:
    """``blames`` are the inputs at fault, each with its sentence; ``in_cart`` offers the way back to the cart."""

    title: str
    text: str
    blames: Mapping[str, str] = field(default_factory=dict[str, str])
    in_cart: bool = False


_DECLINES: Final[Mapping[DeclineReason, tuple[str, str]]] = {
    DeclineReason.DECLINED_BY_BANK: ("Your bank declined this card.", "number"),
    DeclineReason.INSUFFICIENT_FUNDS: ("There is not enough money on this card.", "number"),
    DeclineReason.CARD_EXPIRED: ("This card has expired.", "expiry"),
    DeclineReason.WRONG_NUMBER: ("There is no card with this number.", "number"),
    DeclineReason.WRONG_CVC: ("The security code does not belong to this card.", "cvc"),
    DeclineReason.SUSPECTED_FRAUD: ("We could not accept this payment.", "number"),
}


def declined(reason: DeclineReason) -> Problem:
    """Why the card did not work."""
    why, input_ = _DECLINES.get(reason, ("The payment could not be made.", "number"))
    return Problem("No money was taken", f"{why} Please try another card; your cart is as it was.", {input_: why})


def out_of_stock(error: OutOfStock, name: str) -> Problem:
    """Another customer was faster."""
    left = "none is left" if error.available == 0 else f"only {error.available} left"
    text = f"{name}: {left}. Nothing was ordered; please change the quantity in your cart."
    return Problem("Not enough in stock", text, in_cart=True)


def total_changed(error: TotalChanged) -> Problem:
    """A price changed after we showed the page."""
    text = (
        f"It was {in_words(error.agreed)} and is {in_words(error.actual)} now. Nothing was ordered; "
        "if you agree with the new total, please order again."
    )
    return Problem("The total has changed", text)


def cart_changed(error: CartChanged, names: Mapping[str, str]) -> Problem:
    """The customer changed the cart on another page."""
    before = {item.product_id: item.quantity for item in error.agreed}
    now = {item.product_id: item.quantity for item in error.actual}
    changes = [
        _change(names.get(product_id, "a product"), before.get(product_id, 0), now.get(product_id, 0))
        for product_id in {**before, **now}
        if before.get(product_id) != now.get(product_id)
    ]
    is_same = error.agreed == error.actual
    what = "; ".join(changes) or f"its products are in another {'cart' if is_same else 'order'}"
    text = f"Since we showed you this page: {what}. Nothing was ordered; if you agree with it, please order again."
    return Problem("Your cart has changed", text)


def _change(name: str, before: int, now: int) -> str:
    if not before:
        return f"{name} came in ({now})"
    if not now:
        return f"{name} was taken out"
    return f"{name}: {now} instead of {before}"


def under_way() -> Problem:
    """Another page orders the cart just now, or a crash interrupted an order of it."""
    text = (
        "An order of this cart has begun and we do not know yet how it ends. It will not be placed or paid twice; "
        "please look at your orders, or try again in two minutes."
    )
    return Problem("Your order is still under way", text)


def refused(error: ContractError) -> Problem:
    """The cart, the address or a product has changed since we made the page."""
    return Problem("Nothing was ordered", f"{error.what} Please have a look at your cart.", in_cart=True)


def incomplete() -> Problem:
    """A part of the shop failed on the way, and checkout undid everything."""
    text = "A part of the shop did not answer. Nothing was ordered and no money was taken; please try again."
    return Problem("That did not work", text)


def failed(error: CallError) -> Problem:
    """The checkout itself did not answer."""
    if error.outcome is Outcome.NOT_SENT:
        return Problem("The checkout does not answer", "Nothing was ordered and no money was taken; please try again.")
    text = (
        "We did not hear back, so your order may have been placed. "
        "You can safely order again from this page: it will not be placed or paid twice."
    )
    return Problem("We are not sure", text)
