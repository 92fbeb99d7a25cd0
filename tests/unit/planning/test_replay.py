"""What a request takes once its calls take another way."""

from itertools import count

from msgspec.structs import replace

from plures.planning.replay import Wait, begun_side_by_side, replayed, requests_of
from plures.telemetry import SpanRead

WAIT = Wait(1_000, 100)
_ids = count(1)


def span(
    name: str,
    began: int,
    lasted: int,
    above: SpanRead | None = None,
    *,
    kind: str = "internal",
    after: SpanRead | None = None,
    task: int = 1,
) -> SpanRead:
    is_root = above is None
    return SpanRead(
        next(_ids), above.id if above else 0, "server" if is_root else kind, name, "" if is_root else name, "" if is_root else "x",
        {"internal": "local", "client": "remote"}.get(kind, ""), "", "main.1", began, lasted, "", "", after.id if after else 0, task,
    )  # fmt: skip


def takes(*spans: SpanRead, is_remote: bool = True) -> float:
    (request,) = requests_of(spans)
    return replayed(request, lambda _: is_remote, WAIT, begun_side_by_side([request]))


def test_calls_that_follow_each_other_add_up() -> None:
    root = span("GET /", 0, 1_000)
    one = span("one", 100, 100, root)
    assert takes(root, one, span("two", 210, 100, root, after=one)) == 3_000


def test_calls_side_by_side_do_not_add_up() -> None:
    """Three tasks: in one process, what never waits ends before the next begins."""
    root = span("GET /", 0, 1_000)
    calls = [span(f"call{n}", 100 + 110 * n, 100, root, task=2 + n) for n in range(3)]
    # The last one waits 1,000 and 100 for each of the two before it, and would have ended last anyway.
    assert takes(root, *calls) == 2_200


def test_what_comes_after_tasks_waits_for_all_of_them() -> None:
    root = span("GET /", 0, 2_000)
    calls = [span(f"call{n}", 100 + 110 * n, 100, root, task=2 + n) for n in range(2)]
    last = span("last", 500, 100, root)
    assert takes(root, *calls, last) == 2_000 + 1_100 + 1_000


def test_a_task_that_calls_one_after_the_other_takes_both() -> None:
    root = span("GET /", 0, 2_000)
    beside = span("beside", 100, 50, root, task=2)
    first = span("first", 160, 50, root, task=3)
    then = span("then", 220, 50, root, task=3, after=first)
    # 100 for the one right before it.
    assert takes(root, beside, first, then) == 2_000 + 1_100 + 1_000


def test_a_short_call_beside_a_long_one_costs_nothing() -> None:
    root = span("GET /", 0, 10_000)
    long = span("long", 100, 9_000, root, task=2, kind="client")
    assert takes(root, long, span("short", 120, 100, root, task=3)) == 10_000


def test_a_remote_call_that_becomes_local_takes_what_its_callee_worked() -> None:
    root = span("GET /", 0, 10_000)
    asked = span("far", 1_000, 5_000, root, kind="client")
    served = span("far", 900_000, 3_000, asked, kind="server")
    inner = span("deep", 900_100, 2_000, served, kind="client")
    assert takes(root, asked, served, inner, is_remote=False) == 10_000 - 2_000 - 1_000


def test_events_hold_up_nothing() -> None:
    root = span("GET /", 0, 1_000)
    assert (
        takes(root, span("told", 100, 800, root, kind="producer"), span("heard", 5_000, 9_000, root, kind="consumer"))
        == 1_000
    )


def test_work_that_goes_on_after_the_answer_does_not_count() -> None:
    root = span("GET /", 0, 1_000)
    assert takes(root, span("later", 500, 5_000, root, task=9)) == 1_000


def test_requests_of_one_visitor_are_told_apart() -> None:
    """A visitor sends the same trace with each request; none of them knows the span that it names."""
    spans = [
        SpanRead(next(_ids), 77, "server", "GET /", "", "", "", "", "main.1", at, 500, "", "") for at in (0, 900_000)
    ]
    assert [each.root.ended - each.root.began for each in requests_of(spans)] == [500, 500]


def test_a_chain_of_thousands_and_spans_in_a_circle_are_no_trouble() -> None:
    root = span("GET /", 0, 100_000)
    spans, above = [root], root
    for n in range(5_000):
        above = span("deep", n, 90_000 - n, above)
        spans.append(above)
    assert takes(*spans) == 100_000 + 5_000 * 1_000
    one, other = span("a", 0, 10, root), span("b", 0, 10, root)
    assert requests_of([replace(one, parent=other.id), replace(other, parent=one.id)]) == []
