"""The question to every rival, and its answer: ten products of a search page.

Each rival turns these plain values into its own type before we measure. So we measure encoding, transport and dispatch,
and not the making of an answer.
"""

from typing import NamedTuple

SERVICE = "bench.search.v1.Search"
OPERATION = "Find"
TEXT, LIMIT = "camera lens", 10


class PlainProduct(NamedTuple):
    """One product; ``amount`` is in minor units."""

    product_id: str
    name: str
    description: str
    amount: int
    currency: str
    stock: int
    rating: float


PRODUCTS = tuple(
    PlainProduct(
        product_id=f"p{number:05d}",
        name=f"Telephoto lens, model {number}",
        description="An optical device with a long focal length that brings distant things near.",
        amount=12_900 + 750 * number,
        currency="EUR",
        stock=7 * number % 40,
        rating=3.5 + number / 8,
    )
    for number in range(1, 11)
)
