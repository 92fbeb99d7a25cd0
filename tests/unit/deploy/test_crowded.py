"""A listener that holds nearly as many connections as it may makes place for those who ask."""

import resource
from dataclasses import dataclass

import pytest

from plures.deploy.serving.crowded import allow_files, make_place, most_connections


@dataclass
class Waiting:
    waited_s: float
    is_given_up: bool = False

    def give_up(self) -> None:
        self.is_given_up = True


@pytest.mark.parametrize(
    ("waited", "given_up"),
    [
        ([70.0] * 9, 0),
        ([70.0] * 10, 3),
        ([0.0] * 10, 0),
        ([0.0] * 8 + [5.0, 70.0], 2),
        ([1.0] * 9 + [2.0], 1),
    ],
    ids=["room", "full", "all at work", "as many as wait", "just come"],
)
def test_who_has_waited_longest_is_given_up(waited: list[float], given_up: int) -> None:
    connections = [Waiting(each) for each in waited]
    make_place(connections, 10)
    assert sum(each.is_given_up for each in connections) == given_up
    left = [each.waited_s for each in connections if not each.is_given_up]
    assert all(each.waited_s >= max(left) for each in connections if each.is_given_up)


def test_a_process_may_open_what_it_may_at_all_and_a_listener_takes_a_share_of_it() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        assert most_connections(0.5) == 256
        allow_files()
        raised = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert 512 < raised <= max(65_536, hard)
        assert most_connections(0.5) == min(10_000, raised // 2)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
