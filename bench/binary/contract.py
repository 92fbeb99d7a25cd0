"""Three sorts of answers: a small one, a page of ten products, and bytes."""

from typing import Protocol

from bench.calls.answer import PRODUCTS
from bench.calls.contract import Findings, Price, Product
from plures import Application, Capability, Message, contract, query

TEN = Findings(
    tuple(
        Product(p.product_id, p.name, p.description, Price(p.amount, p.currency), p.stock, p.rating)
        for p in PRODUCTS[:10]
    )
)
PICTURE = bytes(range(256)) * 128


class Stock(Message):
    """A small answer."""

    product_id: str
    pieces: int = 0


@contract("bench.forms.v1", owner="bench")
class Forms(Protocol):
    """Answers of three sorts."""

    @query(deadline_s=5)
    async def small(self, product_id: str) -> Stock:
        """Two fields."""
        ...

    @query(deadline_s=5)
    async def ten(self, text: str, limit: int = 10) -> Findings:
        """Ten products."""
        ...

    @query(deadline_s=5)
    async def picture(self, product_id: str) -> bytes:
        """32 KiB that are no text."""
        ...


class FormsService:
    """Always answers the same."""

    async def small(self, product_id: str) -> Stock:
        return Stock(product_id, 12)

    async def ten(self, text: str, limit: int = 10) -> Findings:
        del text, limit
        return TEN

    async def picture(self, product_id: str) -> bytes:
        del product_id
        return PICTURE


app = Application("bench", [Capability(Forms, FormsService)])
CALLS = {"small": ("p-1",), "ten": ("green tea", 10), "picture": ("p-1",)}
