"""The message that confirms an order to its customer."""

from collections.abc import Iterator

from marketplace.orders.contract import Order, OrderDraft
from marketplace.pricing.contract import Money


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
        yield f"  {line.quantity} x {line.name}: {_shown(line.total)}"
    yield f"  Shipping ({shipping.method.value}): {_shown(shipping.price)}"
    yield f"  Total: {_shown(draft.total)}, paid with your card ending in {draft.payment_ending}"
    yield ""
    yield f"It goes to {address.street}, {address.postal_code} {address.city}, {address.country}"
    yield f"and takes {shipping.days_min} to {shipping.days_max} working days."


def _shown(money: Money) -> str:
    return f"{money.amount // 100}.{money.amount % 100:02d} {money.currency}"
