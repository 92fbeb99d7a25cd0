"""Load: whether a component takes the processor from those beside it."""

from collections.abc import Iterable

import pytest

from plures.advisor import Evidence, Pressure, Verdict, Watched
from plures.advisor.judging.running import from_running, too_little
from tests.unit.advisor.watching.shop import ADD, FIND, GET, PAGE, Shop

SLOTS = range(60, 660, 10)
BUSY = range(300, 420, 10)


def scale(watched: Watched, name: str) -> Evidence | None:
    found = [e for e in from_running(watched) if e.subject == (name,) and e.pressure is Pressure.SCALE]
    return found[0] if found else None


def run(
    shop: Shop,
    *,
    busy: Iterable[int] = BUSY,
    search: tuple[float, float] = (0.05, 0.8),
    rest: tuple[float, float] = (0.1, 0.12),
    add_ms: tuple[float, float] = (4, 40),
    slots: Iterable[int] = SLOTS,
    is_measured: bool = True,
) -> None:
    """Ten minutes of one process; of pairs, the second is what it is at busy times."""
    main, hot = shop.process("main"), set(busy)
    for at in slots:
        is_hot = at in hot
        shop.calls(main, at, PAGE, 100, seconds=1)
        shop.calls(main, at, FIND, 50, seconds=6 if is_hot else 0.5)
        shop.calls(main, at, GET, 200, seconds=0.2)
        shop.calls(main, at, ADD, 50, seconds=50 * add_ms[is_hot] / 1000)
        shop.cores(main, at, search[is_hot] + rest[is_hot])
        if is_measured:
            shop.cores(main, at, search[is_hot], "search")
            shop.cores(main, at, rest[is_hot], "cart")


def test_bursts_that_make_others_wait_are_pressure(shop: Shop) -> None:
    run(shop)
    found = scale(shop.watch("search", "cart", "catalog"), "search")
    assert found is not None
    assert found.strength >= 1
    assert found.supports is Verdict.SPLIT_OUT
    assert "87% of what its process takes while that is busy: 2 minutes of 10 minutes" in found.statement
    assert "took 5.5 times as long then" in found.statement
    other = scale(shop.watch("search", "cart", "catalog"), "cart")
    assert other is None or other.strength < 1


@pytest.mark.parametrize(
    "otherwise",
    [
        {"busy": ()},
        {"rest": (0.02, 0.3)},
        {"add_ms": (4, 5)},
        {"search": (0.05, 0.4)},
        {"busy": range(300, 330, 10)},
        {"slots": range(280, 360, 10)},
        {"is_measured": False},
        # It is busy as it starts, and never again.
        {"busy": range(0, 30, 10), "slots": range(0, 600, 10)},
    ],
    ids=[
        "calm",
        "all grow alike",
        "others do not wait",
        "there is room",
        "half a minute",
        "a short time",
        "not measured",
        "it starts",
    ],
)
def test_less_than_that_is_none(shop: Shop, otherwise: dict[str, object]) -> None:
    run(shop, **otherwise)  # type: ignore[arg-type]
    found = scale(shop.watch("search", "cart", "catalog"), "search")
    assert found is None or found.strength < 1


def test_a_caller_that_waits_for_it_does_not_count(shop: Shop) -> None:
    run(shop)
    shop.calls(1, 300, ("internal", "search/Find", "search", "cart", "local"), 1)
    load = shop.watch("search", "cart").loads["search"]
    assert load.slower is None


def test_what_runs_apart_is_under_no_pressure(shop: Shop) -> None:
    edge, search = shop.process("edge"), shop.process("search")
    for at in SLOTS:
        shop.calls(edge, at, PAGE, 100, seconds=1)
        shop.calls(search, at, ("server", "search/Find", "search", "", "remote"), 50, seconds=1)
        shop.cores(search, at, 0.95 if at in BUSY else 0.1)
    watched = shop.watch("search", "cart")
    assert watched.own == ("search",)
    assert watched.loads["search"].is_measured
    (told,) = [e for e in from_running(watched) if e.subject == ("search",)]
    assert told.supports is Verdict.LEAVE_ALONE
    assert "0.27 processors on average and 0.95 at its peak" in told.statement


def test_three_requests_are_too_few_and_what_is_missing_is_said(shop: Shop) -> None:
    main = shop.process("main", 0, 20)
    shop.calls(main, 10, PAGE, 3, seconds=9)
    shop.calls(main, 10, FIND, 3, seconds=9)
    shop.cores(main, 10, 1.0)
    watched = shop.watch("search", "cart")
    assert all(e.strength < 1 or e.supports is Verdict.LEAVE_ALONE for e in from_running(watched))
    told = " ".join(too_little(watched))
    assert "Let 297 more come" in told
    assert "Let the application run 5 minutes more" in told


def test_a_time_can_be_chosen(shop: Shop) -> None:
    run(shop)
    calm = shop.watch("search", "cart", "catalog", since=60, until=300)
    assert calm.requests == 2400
    assert calm.loads["search"].busy_slots == 0
    assert shop.watch("search", "cart", "catalog", since=300, until=420).loads["search"].busy_slots == 12


def test_a_long_time_is_seen_by_five_minutes(shop: Shop) -> None:
    main = shop.process("main", 0, 12 * 3600)
    for at in range(0, 12 * 3600, 300):
        shop.calls(main, at, PAGE, 1000, seconds=1, width=300)
        shop.cores(main, at, 0.2, width=300)
    watched = shop.watch("search")
    assert (watched.period.slot_s, watched.period.measured_s, watched.requests) == (300, 12 * 3600, 144_000)


def test_a_machine_that_has_other_work_is_told(shop: Shop) -> None:
    main = shop.process("main")
    for at in SLOTS:
        shop.calls(main, at, PAGE, 100, codes={"Overloaded": 10})
        shop.calls(main, at, FIND, 100)
        shop.cores(main, at, 0.3)
    assert "10% of the requests were turned away, and yet no process took much of a processor" in " ".join(
        too_little(shop.watch("search"))
    )


def test_what_is_asked_at_the_same_time_counts_once_in_the_time_of_its_own(shop: Shop) -> None:
    main = shop.process("main")
    for at in SLOTS:
        shop.calls(main, at, PAGE, 10)
        shop.calls(main, at, FIND, 10, seconds=1)
        shop.cores(main, at, 0.5)
    asked = ("internal", "catalog/Get", "catalog", "search", "local")
    # Two calls of 60 ms at the same time, in one of 100 ms.
    shop.trace(60, (PAGE, 0, 0.2, ""), (FIND, 1, 0.1, ""), (asked, 2, 0.06, ""), (asked, 2, 0.06, ""))
    load = shop.watch("search", "catalog").loads["search"]
    assert not load.is_measured
    assert load.cores == pytest.approx(0.04)
