"""Pauses grow, are bounded, are spread, and are forgotten after a stable life."""

from plures.deploy.supervisor.backoff import Backoff, BackoffPolicy


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


POLICY = BackoffPolicy(first_s=1, most_s=10, stable_s=30)


def test_doubles_up_to_the_most():
    backoff = Backoff(POLICY, Clock(), lambda: 1.0)
    assert [backoff.failed() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_away_up_to_half():
    assert Backoff(POLICY, Clock(), lambda: 0.0).failed() == 0.5
    assert Backoff(POLICY, Clock(), lambda: 0.5).failed() == 0.75


def test_a_stable_life_is_a_new_beginning():
    clock = Clock()
    backoff = Backoff(POLICY, clock, lambda: 1.0)
    backoff.failed()
    backoff.failed()
    backoff.started()
    clock.now_s += 29
    assert backoff.failed() == 4
    backoff.started()
    clock.now_s += 30
    assert backoff.failed() == 1


def test_failing_for_years_does_not_overflow():
    backoff = Backoff(POLICY, Clock(), lambda: 1.0)
    assert [backoff.failed() for _ in range(3000)][-1] == 10
