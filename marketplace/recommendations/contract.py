"""What goes well together, as orders show it."""

from typing import Annotated, Protocol

from marketplace.catalog.contract import ProductUnknown
from plures import Message, Meta, contract, query


class Recommendation(Message):
    """A product to show beside another; ``bought_together`` is 0 if the two only go together or are alike."""

    product_id: str
    bought_together: int = 0


@contract("marketplace.recommendations.v1", owner="discovery")
class Recommendations(Protocol):
    """Recommends products beside a product."""

    @query(deadline_s=0.5, errors=[ProductUnknown])
    async def for_product(
        self, product_id: str, limit: Annotated[int, Meta(ge=1, le=50)] = 6
    ) -> tuple[Recommendation, ...]:
        """First what customers most often bought together, then what goes with it, then what is most alike."""
        ...
