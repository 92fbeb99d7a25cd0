"""Telemetry that is damaged, empty, of another application, out of date, hostile, or of a clock that jumped."""

from pathlib import Path

import pytest

from plures.advisor import WatchRequest, watch
from plures.advisor.errors import TelemetryOfAnother
from plures.advisor.judging.running import from_running, looked_at, too_little
from plures.advisor.watching.names import components_of
from plures.telemetry import KEPT_IN, NoTelemetry, Reading, TelemetryUnreadable
from tests.unit.advisor.watching.shop import ADD, FIND, PAGE, Shop


def test_no_store_and_a_damaged_one_are_told(tmp_path: Path) -> None:
    with pytest.raises(NoTelemetry):
        watch(WatchRequest(Reading(tmp_path)), ["search"])
    (tmp_path / KEPT_IN).write_bytes(b"not SQLite" * 1000)
    with pytest.raises(TelemetryUnreadable):
        watch(WatchRequest(Reading(tmp_path)), ["search"])


def test_an_empty_store_says_what_is_missing(shop: Shop) -> None:
    watched = shop.watch("search")
    assert [*from_running(watched)] == []
    assert "0 requests" in looked_at(watched)
    assert len(too_little(watched)) == 2


def test_a_store_of_another_application_is_refused(shop: Shop) -> None:
    shop.calls(shop.process("main"), 60, FIND, 10)
    with pytest.raises(TelemetryOfAnother) as refused:
        shop.watch("IPython.core", "IPython.html")
    assert "it tells of search, and the code has IPython.core, IPython.html" in str(refused.value)


def test_the_folder_is_named_in_which_the_capabilities_are(shop: Shop, tmp_path: Path) -> None:
    main = shop.process("main")
    for each in (FIND, ADD):
        shop.calls(main, 60, each, 10)
    for name in ("docs/search", "src/shop/search", "src/shop/cart", "src/.old/search", "src/.old/cart"):
        (tmp_path / "code" / name).mkdir(parents=True)
    shop.write()
    request = WatchRequest(Reading(shop.folder), codebase=tmp_path / "code")
    with pytest.raises(TelemetryOfAnother) as refused:
        watch(request, ["plures", "tests"])
    assert f"these capabilities are ({tmp_path / 'code/src/shop'})" in str(refused.value.fix)
    (tmp_path / "code/src/shop/cart").rmdir()
    (tmp_path / "code/src/shop/search").rmdir()
    (tmp_path / "code/docs/search").rmdir()
    with pytest.raises(TelemetryOfAnother) as refused:
        watch(request, ["plures", "tests"])
    assert "(none was found here)" in str(refused.value.fix)


def test_capabilities_that_are_gone_or_have_another_name_are_told_and_left_out(shop: Shop) -> None:
    main = shop.process("main")
    shop.calls(main, 60, FIND, 10)
    shop.calls(main, 60, ADD, 10)
    shop.cores(main, 60, 0.1)
    watched = shop.watch("shop.finding", "shop.cart")
    assert watched.unknown == ("search",)
    assert [*watched.loads] == ["shop.cart"]
    assert "Telemetry tells of search, which no component is named after" in " ".join(too_little(watched))


@pytest.mark.parametrize(
    ("contract", "components", "found"),
    [
        ("shop.search.v1", ["shop.search", "shop.cart"], "shop.search"),
        ("shop.search.v1", ["shop.search", "admin.search"], "shop.search"),
        ("", ["shop.search", "admin.search"], None),
        ("", ["search", "admin.search"], "search"),
        ("shop.search.v1", ["research"], None),
        ("shop.search.v1", ["shop.Search"], "shop.Search"),
    ],
)
def test_a_capability_is_the_component_that_is_named_after_it(
    contract: str, components: list[str], found: str | None
) -> None:
    assert components_of({"search": contract}, components).get("search") == found


def test_names_in_telemetry_may_be_anything(shop: Shop) -> None:
    hostile = "<script>alert(1)</script>\x1b[2J\n| x"
    main = shop.process(hostile)
    shop.calls(main, 60, ("internal", hostile, hostile, hostile, hostile), 10, codes={"internal": 10})
    shop.calls(main, 60, FIND, 10)
    shop.calls(main, 60, ("server", hostile, "", "", ""), 10)
    shop.trace(
        60,
        (("server", hostile, "", "", ""), 0, 0.1, ""),
        (("internal", hostile, hostile, hostile, hostile), 1, 0.1, "internal"),
    )
    watched = shop.watch("search")
    told = " ".join([looked_at(watched), *too_little(watched), *(e.statement for e in from_running(watched))])
    assert "\x1b" not in told
    assert "\n" not in told


def test_clocks_that_jumped_make_no_time_of_nothing(shop: Shop) -> None:
    back, forth = -40 * 365 * 86400, 40 * 365 * 86400
    main = shop.process("main", 0, 60)
    shop.process("main", back, back + 60)
    shop.process("main", forth, 30, ended=False)
    for at in (*range(0, 60, 10), forth, back):
        shop.calls(main, at, PAGE, 10)
        shop.calls(main, at, FIND, 10)
        shop.cores(main, at, 1.0)
    watched = shop.watch("search")
    assert watched.deaths == ()
    assert watched.period.measured_s <= 8 * watched.period.slot_s
    assert all(e.strength < 1 for e in from_running(watched) if e.pressure is not None)
    assert "UTC" in looked_at(watched)


def test_a_trace_whose_spans_are_their_own_parents_ends(shop: Shop) -> None:
    main = shop.process("main")
    shop.calls(main, 60, FIND, 10)
    shop.calls(main, 60, ADD, 10)
    circle = ("internal", "search/Find", "search", "cart", "local")
    shop.trace(60, (circle, 2, 0.1, "internal"), (circle, 1, 0.1, "internal"), (circle, 3, 0.1, "internal"))
    assert shop.watch("search", "cart").talks == ()
