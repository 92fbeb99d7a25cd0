"""What goes well together, learnt from orders."""

from typing import Annotated, Protocol

from marketplace.catalog.contract import ProductIds, ProductUnknown
from plures import Message, Meta, command, contract, query


class Recommendation(Message):
    """A product to show beside another; ``bought_together`` is 0 when it is only alike."""

    product_id: str
    bought_together: int = 0


@contract("marketplace.recommendations.v1", owner="discovery")
class Recommendations(Protocol):
    """Recommends products beside a product."""

    @query(deadline_s=0.5, errors=[ProductUnknown])
    async def for_product(
        self, product_id: str, limit: Annotated[int, Meta(ge=1, le=50)] = 6
    ) -> tuple[Recommendation, ...]:
        """What was most often bought together first, then what is most alike."""
        ...

    @command(idempotent=True, deadline_s=1)
    async def record_order(self, order_id: str, product_ids: ProductIds) -> None:
        """Learn from one order; the same order counts once."""
        ...
