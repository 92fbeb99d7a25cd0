"""What recommendations promise, over both stores."""

import asyncio

import pytest

from marketplace.catalog.contract import Product, ProductUnknown
from marketplace.recommendations.contract import Recommendation
from marketplace.recommendations.service import MOST_LEARNT_FROM, RecommendationsService
from marketplace.recommendations.tests.conftest import GOES_WITH_TEA


async def test_without_orders_the_most_alike_come_first(recommendations: RecommendationsService) -> None:
    found = await recommendations.for_product("tea")
    assert [(each.product_id, each.bought_together) for each in found] == [("mate", 0), ("cider", 0), ("soda", 0)]


async def test_what_goes_with_it_comes_before_what_is_alike(
    recommendations: RecommendationsService, beside: list[Product]
) -> None:
    beside.extend(GOES_WITH_TEA)
    found = await recommendations.for_product("tea", limit=4)
    assert {each.product_id for each in found[:2]} == {"mug", "cookie"}
    assert [each.product_id for each in found[2:]] == ["mate", "cider"]
    await recommendations.record_order(("tea", "sugar"))
    found = await recommendations.for_product("tea", limit=2)
    assert next(each.product_id for each in found) == "sugar"
    assert found[1].product_id in {"mug", "cookie"}


async def test_bought_together_comes_before_alike(recommendations: RecommendationsService) -> None:
    await recommendations.record_order(("tea", "cup", "sugar"))
    await recommendations.record_order(("sugar", "tea"))
    found = await recommendations.for_product("tea", limit=3)
    assert found == (Recommendation("sugar", 2), Recommendation("cup", 1), Recommendation("mate"))


async def test_two_at_the_same_time(recommendations: RecommendationsService) -> None:
    await asyncio.gather(*(recommendations.record_order(("tea", "cup")) for _ in range(20)))
    assert (await recommendations.for_product("tea", limit=1)) == (Recommendation("cup", 20),)


async def test_a_product_is_not_recommended_beside_itself(recommendations: RecommendationsService) -> None:
    await recommendations.record_order(("tea", "tea"))
    assert "tea" not in {each.product_id for each in await recommendations.for_product("tea")}


async def test_an_order_of_one_product_teaches_nothing(recommendations: RecommendationsService) -> None:
    await recommendations.record_order(("tea",))
    assert (await recommendations.for_product("tea"))[0].bought_together == 0


async def test_huge_orders_teach_from_their_beginning_only(recommendations: RecommendationsService) -> None:
    await recommendations.record_order(("tea", *(f"thing {number}" for number in range(60))))
    found = await recommendations.for_product("tea", limit=50)
    assert sum(each.bought_together for each in found) == MOST_LEARNT_FROM - 1


async def test_an_unknown_product(recommendations: RecommendationsService) -> None:
    with pytest.raises(ProductUnknown):
        await recommendations.for_product("unobtainium")
