"""Which endpoint is called: the less busy of two; those that refused come last, but are called when there is no other."""

from collections.abc import Sequence
from random import Random

import pytest

from plures.runtime import Directory, Endpoints, Outgoing
from plures.runtime.replicas import Endpoint

NEVER_UP = float("inf")


class Draws(Random):
    """Draws the places that it is told to, and notes what it drew from."""

    def __init__(self, *places: int) -> None:
        super().__init__()
        self._places = list(places)
        self.lots: list[list[str]] = []

    def choice(self, seq: Sequence[Endpoint]) -> Endpoint:  # type: ignore[override]
        self.lots.append([endpoint.url for endpoint in seq])
        return seq[self._places.pop(0)]


_kept: list[Outgoing] = []


def occupy(endpoint: Endpoint) -> None:
    """Put one more call under way there."""
    # A request of its own each time, and kept: it is known by its id.
    _kept.append(Outgoing("/", 1000, 1, b""))
    endpoint.begin(_kept[-1])


def endpoints(random: Random, **in_flight: int) -> tuple[Endpoints, dict[str, Endpoint]]:
    """Endpoints by name, each with the given number of calls in flight."""
    them = Endpoints(random)
    them.update(in_flight)
    by_url: dict[str, Endpoint] = {}
    while (endpoint := them.choose([*by_url.values()])) is not None:
        by_url[endpoint.url] = endpoint
        for _ in range(in_flight[endpoint.url]):
            occupy(endpoint)
    return them, by_url


class First(Random):
    """Always draws the first."""

    def choice(self, seq: Sequence[Endpoint]) -> Endpoint:  # type: ignore[override]
        return seq[0]


@pytest.mark.parametrize(
    ("places", "chosen"), [((0, 0), "b"), ((1, 0), "b"), ((0, 1), "a"), ((2, 0), "a"), ((2, 1), "b")]
)
def test_the_less_busy_of_two_is_called(places: tuple[int, ...], chosen: str) -> None:
    # The first four draws only serve to get hold of the endpoints.
    random = Draws(0, 0, 0, 0, *places)
    them, _ = endpoints(random, a=5, b=1, c=9)
    found = them.choose(())
    assert found is not None
    assert found.url == chosen
    drawn = ["a", "b", "c"][places[0]]
    assert random.lots[-2:] == [["a", "b", "c"], [each for each in ["a", "b", "c"] if each != drawn]]


def test_load_is_spread() -> None:
    them, by_url = endpoints(Random(7), a=0, b=0, c=0)
    for _ in range(300):
        chosen = them.choose(())
        assert chosen is not None
        occupy(chosen)
    assert sum(len(endpoint.attempts) for endpoint in by_url.values()) == 300
    assert all(95 <= len(endpoint.attempts) <= 105 for endpoint in by_url.values())


def test_what_was_tried_is_not_tried_again() -> None:
    them, by_url = endpoints(First(), a=0, b=0)
    assert them.choose([by_url["a"]]) is by_url["b"]
    assert them.choose([by_url["a"], by_url["b"]]) is None


def test_what_refused_comes_last_but_is_never_left_out() -> None:
    them, by_url = endpoints(First(), a=0, b=9, c=9)
    by_url["a"].down_until = NEVER_UP
    assert them.choose(()) is by_url["b"]
    assert them.choose([by_url["b"]]) is by_url["c"]
    assert them.choose([by_url["b"], by_url["c"]]) is by_url["a"]
    for endpoint in by_url.values():
        endpoint.down_until = NEVER_UP
    assert them.choose(()) is by_url["a"]


def test_refusing_passes() -> None:
    them, by_url = endpoints(First(), a=0, b=9)
    Endpoints.refused(by_url["a"])
    assert them.choose(()) is by_url["b"]
    by_url["a"].down_until = 0.0
    assert them.choose(()) is by_url["a"]


def test_without_endpoints_there_is_none_to_call() -> None:
    assert Endpoints(Random()).choose(()) is None


def test_an_update_keeps_what_is_known_of_those_that_stay() -> None:
    them, by_url = endpoints(First(), a=3, b=4)
    them.update(["b", "c"])
    assert [(each.url, len(each.attempts)) for each in them.known] == [("b", 4), ("c", 0)]
    kept, other = them.known
    assert kept is by_url["b"]
    assert them.choose([kept, other]) is None


def test_a_directory_forgets_those_that_are_no_longer_mentioned() -> None:
    directory = Directory(First())
    search, prices = directory.of("search"), directory.of("pricing")
    directory.update({"search": ("a",), "pricing": ("b",)})
    assert directory.of("search") is search
    directory.update({"search": ("a", "c")})
    assert prices.choose(()) is None
    found = search.choose(())
    assert found is not None
    assert found.url == "a"
