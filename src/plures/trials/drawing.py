"""Runs Hypothesis as a tool: the same seed draws the same requests, nothing is kept between runs, and what fails is made small."""

from collections.abc import Callable
from typing import Any, Final, cast

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import SearchStrategy

from plures.errors import PluresError

_MOST_SHRINKS: Final = 150
"""How many more requests are sent to make a failing one smaller: each may take as long as its deadline."""


class NothingDrawn(PluresError):
    """No request could be made of the bounds of an operation."""

    code = "testing.nothing_drawn"

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"No request could be made for {operation}",
            why="nearly all values that its types allow are refused by checks of its messages, or by a pattern together with lengths",
            fix='Give some that are right: Trial(…, values={"field": […]}).',
        )


class Shrinking(Exception):
    """Tells Hypothesis that a request failed."""


class _Sink:
    """Asks no more when a failing request has been made smaller for long enough."""

    def __init__(self, body: Callable[[Any], None]) -> None:
        self._body = body
        self._left: int | None = None

    def __call__(self, value: Any) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                return
        try:
            self._body(value)
        except Shrinking:
            if self._left is None:
                self._left = _MOST_SHRINKS
            raise


def draw(values: SearchStrategy[Any], body: Callable[[Any], None], *, examples: int, seeded: int, named: str) -> None:
    """Run the body on that many values. It notes what it finds, and raises `Shrinking` for a smaller value that shows the same.

    Raises:
        NothingDrawn: There are no values.
    """
    sink = _Sink(body)

    @seed(seeded)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        # All of them: which there are depends on the version.
        suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(values)
    def run(value: Any) -> None:
        sink(value)

    try:
        run()
    except Unsatisfiable:
        raise NothingDrawn(named) from None
    except (Shrinking, Flaky):
        # What a service that has a memory answers need not come again; the body has noted the smallest that it saw.
        return
