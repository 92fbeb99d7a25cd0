"""A request is made on behalf of the same person in each placement, wherever it comes through."""

import asyncio
import logging

import pytest
from lab import Porter, Somebody, Stranger, Who

from plures import ContextMismatch, ContextNotWritable, ContextTooLarge, Internal, acting_for
from plures.testing import Running, Where

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("quiet")]


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "plures.calls")


async def test_a_service_knows_on_whose_behalf_it_works(shop: Running) -> None:
    who = shop.client(Who)
    assert await who.name() == "no one"
    with acting_for(Somebody("Änna", ("guest",))):
        assert await who.name() == "Änna"
        assert await who.may_enter()
    with acting_for(Somebody("ben")):
        assert not await who.may_enter()
    assert await who.name() == "no one"


async def test_it_travels_every_hop(shop: Running) -> None:
    with acting_for(Somebody("anna")):
        assert await shop.client(Porter).name() == "anna"
        assert await shop.client(Porter).names(3) == ("anna",) * 3
        assert [name async for name in shop.client(Who).names(2)] == ["anna", "anna"]


async def test_a_service_may_act_for_another_in_a_block(shop: Running) -> None:
    with acting_for(Somebody("anna")):
        assert await shop.client(Porter).name_as("ben") == ("ben", "anna")
    assert await shop.client(Porter).name_as("ben") == ("ben", "no one")


async def test_requests_side_by_side_do_not_mix(shop: Running) -> None:
    names = tuple(f"guest {number}" for number in range(20))
    with acting_for(Somebody("anna")):
        assert await shop.client(Porter).side_by_side(names) == names

    async def ask(name: str) -> str:
        with acting_for(Somebody(name)):
            return await shop.client(Porter).name()

    assert await asyncio.gather(*map(ask, names)) == list(names)
    assert await shop.client(Porter).name() == "no one"


async def test_detached_work_keeps_it_and_background_work_has_none(shop: Running) -> None:
    with acting_for(Somebody("anna")):
        assert await shop.client(Who).later() == "anna, background: no one"


@pytest.mark.parametrize("of", ["somebody", "request"])
async def test_without_one_a_service_that_needs_it_fails(shop: Running, of: str) -> None:
    with pytest.raises(Internal):
        await shop.client(Who).needed(of)


@pytest.mark.parametrize("of", ["stranger", "request"])
async def test_a_service_cannot_take_it_for_another_type_nor_change_it(shop: Running, of: str) -> None:
    with acting_for(Somebody("anna")), pytest.raises(Internal):
        await shop.client(Who).needed(of)


async def test_another_type_does_not_travel(shop: Running) -> None:
    with acting_for(Somebody("anna")), pytest.raises(Internal):
        await shop.client(Porter).as_stranger()
    with acting_for(Stranger("ben")), pytest.raises(Internal if shop.where is Where.IN_PROCESS else ContextMismatch):
        await shop.client(Who).needed("somebody")


async def test_what_cannot_travel_is_refused_where_it_is_set(shop: Running) -> None:
    wrong: object = 5
    for bad, error in ((Somebody(wrong), ContextNotWritable), (wrong, ContextNotWritable)):  # type: ignore[arg-type]
        with pytest.raises(error), acting_for(bad):
            pass
    large = Somebody("a", ("x" * 3000,))
    with acting_for(large):
        assert await shop.client(Who).name() == "a"
    with pytest.raises(ContextTooLarge), acting_for(Somebody("a", ("x" * 3100,))):
        pass
