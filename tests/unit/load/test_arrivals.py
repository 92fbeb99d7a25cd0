"""Who arrives when: as many as asked for, spread as asked for, and the same again for the same seed."""

from itertools import pairwise
from random import Random

import pytest

from plures.errors import InvalidInput
from plures.load import Profile, Ramp, Visitor, Zipf, arrivals


async def look(shop: Visitor) -> None: ...


async def buy(shop: Visitor) -> None: ...


def come(per_s: float, seconds: float, ramp: Ramp | None = None, seed: int = 1) -> list[tuple[float, str]]:
    return [*arrivals({"look": 3, "buy": 1}, per_s=per_s, seconds=seconds, random=Random(seed), ramp=ramp)]


def test_as_many_come_as_asked_for_and_in_order() -> None:
    come_ = come(100, 100)
    assert len(come_) == pytest.approx(10_000, rel=0.05)
    assert sum(what == "look" for _, what in come_) / len(come_) == pytest.approx(0.75, abs=0.03)
    assert all(earlier.due_s <= later.due_s < 100 for earlier, later in pairwise(come_))


def test_the_same_seed_brings_the_same_visitors() -> None:
    assert come(50, 10, seed=7) == come(50, 10, seed=7) != come(50, 10, seed=8)


@pytest.mark.parametrize("ramp", [Ramp(10, over_s=60), Ramp(0.1, over_s=30), Ramp(3, over_s=500)])
def test_a_ramp_brings_as_many_as_it_says_in_each_part(ramp: Ramp) -> None:
    due = [each.due_s for each in come(100, 100, ramp)]
    for begin, end in ((0, 20), (20, 60), (60, 100)):
        wanted = 100 * (ramp.times_until(end) - ramp.times_until(begin))
        assert sum(begin <= each < end for each in due) == pytest.approx(wanted, rel=0.1)


def test_the_first_of_a_ranking_comes_most_often() -> None:
    random = Random(3)
    items = Zipf(range(100), random)
    drawn = [items.draw(random) for _ in range(20_000)]
    often = sorted((drawn.count(item) for item in range(100)), reverse=True)
    assert often[0] / often[1] == pytest.approx(2, rel=0.15)


def test_all_that_is_wrong_with_a_profile_is_said_at_once() -> None:
    def plain(shop: Visitor) -> None: ...

    with pytest.raises(InvalidInput) as caught:
        Profile({look: 0, buy: float("nan"), plain: 1})  # type: ignore[dict-item]
    assert [each.code for each in caught.value.violations] == ["load.not_async", "load.bad_weight", "load.bad_weight"]
    with pytest.raises(InvalidInput, match=r"1 problem"):
        Profile({})
    with pytest.raises(InvalidInput):
        Ramp(0, over_s=1)
