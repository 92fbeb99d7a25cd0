"""Which checkout has which cart, and how it is kept.

**One cart, one order.** A checkout claims its cart in the transaction that begins its saga, before it touches anything. It gives the cart
back when all of it is taken back, and keeps it once it has placed an order. So a cart is never paid twice, not even for a moment,
whatever the key and whichever process.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from marketplace.orders.contract import Order


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkout and its cart.

    Attributes:
        reference: The name of the checkout in all other capabilities: its saga's id, and the idempotency key of its commands.
        order: The order that it placed.
        is_holder: Whether no other checkout may order its cart. One that met an ordered cart has its order, and no cart.
    """

    reference: str
    customer_id: str
    cart_id: str
    order: Order | None = None
    is_holder: bool = True


class Claims(Protocol):
    async def find(self, reference: str) -> Claim | None: ...

    async def holder(self, customer_id: str, cart_id: str) -> Claim | None:
        """The checkout that has this cart of a customer."""
        ...

    async def claim(self, claim: Claim, begin: Callable[[], Awaitable[bool]]) -> Claim | None:
        """Keep a new claim and `begin` its saga, unless another checkout has the cart, or this one has begun before; as one step.

        Args:
            begin: False where the saga had begun before.

        Returns:
            The claim that is in the way, or the new one where its saga is; then nothing was kept. None where the new one has the cart now.
        """
        ...

    async def place(self, reference: str, order: Order, begin: Callable[[], Awaitable[None]]) -> None:
        """Keep the order of a claim, publish `OrderPlaced`, and `begin` what follows; as one step."""
        ...

    async def follow(self, claim: Claim) -> None:
        """Keep that a checkout met an ordered cart, so that it has the same answer when the cart is empty."""
        ...

    async def give_back(self, reference: str) -> None:
        """Let another checkout have the cart."""
        ...


def reference_of(customer_id: str, key: str) -> str:
    """The reference of a checkout. The same key of two customers makes two references."""
    digest = blake2b(f"{len(customer_id)} {customer_id} {key}".encode(), digest_size=16)
    return f"checkout-{digest.hexdigest()}"
