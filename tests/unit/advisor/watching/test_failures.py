"""Failures and deaths from which others suffer."""

import pytest

from plures.advisor import Evidence, Pressure, Verdict, Watched
from plures.advisor.judging.running import from_running
from tests.unit.advisor.watching.shop import ADD, FIND, GET, PAGE, Shop

SLOTS = range(60, 660, 10)
RANKED = ("internal", "ranking/Rank", "ranking", "search", "local")


def reliability(watched: Watched, name: str) -> Evidence | None:
    found = [e for e in from_running(watched) if e.subject == (name,) and e.pressure is Pressure.RELIABILITY]
    return max(found, key=lambda e: e.strength, default=None)


def run(shop: Shop, *, code: str = "internal", failures: int = 5, slots: int = 6, beside: int = 0) -> None:
    main = shop.process("main")
    for at in SLOTS:
        is_bad = at < 60 + 10 * slots
        shop.calls(main, at, PAGE, 100)
        shop.calls(main, at, FIND, 50, codes={code: failures} if is_bad else {})
        shop.calls(main, at, ADD, 50, codes={"internal": beside} if is_bad and beside else {})
        shop.calls(main, at, GET, 50)
        if is_bad:
            shop.trace(at, (PAGE, 0, 0.05, "unavailable"), (FIND, 1, 0.01, code), kept_for="failed")


def test_failures_that_fail_callers_alone_are_a_hint(shop: Shop) -> None:
    run(shop)
    found = reliability(shop.watch("search", "cart", "catalog"), "search")
    assert found is not None
    assert 0 < found.strength < 1
    assert (
        "30 of its 3,000 calls failed by themselves (1.0%), in 6 slots of 10 s. In 100% of them its caller failed too."
        in found.statement
    )
    assert "a border does not mend" in found.statement


def test_failures_with_which_strangers_fail_are_pressure(shop: Shop) -> None:
    run(shop, failures=10, beside=10)
    found = reliability(shop.watch("search", "cart", "catalog"), "search")
    assert found is not None
    assert found.strength >= 1
    assert "failed in 10.00% then, and in 0.00% at other times" in found.statement


@pytest.mark.parametrize("code", ["deadline_exceeded", "canceled", "unavailable", "resource_exhausted", "OutOfStock"])
def test_answers_and_signs_of_load_are_no_failures_of_its_own(shop: Shop, code: str) -> None:
    run(shop, code=code, failures=40, beside=10)
    assert reliability(shop.watch("search", "cart", "catalog"), "search") is None


def test_few_failures_are_none(shop: Shop) -> None:
    run(shop, failures=3, slots=1, beside=10)
    found = reliability(shop.watch("search", "cart", "catalog"), "search")
    assert found is None or found.strength < 0.2


def test_who_fails_since_what_it_calls_fails_is_not_to_blame(shop: Shop) -> None:
    main = shop.process("main")
    for at in SLOTS:
        shop.calls(main, at, PAGE, 100)
        shop.calls(main, at, FIND, 50, codes={"internal": 5})
        shop.calls(main, at, RANKED, 50, codes={"internal": 5})
        shop.trace(
            at,
            (PAGE, 0, 0.05, "internal"),
            (FIND, 1, 0.01, "internal"),
            (RANKED, 2, 0.01, "internal"),
            kept_for="failed",
        )
    watched = shop.watch("search", "ranking", "cart")
    assert watched.failing["search"].faults == 0
    assert watched.failing["ranking"].faults == 300
    assert watched.failing["ranking"].failed_callers == 1


def test_a_process_of_its_own_that_fails_is_left_there(shop: Shop) -> None:
    search, edge = shop.process("search"), shop.process("edge")
    for at in SLOTS:
        shop.calls(edge, at, PAGE, 100)
        shop.calls(search, at, ("server", "search/Find", "search", "", "remote"), 50, codes={"internal": 10})
    found = [e for e in from_running(shop.watch("search", "cart")) if e.subject == ("search",)]
    assert {e.supports for e in found} == {Verdict.LEAVE_ALONE}


def die(
    shop: Shop, times: int, *, suspect: bool = True, busy: bool = False, back_s: float = 2, with_it: bool = False
) -> None:
    """A process with search, cart and catalog that dies every hundred seconds, and another one with the edge."""
    edge = shop.process("edge", 0, 0 if with_it else 600)
    other = 0.0
    for n in range(times):
        since, until = n * 100.0, n * 100.0 + 90
        shop_process = shop.process("shop", since, until, ended=False)
        if with_it:
            shop.process("worker", since, until, ended=False)
        for at in range(int(since), int(until), 10):
            last = at + 10 >= until
            if busy:
                asked = ("client", "catalog/Get", "catalog", "the edge", "remote")
                shop.calls(edge, at, asked, 50, codes={"unavailable": 5} if last else {})
            shop.calls(edge, at, PAGE, 10)
            shop.calls(shop_process, at, ADD, 50, in_flight=at % 20 // 10)
            shop.calls(shop_process, at, GET, 50)
            shop.calls(shop_process, at, FIND, 5, in_flight=int(last and suspect))
        other = until
    shop.process("shop", other + back_s, 600)


def test_deaths_that_come_with_one_component_are_pressure(shop: Shop) -> None:
    die(shop, 4)
    watched = shop.watch("search", "cart", "catalog")
    (died,) = watched.deaths
    assert (died.process, died.times, died.in_flight["search"]) == ("shop", 4, 4)
    found = reliability(watched, "search")
    assert found is not None
    assert found.strength >= 1
    assert "died 4 times and took 2 other components with it" in found.statement
    assert "in 4 of these, and are under way or asked for in 11% of all slots" in found.statement
    # What is often in flight is so at deaths, too.
    cart = reliability(watched, "cart")
    assert cart is None or cart.strength < 1


def test_what_is_asked_all_the_time_is_lost_at_every_death_and_not_to_blame(shop: Shop) -> None:
    die(shop, 6, suspect=False, busy=True)
    watched = shop.watch("search", "cart", "catalog")
    assert watched.deaths[0].in_flight["catalog"] == 6
    found = reliability(watched, "catalog")
    assert found is not None
    assert found.strength < 1


def test_two_deaths_and_deaths_without_a_suspect_are_none(shop: Shop) -> None:
    die(shop, 2)
    found = reliability(shop.watch("search", "cart", "catalog"), "search")
    assert found is None or found.strength < 1


def test_without_a_suspect_it_is_said_that_it_died(shop: Shop) -> None:
    from plures.advisor.judging.running import too_little

    die(shop, 4, suspect=False)
    watched = shop.watch("search", "cart", "catalog")
    assert all(e.strength < 1 for e in from_running(watched) if e.pressure is Pressure.RELIABILITY)
    assert "The process shop died 4 times and came back, and it is not known in whose calls" in " ".join(
        too_little(watched)
    )


@pytest.mark.parametrize("otherwise", [{"back_s": 3000.0}, {"with_it": True}], ids=["switched off", "the machine"])
def test_an_end_that_others_share_or_that_is_final_is_no_death(shop: Shop, otherwise: dict[str, float]) -> None:
    die(shop, 1 if "back_s" in otherwise else 4, **otherwise)  # type: ignore[arg-type]
    assert shop.watch("search", "cart", "catalog").deaths == ()
