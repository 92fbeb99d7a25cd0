"""Spans in any order become a tree and a critical path, whatever clocks and losses did to them."""

from hypothesis import given
from hypothesis import strategies as st

from plures.telemetry.shape import Shape, awaited_in, missed, shape_of


def told(*spans: tuple[int, int, int, int]) -> Shape:
    """Of spans as id, parent, began, ended."""
    return shape_of(*(list(column) for column in zip(*spans, strict=True)))


def test_a_span_stands_before_what_is_part_of_it() -> None:
    found = told((3, 2, 20, 30), (1, 0, 0, 100), (4, 1, 60, 90), (2, 1, 10, 50))
    assert found.order == [1, 3, 0, 2]
    assert found.depths == [2, 0, 1, 1]
    assert found.orphans == []


def test_the_critical_path_goes_by_what_ended_last() -> None:
    # 2 and 3 run at the same time; the end waited for 3, and before 3 began, for 1 itself.
    found = told((1, 0, 0, 100), (2, 1, 10, 40), (3, 1, 20, 80))
    assert [(s.span, s.began, s.ended) for s in found.critical] == [(0, 0, 20), (2, 20, 80), (0, 80, 100)]


def test_one_after_the_other_both_are_waited_for() -> None:
    found = told((1, 0, 0, 100), (2, 1, 10, 40), (3, 1, 50, 80), (4, 3, 55, 60))
    assert [(s.span, s.began, s.ended) for s in found.critical] == [
        (0, 0, 10), (1, 10, 40), (0, 40, 50), (2, 50, 55), (3, 55, 60), (2, 60, 80), (0, 80, 100),
    ]  # fmt: skip


def test_what_goes_beyond_its_parent_is_cut_off_there() -> None:
    # A clock that is ahead, and an event that is received long after.
    found = told((1, 0, 0, 30), (2, 1, 15, 35), (3, 2, 20, 40), (4, 1, 500, 900))
    assert [(s.span, s.began, s.ended) for s in found.critical] == [(0, 0, 15), (1, 15, 20), (2, 20, 30)]


def test_the_critical_path_goes_into_a_saga_that_is_waited_for() -> None:
    # 1 begins a saga by 2, which runs as 4 with a step 5, and waits for it by 3; then 6 begins one that runs as 7, and nothing waits for it.
    columns = [1, 2, 3, 4, 5, 6, 7], [0, 1, 1, 2, 4, 1, 6], [0, 10, 11, 12, 20, 62, 64], [100, 11, 61, 60, 50, 63, 90]
    said = [
        "",
        '{"plures.saga.id":"a"}',
        '{"plures.saga.awaited":"0000000000000002"}',
        "",
        "",
        "",
        '{"plures.saga.awaited":"nonsense"}',
    ]
    assert awaited_in(said) == {2: 2}
    found = shape_of(*columns, awaited_in(said))
    assert [(s.span, s.began, s.ended) for s in found.critical] == [
        (0, 0, 10), (1, 10, 11), (2, 11, 12), (3, 12, 20), (4, 20, 50), (3, 50, 60), (2, 60, 61), (0, 61, 62), (5, 62, 63), (0, 63, 100),
    ]  # fmt: skip
    # It stays where it was noted.
    assert found.above == shape_of(*columns).above


def test_requests_of_one_client_outside_miss_nothing() -> None:
    # 1 and 2 are requests of a client that began the trace with 9; 3 and 4 have lost what they are part of.
    parents = [9, 9, 9, 8]
    found = shape_of([1, 2, 3, 4], parents, [0, 20, 30, 40], [10, 30, 35, 45])
    assert missed(found, parents, ["server", "server", "client", "server"]) == 2


def test_a_span_without_its_parent_begins_a_tree() -> None:
    found = told((5, 9, 10, 20), (1, 0, 0, 5))
    assert found.orphans == [0]
    assert found.order == [1, 0]
    assert found.depths == [0, 0]


def test_spans_that_are_part_of_each_other_are_told_once_each() -> None:
    found = told((1, 2, 0, 9), (2, 1, 1, 8), (3, 3, 2, 3))
    assert sorted(found.order) == [0, 1, 2]


def test_a_chain_of_fifty_thousand() -> None:
    many = 50_000
    found = shape_of(range(1, many + 1), range(many), range(many), range(2 * many, many, -1))
    assert found.order == list(range(many))
    assert found.depths[-1] == many - 1
    assert len(found.critical) == 2 * many - 1


def test_nothing() -> None:
    assert shape_of([], [], [], []) == Shape([], [], [], [], [])


spans = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 12), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=14
)


@given(spans)
def test_each_span_stands_once_and_the_critical_path_fills_its_root(drawn: list[tuple[int, int, int, int]]) -> None:
    found = told(*((span, parent, began, began + lasted) for span, parent, began, lasted in drawn))
    assert sorted(found.order) == list(range(len(drawn)))
    for span, above in enumerate(found.above):
        assert above < 0 or found.order.index(above) < found.order.index(span)
    longest = max(lasted for span, (_, _, _, lasted) in enumerate(drawn) if found.above[span] < 0)
    assert sum(each.ended - each.began for each in found.critical) == longest
    for before, after in zip(found.critical, found.critical[1:], strict=False):
        assert before.ended == after.began
