"""Replicas that get no call through are left out for a while, at most half of them, and tried with one call; slow ones get fewer calls."""

from random import Random

import pytest

from plures.runtime import Endpoints, Outgoing, Policy
from plures.runtime.replicas import Endpoint

CALL = Outgoing("/", 1000, 1, b"")


class Clock:
    """The time that endpoints see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        for module in ("endpoint", "endpoints"):
            monkeypatch.setattr(f"plures.runtime.replicas.{module}.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def replicas(*urls: str) -> tuple[Endpoints, dict[str, Endpoint]]:
    endpoints = Endpoints(Random(5), Policy(failures_in_a_row=3))
    endpoints.update(urls)
    return endpoints, {endpoint.url: endpoint for endpoint in endpoints.known}


def drawn(endpoints: Endpoints, times: int = 60) -> set[str]:
    found = [endpoints.choose(()) for _ in range(times)]
    return {endpoint.url for endpoint in found if endpoint is not None}


def fail(endpoints: Endpoints, endpoint: Endpoint, times: int = 3) -> None:
    for _ in range(times):
        endpoints.failed(endpoint)


def answer(endpoint: Endpoint, clock: Clock, took_s: float) -> None:
    begun = endpoint.begin(CALL)
    clock.now += took_s
    endpoint.answered(begun)
    endpoint.end(CALL)


def test_a_replica_that_fails_in_a_row_is_left_out(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"], 2)
    assert not by_url["a"].ejections
    fail(endpoints, by_url["a"], 1)
    assert drawn(endpoints) == {"b"}


def test_an_answer_in_between_begins_the_row_anew(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    for _ in range(9):
        fail(endpoints, by_url["a"], 2)
        answer(by_url["a"], clock, 0.01)
    assert not by_url["a"].ejections


def test_one_call_tries_it_when_its_time_is_over(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"])
    clock.now = by_url["a"].ejected_until
    assert endpoints.choose(()) is by_url["a"]
    assert drawn(endpoints) == {"b"}
    answer(by_url["a"], clock, 0.01)
    assert not by_url["a"].ejections
    # When its failures are forgotten, and the other one has something to do.
    clock.now += 100
    by_url["b"].begin(CALL)
    assert drawn(endpoints) == {"a"}


def test_each_time_in_a_row_it_is_left_out_for_longer(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"])
    left_out = []
    for _ in range(12):
        left_out.append(by_url["a"].ejected_until - clock.now)
        clock.now = by_url["a"].ejected_until
        assert endpoints.choose(()) is by_url["a"]
        endpoints.failed(by_url["a"])
    for n, seconds in enumerate(left_out):
        assert 0.5 * min(2**n, 60) <= seconds <= 1.5 * min(2**n, 60)
    answer(by_url["a"], clock, 0.01)
    fail(endpoints, by_url["a"])
    assert by_url["a"].ejected_until - clock.now <= 1.5


@pytest.mark.parametrize(("count", "most"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_at_most_half_are_left_out(clock: Clock, count: int, most: int) -> None:
    endpoints, by_url = replicas(*"abcde"[:count])
    for endpoint in by_url.values():
        fail(endpoints, endpoint, 9)
    assert sum(1 for endpoint in by_url.values() if endpoint.ejections) == most
    assert endpoints.choose(()) is not None


def test_a_call_may_go_to_one_that_is_left_out_when_all_others_were_tried(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    fail(endpoints, by_url["a"])
    assert endpoints.choose([by_url["b"]]) is by_url["a"]


def test_the_faster_replica_gets_the_calls(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    answer(by_url["a"], clock, 0.5)
    answer(by_url["b"], clock, 0.01)
    found = [endpoints.choose(()) for _ in range(200)]
    assert found.count(by_url["b"]) == 200


def test_one_slow_answer_counts_at_once_and_fades(clock: Clock) -> None:
    _, by_url = replicas("a")
    endpoint = by_url["a"]
    for _ in range(50):
        answer(endpoint, clock, 0.01)
    answer(endpoint, clock, 2.0)
    assert endpoint.load(clock.now) == pytest.approx(2.0)
    for _ in range(3000):
        answer(endpoint, clock, 0.01)
    assert endpoint.load(clock.now) == pytest.approx(0.11, rel=0.2)


def test_a_new_replica_does_not_get_all_calls_until_it_has_answered(clock: Clock) -> None:
    endpoints, by_url = replicas("old", "new")
    answer(by_url["old"], clock, 0.01)
    by_url["new"].begin(CALL)
    for _ in range(20):
        assert endpoints.choose(()) in {by_url["old"], by_url["new"]}
    assert by_url["new"].load(clock.now) > by_url["old"].load(clock.now)


def test_one_that_hangs_is_never_called(clock: Clock) -> None:
    endpoints, by_url = replicas("a", "b")
    by_url["a"].is_hung = True
    assert drawn(endpoints) == {"b"}
    by_url["b"].is_hung = True
    assert endpoints.choose(()) is None
    assert endpoints.has_hung()
