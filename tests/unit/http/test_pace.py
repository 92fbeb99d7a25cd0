"""How slow a peer may take what is written to it. The transport is a stand-in that knows how much is left."""

from types import SimpleNamespace
from typing import Any

import pytest

from plures.http.pace import MAX_ARRIVAL_S, MAX_UNREAD_S, Taking, longest_body_s, relieve

MEGABIT_PER_S = 125_000


def is_stuck_after(left: list[int], tick_s: float = 1.0) -> bool:
    """Whether a peer counts as stuck where so many bytes are left at each tick."""
    taking = Taking()
    transport: Any = SimpleNamespace(get_write_buffer_size=iter(left).__next__)
    return any(taking.is_stuck(transport, tick_s) for _ in left)


@pytest.mark.parametrize(
    ("left", "is_stuck"),
    [
        ([0] * 1000, False),
        ([100] * (MAX_UNREAD_S - 1) + [0] * 10 + [100] * (MAX_UNREAD_S - 1), False),
        ([100] * (MAX_UNREAD_S + 1), True),
        ([64_000 - second for second in range(MAX_UNREAD_S + 1)], True),
        ([64_000 + second for second in range(MAX_UNREAD_S + 1)], True),
        ([100_000_000 - second * MEGABIT_PER_S for second in range(800)], False),
        ([100_000 - second * 1000 for second in range(100)], False),
    ],
    ids=["nothing to take", "pauses", "never", "drop by drop", "less than is written", "a megabit", "a modem"],
)
@pytest.mark.parametrize("tick_s", [1.0, 5.0])
def test_who_is_stuck(left: list[int], is_stuck: bool, tick_s: float) -> None:
    assert is_stuck_after(left[:: int(tick_s)] + ([left[-1]] if is_stuck else []), tick_s) is is_stuck


def test_a_peer_that_makes_place_is_not_stuck() -> None:
    taking = Taking()
    transport: Any = SimpleNamespace(get_write_buffer_size=lambda: 64_000)
    for _ in range(3 * MAX_UNREAD_S):
        taking.has_taken()
        assert not taking.is_stuck(transport, 1.0)


def test_a_slow_body_that_moves_has_the_time_it_needs() -> None:
    size = 100_000_000
    assert size / MEGABIT_PER_S < longest_body_s(size)
    assert longest_body_s(40) < MAX_ARRIVAL_S + 1


class Reading:
    """A connection that holds so many bytes, of which its peer has taken nothing for so long."""

    def __init__(self, left_bytes: int, waited_s: float) -> None:
        self.taking = Taking()
        self.taking.left_bytes, self.taking.waited_s = left_bytes, waited_s
        self.is_cut_off = False

    def abort(self) -> None:
        self.is_cut_off = True


@pytest.mark.parametrize(
    ("readers", "cut_off"),
    [
        ([(60, 50), (40, 9)], []),
        ([(60, 9), (60, 50)], [1]),
        ([(60, 9), (60, 50), (50, 30)], [1, 2]),
        ([(60, 1), (60, 1), (60, 1)], []),
        ([(0, 0), (60, 1), (60, 2)], [2]),
    ],
    ids=["room", "the longest", "as many as need be", "who takes some", "who takes none"],
)
def test_who_takes_nothing_is_cut_off_where_all_hold_too_much(
    readers: list[tuple[int, float]], cut_off: list[int]
) -> None:
    connections = [Reading(*reader) for reader in readers]
    relieve(connections, 1.0, most_bytes=100)
    assert [place for place, each in enumerate(connections) if each.is_cut_off] == cut_off
