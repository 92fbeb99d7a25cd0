"""Whether a version may be removed: each thing that keeps it, and that nothing else does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from plures.usage import CallerKind, Candidate, Counted, Span, Use, Used, obstacles

NOW = datetime(2031, 7, 15, 12, tzinfo=UTC)
QUIET = timedelta(days=30)
GONE = Candidate("shop.search.v1", "shop.search.v2", sunset=date(2031, 6, 30))


def ago(**units: float) -> float:
    return (NOW - timedelta(**units)).timestamp()


def counted(since: float = 60, until: float = 0, **last: float) -> Counted:
    """Days ago, each: from when to when calls were counted, and when who called last."""
    kinds = {"cart": CallerKind.CAPABILITY, "plures": CallerKind.TOOLS, "edge": CallerKind.EDGE}
    uses = {
        Use("shop.search.v1", "Find", who, kinds.get(who, CallerKind.OUTSIDE)): Used(1, ago(days=55), ago(days=when))
        for who, when in last.items()
    }
    return Counted({"shop.search.v1": Span(ago(days=since), ago(days=until))}, uses)


def test_what_no_one_calls_any_more_may_be_removed() -> None:
    assert obstacles(GONE, counted(), NOW, QUIET) == ()
    assert obstacles(GONE, counted(cart=31, partner=45), NOW, QUIET) == ()
    assert obstacles(replace(GONE, sunset=date(2031, 7, 14)), counted(), NOW, QUIET) == ()


def test_what_people_type_is_no_use() -> None:
    assert obstacles(GONE, counted(plures=0), NOW, QUIET) == ()


def test_what_promises_nothing_needs_no_sunset() -> None:
    assert obstacles(replace(GONE, sunset=None, is_experimental=True), counted(), NOW, QUIET) == ()


@pytest.mark.parametrize(
    ("candidate", "kept", "says", "fix"),
    [
        (replace(GONE, successor=""), counted(), "it is the newest version", "Serve a newer one"),
        (replace(GONE, declared=("cart",)), counted(), "cart names it in the code", "move to shop.search.v2"),
        (replace(GONE, heard=("mail",)), counted(), "mail handles an event of it", "move to shop.search.v2"),
        (replace(GONE, sunset=None), counted(), "it has no sunset", "sunset=date(…)"),
        (replace(GONE, sunset=NOW.date()), counted(), "promised until 2031-07-15", "Remove it after 2031-07-15"),
        (GONE, Counted(), "its calls were never counted here", "--data"),
        (GONE, counted(since=29), "counted since 2031-06-16 12:00 UTC only", "Ask again after 2031-07-16 12:00 UTC"),
        (GONE, counted(until=31), "its calls were not counted since 2031-06-14 12:00 UTC", "Run the application for 30 days"),
        (GONE, counted(cart=29), "cart called it, last 2031-06-16 12:00 UTC", "move to shop.search.v2"),
        (GONE, counted(edge=1), "edge called it", "move to shop.search.v2"),
        (GONE, counted(partner=0.5), "partner called it, last 2031-07-15 00:00 UTC", "move to shop.search.v2"),
    ],
)  # fmt: skip
def test_each_obstacle_by_itself(candidate: Candidate, kept: Counted, says: str, fix: str) -> None:
    [found] = obstacles(candidate, kept, NOW, QUIET)
    assert says in found.what
    assert fix in found.fix


def test_all_of_them_at_once() -> None:
    candidate = replace(GONE, declared=("cart", "the edge"), heard=("mail",), sunset=None)
    assert len(obstacles(candidate, counted(since=1, cart=1, partner=1), NOW, QUIET)) == 7


def test_calls_of_other_versions_do_not_count() -> None:
    newer = {Use("shop.search.v2", "Find", "cart", CallerKind.CAPABILITY): Used(9, ago(days=9), ago(days=0))}
    assert obstacles(GONE, Counted(counted().contracts, newer), NOW, QUIET) == ()
