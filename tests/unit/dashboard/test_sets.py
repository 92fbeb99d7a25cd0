"""Two sets of requests compared, and the time that a view is of."""

from collections.abc import Callable
from time import time
from typing import Any

from .test_answers import PLACE, RESERVE, ROUTE, Shop, shop

__all__ = ["shop"]

MINUTE = 60_000_000
_HAS: dict[str, Callable[[Any], bool]] = {
    "traces": lambda told: bool(told["traces"]),
    "topology": lambda told: any(each["calls"] for each in told["edges"]),
    "capabilities": lambda told: any(each["calls"] for each in told["capabilities"]),
    "capabilities/checkout": lambda told: bool(told["operations"] and told["callees"]),
    "metrics": lambda told: any(told["series"]["calls"]),
}


def now() -> int:
    return int(time() * 1_000_000)


def test_sets_tell_requests_and_the_steps_that_got_slower(shop: Shop) -> None:
    for _ in range(4):
        shop.order(lasts_s=0.1)
    shop.order("unavailable", lasts_s=0.4)
    meter = shop.front.meter(ROUTE)
    meter.begun, meter.ended, meter.seconds = 50, 50, 5
    meter.buckets[290] = 50
    meter.errors["unavailable"] = 5
    shop.write()
    told = shop.asked("sets?operation=POST%20/checkout&a_process=front&b_process=back.1")
    assert told["a"]["traces"] == told["b"]["traces"] == 5
    assert told["a"]["processes"] == ["back.1", "front.1"]
    assert (told["a"]["requests"]["calls"], told["a"]["requests"]["faults"]) == (50, 5)
    # No request of it ended in that process.
    assert told["b"]["requests"] is None
    steps = {each["name"]: each for each in told["steps"]}
    assert [*steps] == [each["name"] for each in told["steps"]]
    assert {*steps} == {ROUTE.name, PLACE.name, RESERVE.name}
    reserve = steps[RESERVE.name]["a"]
    # Both sides of a remote call are one call.
    assert (reserve["calls"], reserve["remote"], reserve["faults"]) == (1, 1, 0.2)
    assert reserve["p50"] < reserve["p99"]
    assert sum(each["a"]["path"] for each in told["steps"]) >= told["a"]["lasted"]["p50"]


def test_a_set_is_of_a_time_and_of_a_version(shop: Shop) -> None:
    shop.order()
    shop.write()
    at = now() + MINUTE
    told = shop.asked(
        f"sets?operation=checkout/Place&a_since={at - 9 * MINUTE}&a_until={at}&b_since={at}&b_until={at + MINUTE}"
    )
    assert (told["a"]["traces"], told["b"]["traces"]) == (1, 0)
    assert all(each["b"] is None for each in told["steps"])
    told = shop.asked("sets?operation=checkout/Place&a_contract=shop.stock.v1&b_contract=shop.stock.v2")
    assert (told["a"]["traces"], told["b"]["traces"]) == (1, 0)
    assert told["contracts"] == ["shop.checkout.v1", "shop.stock.v1"]
    assert {each["name"] for each in told["starts"]} == {"front.1", "back.1"}


def test_without_an_operation_it_says_what_can_be_chosen(shop: Shop) -> None:
    shop.order()
    shop.write()
    told = shop.asked("sets")
    assert told["steps"] == []
    assert told["a"]["traces"] == 0
    assert "front.1" in told["processes"]
    assert "b_since must be before b_until" in shop.asked("sets?operation=x&b_since=9&b_until=3", 400)["message"]


def test_every_view_is_of_the_time_that_is_asked_for(shop: Shop) -> None:
    for subject in (ROUTE, PLACE, RESERVE):
        meter = shop.front.meter(subject)
        meter.begun, meter.ended, meter.seconds = 10, 10, 0.5
        meter.buckets[290] = 10
    shop.order()
    shop.write()
    recent, before = "minutes=15", f"since={now() - 60 * MINUTE}&until={now() - 30 * MINUTE}"
    for path, has in _HAS.items():
        assert has(shop.asked(f"{path}?{recent}")), path
        assert not has(shop.asked(f"{path}?{before}")), path
        assert "since must be before until" in shop.asked(f"{path}?since=20&until=10", 400)["message"]
    # Of the calls in the process it tells only where there is no edge.
    assert shop.asked("metrics")["at_edge"]
