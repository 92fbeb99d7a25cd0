"""What a scenario file says of its visitors: which journeys they make, how often each, and whether they become more."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import iscoroutinefunction
from math import isfinite
from typing import Any, Final

from plures.errors import InvalidInput, Rule, Violation

from .arrivals import Ramp
from .visiting import Visitor

Journey = Callable[[Visitor], Awaitable[Any]]
"""What one visitor does: `async def journey(shop: Visitor)`. Its name stands in the report."""

NO_JOURNEY: Final = Rule(
    "load.no_journey", "there is no journey", "Name at least one, as in Profile({{browse: 3, buy: 1}})."
)
NOT_ASYNC: Final = Rule(
    "load.not_async", "{name} is no coroutine function", "Write it as `async def {name}(shop: Visitor)`."
)
BAD_WEIGHT: Final = Rule(
    "load.bad_weight", "the weight of {name} is {weight}", "Give it a number above 0, in proportion to the others."
)
SAME_NAME: Final = Rule(
    "load.same_name", "two journeys are named {name}", "Give each a name of its own: the report tells them apart by it."
)


class Profile:
    """Journeys, and how often each is made in proportion to the others.

    The name of the variable that holds it in the scenario file is its name on the command line.

    Args:
        journeys: `async def` function → its weight.
        ramp: How the rate changes from that of the command line; None where it stays.
        prepare: Runs once before the load, and is not counted: it may log in, or look up what journeys draw from.

    Raises:
        InvalidInput: Lists all that is wrong with them.
    """

    def __init__(
        self, journeys: Mapping[Journey, float], *, ramp: Ramp | None = None, prepare: Journey | None = None
    ) -> None:
        problems: list[Violation] = [] if journeys else [NO_JOURNEY.broken("Profile")]
        names: dict[str, Journey] = {}
        for journey in [*journeys, *([prepare] if prepare else [])]:
            name = getattr(journey, "__name__", repr(journey))
            if not iscoroutinefunction(journey):
                problems.append(NOT_ASYNC.broken("Profile", name=name))
            elif name in names and journey is not prepare:
                problems.append(SAME_NAME.broken("Profile", name=name))
            names[name] = journey
        for journey, weight in journeys.items():
            if not isfinite(weight) or weight <= 0:
                name = getattr(journey, "__name__", repr(journey))
                problems.append(BAD_WEIGHT.broken("Profile", name=name, weight=weight))
        if problems:
            raise InvalidInput("The profile", problems)
        self.journeys = dict(journeys)
        self.ramp = ramp
        self.prepare = prepare

    @property
    def named(self) -> dict[str, Journey]:
        """Name → journey."""
        return {getattr(each, "__name__", repr(each)): each for each in self.journeys}

    @property
    def weights(self) -> dict[str, float]:
        """Name of a journey → its weight."""
        return dict(zip(self.named, self.journeys.values(), strict=True))

    def intended(self, per_s: float, seconds: float) -> float:
        """How many visitors arrive on average."""
        return per_s * (self.ramp.times_until(seconds) if self.ramp else seconds)

    def rate_at(self, per_s: float, second: float) -> float:
        """How many visitors arrive in a second, at a moment after the start."""
        return per_s * (self.ramp.times_at(second) if self.ramp else 1.0)
