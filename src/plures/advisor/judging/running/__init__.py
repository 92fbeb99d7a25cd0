"""Evidence from a running application: what code and history cannot show. One source among others; it gives no verdict alone."""

from collections.abc import Iterator

from plures.advisor.judging.judgement import Evidence
from plures.advisor.watching import Watched

from .chattiness import from_talks, gain_of
from .placing import from_contracts
from .reliability import from_deaths, from_failures
from .scale import from_loads
from .telling import looked_at, too_little

__all__ = ["from_contracts", "from_running", "gain_of", "looked_at", "too_little"]


def from_running(watched: Watched) -> Iterator[Evidence]:
    """All that it shows: load, failures, and calls and bytes of requests."""
    yield from from_loads(watched)
    yield from from_failures(watched)
    yield from from_deaths(watched)
    yield from from_talks(watched)
