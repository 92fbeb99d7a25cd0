"""What keeps an operation from letting caches keep its answers: mostly headers, which they may not look at."""

from typing import Final

from plures.contract.names import PRIVATE, PUBLIC
from plures.errors import Rule

# RFC 9111 asks caches to know seconds up to this.
_MOST_S: Final = 2**31

CACHE = Rule(
    "contract.cache",
    "cache_s={cache_s!r}, cache={cache!r}: {problem}",
    'Pass whole seconds, and cache="public" only where the answer is the same for all callers; or leave both out.',
)


def cache_problem(cache_s: object, cache: str, *, streams: bool, takes_headers: bool, tells: frozenset[str]) -> str:
    """Why an operation cannot be declared so; empty where it can.

    Args:
        takes_headers: Whether its requests have headers of their own.
        tells: The names of the headers that its answers have.
    """
    is_left_out = type(cache_s) is int and cache_s == 0
    is_seconds = type(cache_s) is int and 0 < cache_s < _MOST_S
    problems = (
        (cache not in (PRIVATE, PUBLIC), "only private and public caches are known"),
        (is_left_out and cache == PUBLIC, "without seconds, no cache keeps anything"),
        (not is_left_out and not is_seconds, "it is no number of whole seconds"),
        (is_seconds and streams, "no cache keeps a stream"),
        # They should look at them, since `Vary` says so; some of the large ones pass that over.
        (is_seconds and takes_headers and cache == PUBLIC, "its answer depends on headers, and not all shared caches look at these"),
        (is_seconds and "cache-control" in tells, "the service tells caches something else in its header cache-control"),
    )  # fmt: skip
    return next((problem for applies, problem in problems if applies), "")
