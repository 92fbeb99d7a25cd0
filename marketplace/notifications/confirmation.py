"""The message that confirms an order to its customer."""

from collections.abc import Iterator

from marketplace.orders.contract import Order, OrderDraft
from marketplace.pricing.contract import in_words
from marketplace.profile.contract import country_name
from marketplace.shipping.contract import ShippingQuote


def confirmation(order: Order) -> tuple[str, str]:
    """The subject and the text of the message."""
    return f"Your order {order.id}", "\n".join(_lines(order.id, order.draft))


def _lines(order_id: str, draft: OrderDraft) -> Iterator[str]:
    address, shipping = draft.address, draft.shipping
    yield f"Hello {address.recipient},"
    yield ""
    yield f"thank you for your order {order_id}. This is what you will get:"
    yield ""
    for line in draft.lines:
        yield f"  {line.quantity} x {line.name}: {in_words(line.total)}"
    yield f"  Shipping ({shipping.method.value}): {in_words(shipping.price)}"
    yield f"  Total: {in_words(draft.total)}, paid with your card ending in {draft.payment_ending}"
    yield ""
    yield f"It goes to {address.street}, {address.postal_code} {address.city}, {country_name(address.country)}"
    yield f"and takes {_days(shipping)}."


def _days(shipping: ShippingQuote) -> str:
    if shipping.days_min == shipping.days_max:
        return f"{shipping.days_min} working day{'s' if shipping.days_min != 1 else ''}"
    return f"{shipping.days_min} to {shipping.days_max} working days"
