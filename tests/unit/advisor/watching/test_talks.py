"""Chattiness: what a request asks over an edge."""

import pytest

from plures.advisor import Verdict, Watched
from plures.advisor.judging.running import from_running
from tests.unit.advisor.watching.shop import PAGE, Shop

FOUND = ("server", "search/Find", "search", "", "remote")
FIND = ("client", "search/Find", "search", "the edge", "remote")
QUOTE = ("client", "pricing/Quote", "pricing", "search", "remote")
QUOTED = ("server", "pricing/Quote", "pricing", "", "remote")
LOCAL = ("internal", "pricing/Quote", "pricing", "search", "local")
OTHER = ("server", "GET /other", "", "", "")


def request(
    shop: Shop, at: float, *, page: tuple[str, str, str, str, str] = PAGE, calls: int, seconds: float = 0.05
) -> None:
    """A trace in which search asks pricing so often."""
    quotes = [span for n in range(calls) for span in ((QUOTE, 3, 0.004, ""), (QUOTED, 4 + 2 * n, 0.001, ""))]
    shop.trace(at, (page, 0, seconds, ""), (FIND, 1, 0.04, ""), (FOUND, 2, 0.03, ""), *quotes)


def run(shop: Shop, *, calls: int, pages: int = 20, way_ms: float = 3) -> None:
    edge, search, pricing = shop.process("edge"), shop.process("search"), shop.process("pricing")
    for at in range(60, 660, 10):
        shop.calls(edge, at, PAGE, pages, seconds=0.05 * pages)
        shop.calls(search, at, FOUND, pages, seconds=0.03 * pages)
        shop.calls(search, at, QUOTE, pages * calls, seconds=(0.001 + way_ms / 1000) * pages * calls)
        shop.calls(pricing, at, QUOTED, pages * calls, seconds=0.001 * pages * calls)
        request(shop, at, calls=calls)


def strength(watched: Watched, *pair: str) -> float:
    return max(
        (e.strength for e in from_running(watched) if e.subject == pair and e.supports is Verdict.MERGE), default=0.0
    )


def test_a_chatty_edge_that_is_remote_would_gain(shop: Shop) -> None:
    run(shop, calls=6)
    watched = shop.watch("search", "pricing")
    (talk,) = [it for it in watched.talks if it.caller == "search"]
    assert (talk.is_remote, talk.calls_per_request, talk.requests, talk.seen) == (True, 6, 1200, 60)
    assert talk.way_us == pytest.approx(3000, rel=0.15)
    assert talk.way_share == pytest.approx(6 * 3 / 50, rel=0.15)
    assert strength(watched, "pricing", "search") >= 1


@pytest.mark.parametrize(
    ("calls", "pages", "way_ms"), [(1, 20, 3), (6, 1, 3), (6, 20, 0.2)], ids=["one call", "few requests", "a short way"]
)
def test_less_than_that_is_none(shop: Shop, calls: int, pages: int, way_ms: float) -> None:
    run(shop, calls=calls, pages=pages, way_ms=way_ms)
    assert strength(shop.watch("search", "pricing"), "pricing", "search") < 1


def test_what_was_drawn_stands_for_what_was_counted(shop: Shop) -> None:
    edge = shop.process("edge")
    shop.calls(edge, 60, PAGE, 1000)
    shop.calls(edge, 60, OTHER, 10)
    shop.calls(edge, 60, QUOTE, 10_010)
    for at in range(60, 70):
        request(shop, at, calls=10)
        request(shop, at, page=OTHER, calls=1)
    (talk,) = [it for it in shop.watch("search", "pricing").talks if it.caller == "search"]
    assert talk.requests == 1010
    assert talk.calls_per_request == pytest.approx(10_010 / 1010)


def test_what_no_request_waits_for_is_none_of_it(shop: Shop) -> None:
    run(shop, calls=1)
    probe = ("server", "GET /health", "", "", "")
    heard = ("consumer", "shop.checkout.v1.OrderPlaced", "search", "checkout", "")
    for at in range(60, 100):
        request(shop, at, page=probe, calls=50)
        # A job, and what an event asks for.
        shop.trace(at, *[(QUOTE, 0, 0.004, "")] * 50)
        shop.trace(at, (PAGE, 0, 0.05, ""), (heard, 1, 0.05, ""), *[(QUOTE, 2, 0.004, "")] * 50)
        shop.calls(1, at, probe, 100)
    watched = shop.watch("search", "pricing")
    (talk,) = [it for it in watched.talks if it.caller == "search"]
    assert talk.calls_per_request == 1
    assert (watched.requests, watched.probes) == (1200, 4000)


def test_two_requests_of_one_visit_are_two(shop: Shop) -> None:
    main = shop.process("main")
    shop.calls(main, 60, PAGE, 20)
    shop.calls(main, 60, LOCAL, 20)
    for at in range(60, 70):
        shop.trace(at, (PAGE, 99, 0.05, ""), (LOCAL, 1, 0.01, ""), (PAGE, 98, 0.05, ""), (LOCAL, 3, 0.01, ""))
    (talk,) = shop.watch("search", "pricing").talks
    assert (talk.requests, talk.calls_per_request, talk.is_remote) == (20, 1, False)


def test_what_would_be_remote_is_told(shop: Shop) -> None:
    main = shop.process("main")
    for at in range(60, 660, 10):
        shop.calls(main, at, PAGE, 20)
        shop.calls(main, at, LOCAL, 80)
        shop.trace(at, (PAGE, 0, 0.05, ""), *[(LOCAL, 1, 0.001, "")] * 4)
    (told,) = [
        e for e in from_running(shop.watch("search", "pricing")) if e.subject == ("pricing",) and "Apart" in e.statement
    ]
    assert told.supports is Verdict.LEAVE_ALONE
    assert told.strength >= 1
    assert "8.0 calls a second would be remote" in told.statement
    assert "from search to pricing: 4.0, of 1,200 requests (60 traces)" in told.statement
